package extract

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/meetmcp/meetmcp/internal/words"
)

// dates are the words of a language that dates are made of, a space about each.
type dates struct {
	days    string // are a date by themselves
	months  string // with a number
	periods string // with one of which
	which   string
	numbers string // besides numberWords
	links   string // may stand between
	by      string // stand before a date when it is a limit
	past    string // it is not to come

	cardinals string
}

func datesOf(language string) *dates {
	d := dateWords(language)
	if d != nil {
		d.cardinals = numberWords(language)
	}
	return d
}

func dateWords(language string) *dates {
	switch language {
	case "en", "":
		return &dates{
			days:    " monday tuesday wednesday thursday friday saturday sunday today tonight tomorrow noon midnight eod cob ",
			months:  " january february march april may june july august september october november december ",
			periods: " day week weekend month quarter year days weeks months sprint morning afternoon evening night o'clock am pm ",
			which:   " next this coming following end beginning middle start in ",
			numbers: " first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth" +
				" twenty-first twenty-second twenty-third twenty-fourth twenty-fifth twenty-sixth twenty-seventh twenty-eighth twenty-ninth thirtieth thirty-first a couple half ",
			links: " the of on at and ",
			by:    " by before until till due latest no than for ",
			past:  " last since ago past yesterday every each previous from ",
		}
	case "de":
		return &dates{
			days:    " montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag heute morgen übermorgen mittag montagabend dienstagabend mittwochabend donnerstagabend freitagabend ",
			months:  " januar februar märz april mai juni juli august september oktober november dezember ",
			periods: " tag tage tagen woche wochen wochenende monat monats monaten quartal quartals jahr jahres uhr abend früh vormittag nachmittag ",
			which:   " nächste nächsten nächster nächstes kommende kommenden diese diesen dieser ende anfang mitte in ",
			numbers: " ersten zweiten dritten vierten fünften sechsten siebten achten neunten zehnten elften zwölften dreizehnten vierzehnten fünfzehnten sechzehnten siebzehnten achtzehnten neunzehnten zwanzigsten" +
				" einundzwanzigsten zweiundzwanzigsten dreiundzwanzigsten vierundzwanzigsten fünfundzwanzigsten sechsundzwanzigsten siebenundzwanzigsten achtundzwanzigsten neunundzwanzigsten dreißigsten einunddreißigsten ein einer paar ",
			links: " der den dem des am um zum ",
			by:    " bis vor spätestens zum ",
			past:  " letzte letzten letzter letztes vorige vorigen seit jeden jede jeder gestern ",
		}
	case "fr":
		return &dates{
			days:    " lundi mardi mercredi jeudi vendredi samedi dimanche aujourd'hui demain après-demain midi ",
			months:  " janvier février mars avril mai juin juillet août septembre octobre novembre décembre ",
			periods: " jour jours semaine semaines week-end mois trimestre année heures matin soir après-midi ",
			which:   " prochain prochaine cette ce fin début dans d'ici ",
			numbers: " premier un une ",
			links:   " le la de du les au à ",
			by:      " avant pour d'ici jusqu'à jusqu'au tard ",
			past:    " dernier dernière depuis passé passée hier chaque tous ",
		}
	case "es":
		return &dates{
			days:    " lunes martes miércoles jueves viernes sábado domingo hoy mañana mediodía ",
			months:  " enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre ",
			periods: " día días semana semanas mes meses trimestre año tarde noche ",
			which:   " próximo próxima este esta viene fin final finales principios en ",
			numbers: " primero uno una ",
			links:   " el la de del al los que por ",
			by:      " antes para hasta tardar ",
			past:    " pasado pasada desde ayer cada todos hace ",
		}
	case "pt":
		return &dates{
			days:    " segunda terça quarta quinta sexta segunda-feira terça-feira quarta-feira quinta-feira sexta-feira sábado domingo hoje amanhã meio-dia ",
			months:  " janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro ",
			periods: " dia dias semana semanas mês meses trimestre ano feira tarde noite ",
			which:   " próximo próxima este esta que vem fim final início em daqui ",
			numbers: " primeiro um uma ",
			links:   " o a de do da ao à ",
			by:      " até antes para ",
			past:    " passado passada desde ontem cada todas toda última último ",
		}
	case "it":
		return &dates{
			days:    " lunedì martedì mercoledì giovedì venerdì sabato domenica oggi domani dopodomani mezzogiorno ",
			months:  " gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre ",
			periods: " giorno giorni settimana settimane mese mesi trimestre anno mattina sera pomeriggio ",
			which:   " prossimo prossima questo questa fine inizio tra fra ",
			numbers: " primo uno una ",
			links:   " il la di del della dello ",
			by:      " entro prima per fino ",
			past:    " scorso scorsa da dal ieri ogni ",
		}
	case "nl":
		return &dates{
			days:    " maandag dinsdag woensdag donderdag vrijdag zaterdag zondag vandaag morgen overmorgen ",
			months:  " januari februari maart april mei juni juli augustus september oktober november december ",
			periods: " dag dagen week weken weekend maand maanden kwartaal jaar uur ochtend middag avond ",
			which:   " volgende komende deze eind einde begin over ",
			numbers: " eerste tweede derde vierde vijfde zesde zevende achtste negende tiende een ",
			links:   " de het van op om ",
			by:      " voor uiterlijk tegen tot ",
			past:    " vorige afgelopen sinds gisteren elke iedere ",
		}
	}
	return nil
}

