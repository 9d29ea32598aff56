package summarize

import (
	"strconv"
	"strings"
)

// numerals are the words of a language for numbers, folded. Of a language that
// is not known they are none.
type numerals struct {
	language string
	named    map[string]float64 // up to 99, and hundreds that are one word
	hundred  map[string]bool
	scale    map[string]float64 // thousands and up, and dozens
	fraction map[string]float64
	article  map[string]bool // a hundred, half an hour
	and      map[string]bool // a hundred and five
	link     map[string]bool // treinta y cinco
	point    map[string]bool
	doubtful map[string]bool // by themselves no number as a rule
	thousand string          // within a word, where numbers are written as one
	half     string          // at the end of one
}

func newNumerals(language string) *numerals {
	n := &numerals{language: language, named: map[string]float64{}, scale: map[string]float64{}, fraction: map[string]float64{}}
	set := func(list string) map[string]bool {
		all := map[string]bool{}
		for w := range strings.FieldsSeq(list) {
			all[foldOf(w)] = true
		}
		return all
	}
	switch language {
	case "en":
		n.list(0, "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen")
		n.list(1, "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth")
		n.tens("twenty thirty forty fifty sixty seventy eighty ninety")
		n.each(n.named, "thirtieth=30 both=2 couple=2 pair=2 twice=2 noon=12 midnight=12")
		n.each(n.scale, "dozen=12 dozens=12 thousand=1e3 grand=1e3 million=1e6 millions=1e6 billion=1e9 trillion=1e12")
		n.each(n.fraction, "half=0.5 quarter=0.25")
		n.hundred, n.article, n.and, n.point = set("hundred hundreds"), set("a an"), set("and"), set("point")
		n.doubtful = set("one first second both couple pair twice noon midnight zero")
	case "de":
		n.list(0, "null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn")
		n.tens("zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig")
		for i, unit := range strings.Fields("ein zwei drei vier fünf sechs sieben acht neun") {
			for j, ten := range strings.Fields("zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig") {
				n.named[foldOf(unit+"und"+ten)] = float64(i + 1 + 10*(j+2))
			}
		}
		n.each(n.named, "zwo=2 ein=1 eine=1 einen=1 einem=1 einer=1 beide=2 beiden=2 mittag=12 mitternacht=12")
		n.compounds("hundert")
		n.ordinals()
		n.thousand, n.half = "tausend", "einhalb"
		n.each(n.scale, "dutzend=12 tausend=1e3 million=1e6 millionen=1e6 milliarde=1e9 milliarden=1e9")
		n.each(n.fraction, "halb=0.5 halbe=0.5 halben=0.5 halbes=0.5 viertel=0.25")
		n.hundred, n.article, n.and, n.point = set("hundert"), set("ein eine einen einem einer"), set("und"), set("komma")
		n.doubtful = set("ein eine einen einem einer eins null beide beiden erste ersten erster erstes zweite zweiten mittag mitternacht")
	case "fr":
		n.list(0, "zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize")
		n.tens("vingt trente quarante cinquante soixante septante huitante nonante")
		n.each(n.named, "une=1 premier=1 dix-sept=17 dix-huit=18 dix-neuf=19 midi=12 minuit=12")
		for i, w := range []string{"sept", "huit", "neuf"} {
			n.named["dix"+w] = float64(17 + i)
		}
		n.each(n.scale, "douzaine=12 mille=1e3 million=1e6 millions=1e6 milliard=1e9 milliards=1e9")
		n.each(n.fraction, "demi=0.5 demie=0.5 quart=0.25")
		n.hundred, n.article, n.and, n.link, n.point = set("cent cents"), set("un une"), set("et"), set("et"), set("virgule")
		n.doubtful = set("un une premier zéro midi minuit")
	case "es":
		n.list(0, "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis diecisiete dieciocho diecinueve")
		n.list(21, "veintiuno veintidós veintitrés veinticuatro veinticinco veintiséis veintisiete veintiocho veintinueve")
		n.tens("veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa")
		n.each(n.named, "un=1 una=1 primero=1 veintiún=21 cien=100 ciento=100 doscientos=200 trescientos=300 cuatrocientos=400 quinientos=500 seiscientos=600 setecientos=700 ochocientos=800 novecientos=900 doscientas=200 trescientas=300 quinientas=500 ambos=2 mediodía=12 medianoche=12")
		n.each(n.scale, "docena=12 mil=1e3 millón=1e6 millones=1e6")
		n.each(n.fraction, "medio=0.5 media=0.5")
		n.article, n.and, n.link, n.point = set("un una"), set("y"), set("y"), set("coma punto")
		n.doubtful = set("un una uno primero cero ambos mediodía medianoche")
	case "pt":
		n.list(0, "zero um dois três quatro cinco seis sete oito nove dez onze doze treze catorze quinze dezesseis dezessete dezoito dezenove")
		n.tens("vinte trinta quarenta cinquenta sessenta setenta oitenta noventa")
		n.each(n.named, "uma=1 duas=2 quatorze=14 dezasseis=16 dezassete=17 dezanove=19 primeiro=1 cem=100 cento=100 duzentos=200 trezentos=300 quatrocentos=400 quinhentos=500 seiscentos=600 setecentos=700 oitocentos=800 novecentos=900 duzentas=200 trezentas=300 quinhentas=500 ambos=2")
		n.each(n.scale, "dúzia=12 mil=1e3 milhão=1e6 milhões=1e6 bilhão=1e9 bilhões=1e9")
		n.each(n.fraction, "meio=0.5 meia=0.5")
		n.article, n.and, n.link, n.point = set("um uma"), set("e"), set("e"), set("vírgula ponto")
		n.doubtful = set("um uma primeiro zero ambos")
	case "it":
		n.list(0, "zero uno due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici sedici diciassette diciotto diciannove")
		for i, ten := range strings.Fields("venti trenta quaranta cinquanta sessanta settanta ottanta novanta") {
			for j, unit := range strings.Fields("uno due tre quattro cinque sei sette otto nove") {
				stem := ten
				if unit == "uno" || unit == "otto" {
					stem = ten[:len(ten)-1]
				}
				n.named[stem+unit] = float64(10*(i+2) + j + 1)
			}
		}
		n.tens("venti trenta quaranta cinquanta sessanta settanta ottanta novanta")
		n.each(n.named, "un=1 una=1 primo=1 entrambi=2")
		n.compounds("cento")
		n.thousand = "mila"
		n.each(n.scale, "dozzina=12 mille=1e3 mila=1e3 milione=1e6 milioni=1e6 miliardo=1e9 miliardi=1e9")
		n.each(n.fraction, "mezzo=0.5 mezza=0.5")
		n.hundred, n.article, n.and, n.point = set("cento"), set("un una"), set("e"), set("virgola")
		n.doubtful = set("un una uno primo zero entrambi sei")
	}
	return n
}

