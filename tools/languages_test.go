package tools_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/meetmcp/meetmcp/client/sandbox"
	"github.com/meetmcp/meetmcp/tools"
)

// question is what somebody may ask who has heard of a meeting, and between
// which words its answer was said, in the turn with the first up to the turn
// with the last.
type question struct{ ask, from, to string }

// asked are questions to meetings in five languages, by a part of the meeting's
// title. They use other forms of the words, other words, and compounds.
func asked() map[string][]question {
	return map[string][]question{
		"Brindlewick": {
			{"Why do so many bottles break?", "Breakage is four point two", "It'd be the infeed"},
			{"What would the new carrier chains cost?", "Drexelhaus want thirty-eight four", "Six thousand nine hundred for the lads"},
			{"How much stock do we need before the shutdown?", "How much stock do we have to build", "Seven thousand a day"},
			{"Which price per jar did they settle on for Hollinbeck?", "So, number. I've got somebody", "I'm taking that as settled"},
			{"How did the stick get into the bottle?", "I've three things", "It's supposed to be thirty"},
			{"Is there room for a used bottle inspector?", "The empty bottle inspector", "I've measured it twice"},
			{"rules for glue on labels", "Labels. Which, um, follows on", "I've swabs away at the lab"},
			{"How many miles can an electric van drive?", "And how far do they go", "You can hear every bottle"},
			{"Are we hiring operators for the washing?", "What's an operator now", "So one permanent operator now"},
			{"money in the bank account today", "Ninety-six thousand in the current account", "Ninety-six thousand in the current account"},
		},
		"Radkontor": {
			{"Warum reißen die Bremszüge am Lastenrad?", "Also, es geht um den Kurier", "hing echt nur noch"},
			{"Wie viele Räder müssen wir zurückrufen?", "Und wie viele von denen", "Also beschlossen: Rückruf"},
			{"Materialkosten für ein Fahrrad", "Was kostet uns das?", "Und 'ne gute halbe Stunde Arbeit"},
			{"Wer soll die Leute anrufen, und bis wann?", "du rufst die Leute an", "bis Freitag haben wir"},
			{"Bekommen Familien, die täglich fahren, ein Ersatzrad zum Ausleihen?", "Und was sagen wir denen", "Leihrad für die"},
			{"Welcher Terminkalender gilt in der Werkstatt?", "dass wir drei Kalender haben", "nur noch der digitale Kalender"},
			{"Wie teuer darf ein gebrauchter Bildschirm sein?", "Und wenn da ein Bildschirm hängt", "Bis hundert, okay"},
			{"Welches andere Fest ist am selben Tag wie das Fest im Hof?", "Dann das Hoffest", "Ach stimmt, das Schützenfest"},
			{"Wie viele Wochen vorher muss die Stadt Bescheid wissen?", "Wer meldet das bei der Stadt an", "ob's vier oder sechs sind"},
			{"Welche Musiker wollen wir nicht wieder?", "Und Musik?", "Musik vertagen wir"},
		},
		"ぬくべん": {
			{"ふたが開けられない理由は何ですか？", "ふたが、開かなかった", "よくすればするほど開かなくなる"},
			{"六時間後の温度は何度でしたか", "今朝測ったら", "いちばん低いのが五十六度"},
			{"空気弁にすると費用はいくら上がりますか", "値段はどのくらい変わります", "八十五円は痛い"},
			{"柔らかいパッキンの心配な点は？", "でもパッキンを柔らかくしたら", "まだ試してない"},
			{"漏れの試験結果はいつ分かる？", "試験はいつまでに", "じゃあ十月八日まで"},
			{"なぜカレーを使って試験をするのですか", "カレーでもやって", "あと味噌汁も"},
			{"弁当箱の重量について", "重さはどうでしょう", "三十グラム軽く"},
			{"アンケートで一番人気だった色はどれ", "候補が四つ", "若草が四十七人"},
			{"限定色の柿色は決まったのか", "柿色は、春の限定色", "限定のほうは、まだ決定じゃない"},
			{"説明書の文章は誰が書くの", "説明書の", "大きい字で書きます"},
		},
		"cooperativa": {
			{"Quanto mel vão colher este ano?", "Primeiro a colheita", "Lá em cima foi até melhor"},
			{"Quantas caixas vão receber xarope?", "alimentar os enxames", "Quarenta caixas então"},
			{"Quanto custa o conserto do furgão?", "O furgão morreu", "Com peça usada"},
			{"De quem vamos alugar uma caminhonete?", "Até o Natal a gente aluga", "Eu falo com ela hoje à noite"},
			{"Por que a fiscalização mandou trocar os rótulos?", "Terceiro: os rótulos", "não se dá mel para criança"},
			{"Quem faz os desenhos novos?", "A minha filha desenha", "mandar três desenhos"},
			{"Quantas colmeias já foram roubadas?", "Levaram mais oito colmeias", "Não é qualquer um"},
			{"Onde ficam escondidos os rastreadores?", "Eu vi uns rastreadores", "em quais caixas estão"},
			{"Quais são os preços dos potes na feira?", "E o preço? Porque o vidro subiu", "a partir da feira"},
			{"Alunos alérgicos podem ir ao apiário?", "levar os alunos do quarto ano", "vendo a centrífuga pelo vidro"},
		},
		"maktaba": {
			{"كم تكلفة تصليح السقوف؟", "والمقاول ماذا قال", "السقف لا ينتظر"},
			{"هل يبقى مال في الصندوق لتكييف القاعات؟", "والنصف الآخر علينا من صندوق الصيانة", "السقف لا ينتظر"},
			{"لماذا تعطل برنامج الإعارة؟", "ننتقل إلى نظام الإعارة", "لأن القرص امتلأ"},
			{"أين تحفظ النسخ الاحتياطية؟", "هل ضاعت أي معلومات", "خمسون مبلغ معقول"},
			{"من يشتكي من تكرار رسالة التذكير؟", "بعض القراء يشتكون", "سأصلحه قبل الخميس"},
			{"متى تفتح المكتبة ليلا في رمضان؟", "ساعات الدوام في رمضان", "والحارس"},
			{"كم سعر سجادة للأطفال؟", "ركن الأطفال", "قابلة للغسل هذه"},
			{"من يقرأ قصة للأولاد كل سبت؟", "ومن سيقرأ القصص يوم السبت", "حتى يعود الحكواتي"},
			{"كم عدد الكتب الضائعة؟", "الكتب المفقودة", "وكتب الطبخ"},
			{"ما شروط معرض الخطوط العربية؟", "بقي المعرض", "التأمين على اللوحات"},
		},
	}
}