// numberWords are those of a language from two on, a space about each.
func numberWords(language string) string {
	switch language {
	case "en", "":
		return " two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million half dozen "
	case "de":
		return " zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig hundert tausend million millionen halb halbe dutzend "
	case "fr":
		return " deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize vingt trente quarante cinquante soixante cent cents mille million millions demi demie "
	case "es":
		return " dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa cien ciento doscientos mil millón millones medio media "
	case "pt":
		return " dois duas três quatro cinco seis sete oito nove dez onze doze treze catorze quinze dezesseis vinte trinta quarenta cinquenta sessenta setenta oitenta noventa cem cento duzentos mil milhão milhões meio meia "
	case "it":
		return " due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici sedici venti trenta quaranta cinquanta sessanta settanta ottanta novanta cento duecento mille mila milione milioni mezzo mezza "
	case "nl":
		return " twee drie vier vijf zes zeven acht negen tien elf twaalf dertien veertien vijftien zestien zeventien achttien negentien twintig dertig veertig vijftig zestig zeventig tachtig negentig honderd duizend miljoen half halve "
	}
	return ""
}

// due finds until when something is to be done: a date, as it was said. One that
// no word says to be a limit counts only if bare is set, and if it is the only one.
func (d *dates) due(quote string, bare bool) string {
	if d == nil {
		return ""
	}
	var found []string
	all := fieldsOf(quote)
	for from, i := 0, 0; from < len(all); from = max(i, from+1) {
		i = from
		for i < len(all) && d.isPart(all[i].key) && (i == from || all[i-1].joins || d.goesOn(all[i:])) {
			i++
		}
		before := ""
		if from > 0 {
			before = all[from-1].key
		}
		run := d.trim(all[from:i])
		limit := in(d.by, before)
		if len(run) == 0 || in(d.past, before) || !d.dated(run, limit) {
			continue
		}
		date := strings.TrimFunc(quote[run[0].start:run[len(run)-1].end], func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) })
		if limit {
			return date
		}
		found = append(found, date)
	}
	if !bare || len(found) != 1 {
		return ""
	}
	return found[0]
}

// goesOn reports that a date goes on behind a comma: tomorrow, Tuesday; Friday,
// the thirteenth.
func (d *dates) goesOn(rest []field) bool {
	return in(d.days, rest[0].key) || in(d.links, rest[0].key) && len(rest) > 1 && d.isNumber(rest[1].key)
}

func in(list, key string) bool { return key != "" && strings.Contains(list, " "+key+" ") }

func (d *dates) isPart(key string) bool {
	return in(d.days, key) || in(d.months, key) || in(d.periods, key) || in(d.which, key) || in(d.links, key) || d.isNumber(key)
}

func (d *dates) isNumber(key string) bool {
	return in(d.numbers, key) || in(d.cardinals, key) || key != "" && words.Digit(key[0])
}

// trim takes off what only leads to a date or away from it.
func (d *dates) trim(run []field) []field {
	for len(run) > 0 && (in(d.links, run[0].key) || d.isNumber(run[0].key) && len(run) > 1 && in(d.links, run[1].key) && !(len(run) > 2 && in(d.months, run[2].key))) {
		run = run[1:]
	}
	for n := len(run); n > 0 && (in(d.links, run[n-1].key) || in(d.which, run[n-1].key) && (n == 1 || !in(d.periods+d.days, run[n-2].key))); n-- {
		run = run[:n-1]
	}
	return run
}

// dated reports that a run of words is a date: a day, a month with a number, or
// one of its kind of period.
func (d *dates) dated(run []field, limit bool) bool {
	has := func(is func(key string) bool) bool {
		return slices.ContainsFunc(run, func(f field) bool { return is(f.key) })
	}
	of := func(list string) bool { return has(func(key string) bool { return in(list, key) }) }
	return of(d.days) || of(d.months) && (limit || has(d.isNumber)) || of(d.periods) && of(d.which)
}

// field is a word of a text: where it stands, and in small letters.
type field struct {
	key        string
	start, end int
	joins      bool // no sign parts it from the next
}

func fieldsOf(text string) []field {
	var all []field
	end := 0
	for raw := range strings.FieldsSeq(text) {
		start := end + strings.Index(text[end:], raw)
		end = start + len(raw)
		all = append(all, field{keyOf(raw), start, end, closesNothing(raw) || unicode.IsDigit(lastRune(raw))})
	}
	return all
}

// unspacedDates match dates in Japanese and Chinese, and a word that makes one a
// limit.
const unspacedDates = `((?:(?:再?来|今|次の|下个?|本|这)(?:週|周|月|月末)|明日|明後日|明天|后天|今日|本日|今天|月末|月底|週末|周末|[月火水木金土日]曜日?|(?:周|星期)[一二三四五六日天]|` +
	`[〇一二三四五六七八九十0-9０-９]+[月日号](?:[〇一二三四五六七八九十0-9０-９]+[日号])?)(?:の|、)?)+(まで|中に|までに|には|之前|以前|前)?`

// unspacedDue is due for texts without spaces.
func unspacedDue(pattern *regexp.Regexp, quote string, bare bool) string {
	var found []string
	for _, at := range pattern.FindAllStringSubmatchIndex(quote, -1) {
		if at[4] >= 0 { // the limit
			return quote[at[0]:at[4]]
		}
		found = append(found, strings.TrimRight(quote[at[0]:at[1]], "の、"))
	}
	if !bare || len(found) != 1 {
		return ""
	}
	return found[0]
}