// list names numbers from one on.
func (n *numerals) list(from int, names string) {
	for i, name := range strings.Fields(names) {
		n.named[foldOf(name)] = float64(from + i)
	}
}

func (n *numerals) tens(names string) {
	for i, name := range strings.Fields(names) {
		n.named[foldOf(name)] = float64(10 * (i + 2))
	}
}

func (n *numerals) each(to map[string]float64, pairs string) {
	for pair := range strings.FieldsSeq(pairs) {
		name, digits, _ := strings.Cut(pair, "=")
		if value, err := strconv.ParseFloat(digits, 64); err == nil {
			to[foldOf(name)] = value
		}
	}
}

// ordinals adds those of German, which dates are said in.
func (n *numerals) ordinals() {
	cardinal := make(map[string]float64, len(n.named))
	for name, value := range n.named {
		cardinal[name] = value
	}
	for name, value := range cardinal {
		end := "t"
		if value >= 20 {
			end = "st"
		}
		for _, last := range []string{"e", "en", "er", "es"} {
			n.named[name+end+last] = value
		}
	}
	for _, last := range []string{"e", "en", "er", "es"} {
		n.named["erst"+last], n.named["dritt"+last], n.named["siebt"+last], n.named["acht"+last] = 1, 3, 7, 8
	}
}

// compounds adds the hundreds, where they are written as one word with what follows.
func (n *numerals) compounds(hundred string) {
	small := map[string]float64{"": 0}
	for name, value := range n.named {
		small[name] = value
	}
	for head, h := range small {
		for tail, t := range small {
			if h < 10 {
				n.named[head+hundred+tail] = max(h, 1)*100 + t
			}
		}
	}
}

// value answers the number that a word names.
func (n *numerals) value(word string) (float64, bool) {
	if value, ok := n.named[word]; ok {
		return value, true
	}
	if head, tail, ok := strings.Cut(word, n.thousand); ok && n.thousand != "" && head+tail != "" {
		thousands, ok := n.named[head]
		rest, known := n.named[tail]
		if (ok || head == "") && (known || tail == "") {
			return max(thousands, 1)*1000 + rest, true
		}
	}
	if head, ok := strings.CutSuffix(word, n.half); ok && n.half != "" {
		value, ok := n.named[head]
		return value + 0.5, ok
	}
	return 0, false
}

// counts reports that a word is a number by itself.
func (n *numerals) counts(word string) bool {
	_, named := n.value(word)
	return (named || n.scale[word] > 0 || n.hundred[word]) && !n.doubtful[word]
}