// Search finds in other languages what it finds in English.
func TestSearchLanguages(t *testing.T) {
	t.Parallel()
	a := newAgentOn(t, tools.Policy{}, sandbox.Options{Data: "testdata/meetings"})
	for title, questions := range asked() {
		across := 0
		for _, q := range questions {
			if a.ok("search_transcripts", arguments(q.ask, "")).field("results.0.bot_id") == a.meetingOf(title) {
				across++
			}
		}
		inside := a.meanRank(title, a.answers(title, questions))
		t.Logf("%s: MRR %.2f, right meeting first for %d of %d", title, inside, across, len(questions))
		if inside < 0.5 || across < 9 {
			t.Errorf("%s: got MRR %.2f, and the right meeting first for %d of %d", title, inside, across, len(questions))
		}
	}
}

// Search finds what was said also when a recognizer has dropped punctuation and
// capitals and heard one word in ten as another that sounds alike.
func TestSearchRecognitionErrors(t *testing.T) {
	t.Parallel()
	a := newAgentOn(t, tools.Policy{}, sandbox.Options{Data: "testdata/meetings"})
	titles := []string{"Brindlewick", "Radkontor", "cooperativa"}
	misheard := t.TempDir()
	for _, title := range titles {
		var out strings.Builder
		random := rand.New(rand.NewPCG(1, 1))
		for i, turn := range a.turns(a.meetingOf(title)) {
			fmt.Fprintf(&out, "%d\n00:%02d:%02d,000 --> 00:%02d:%02d,900\n%s: %s\n\n", i+1, i/15, i%15*4, i/15, i%15*4+3, turn.Speaker, mishear(turn.Text, random))
		}
		if err := os.WriteFile(filepath.Join(misheard, "Misheard "+title+".srt"), []byte(out.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	b := newAgentOn(t, tools.Policy{}, sandbox.Options{Data: misheard})
	right, wrong := 0.0, 0.0
	for _, title := range titles {
		answers := a.answers(title, asked()[title])
		right += a.meanRank(title, answers)
		wrong += b.meanRank("Misheard "+title, answers)
	}
	t.Logf("MRR %.2f, misheard %.2f", right/float64(len(titles)), wrong/float64(len(titles)))
	if wrong < 0.85*right {
		t.Errorf("MRR is %.2f of what it is without errors", wrong/right)
	}
}

// mishear makes a recognizer's errors.
func mishear(text string, random *rand.Rand) string {
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '\'' })
	for i, word := range words {
		if random.IntN(10) > 0 {
			continue
		}
		for _, sound := range [][2]string{{"ph", "f"}, {"ck", "k"}, {"c", "k"}, {"ie", "y"}, {"ee", "ea"}, {"d", "t"}, {"b", "p"}, {"v", "f"}, {"m", "n"}, {"o", "u"}, {"e", "i"}} {
			if words[i] = strings.Replace(word, sound[0], sound[1], 1); words[i] != word {
				break
			}
		}
	}
	return strings.Join(words, " ")
}

// answer is a question, and the turns that answer it.
type answer struct {
	ask         string
	first, last int
}

func (a *agent) answers(title string, questions []question) []answer {
	a.t.Helper()
	turns := a.turns(a.meetingOf(title))
	var all []answer
	for _, q := range questions {
		at := func(words string) int {
			return slices.IndexFunc(turns, func(turn turn) bool { return strings.Contains(turn.Text, words) })
		}
		if at(q.from) < 0 || at(q.to) < at(q.from) {
			a.t.Fatalf("%s: %q to %q are turns %d to %d", q.ask, q.from, q.to, at(q.from), at(q.to))
		}
		all = append(all, answer{q.ask, at(q.from), at(q.to)})
	}
	return all
}

// meanRank is the mean of one over the rank of the first turn that answers.
func (a *agent) meanRank(title string, answers []answer) float64 {
	a.t.Helper()
	id, sum := a.meetingOf(title), 0.0
	for _, q := range answers {
		rank := slices.IndexFunc(a.found(q.ask, id), func(turn int) bool { return turn >= q.first && turn <= q.last }) + 1
		if rank > 0 {
			sum += 1 / float64(rank)
		}
		a.t.Logf("%s: rank %d", q.ask, rank)
	}
	return sum / float64(len(answers))
}

func arguments(query, id string) string {
	args := map[string]any{"query": query, "limit": 20}
	if id != "" {
		args["bot_id"] = id
	}
	raw, err := json.Marshal(args)
	if err != nil {
		return err.Error()
	}
	return string(raw)
}

// found are the turns that a search in a meeting finds, best first.
func (a *agent) found(query, id string) []int {
	a.t.Helper()
	var out struct {
		Results []struct {
			Turns []struct {
				Turn  int     `json:"turn"`
				Score float64 `json:"score"`
			} `json:"turns"`
		} `json:"results"`
	}
	if err := json.Unmarshal([]byte(a.ok("search_transcripts", arguments(query, id)).json), &out); err != nil {
		a.t.Fatal(err)
	}
	scores := map[int]float64{}
	var turns []int
	for _, r := range out.Results {
		for _, turn := range r.Turns {
			scores[turn.Turn] = turn.Score
			turns = append(turns, turn.Turn)
		}
	}
	slices.SortFunc(turns, func(x, y int) int { return cmp.Or(cmp.Compare(scores[y], scores[x]), x-y) })
	return turns
}

// turn is one as get_transcript answers it.
type turn struct{ Speaker, Text string }

// turns reads what was said in a meeting, turn by turn.
func (a *agent) turns(id string) []turn {
	a.t.Helper()
	var all []turn
	for args := fmt.Sprintf(`{"bot_id":%q,"format":"json","max_tokens":20000}`, id); args != ""; {
		var page struct {
			Turns []turn
			Next  string `json:"next_cursor"`
		}
		if err := json.Unmarshal([]byte(a.ok("get_transcript", args).json), &page); err != nil {
			a.t.Fatal(err)
		}
		all = append(all, page.Turns...)
		args = ""
		if page.Next != "" {
			args = fmt.Sprintf(`{"cursor":%q}`, page.Next)
		}
	}
	return all
}
