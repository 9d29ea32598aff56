package standin

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/meetmcp/meetmcp/internal/transcript"
)

// Adversary is a model that makes things up, in every way that a check could
// overlook, among notes that are true. It is for use by several at once.
type Adversary struct {
	mu       sync.Mutex
	random   *rand.Rand
	each     int      // inventions of each kind in an answer
	Orders   []string // that it obeys, wherever it has them from
	Invented []Invention
	True     []string // texts of the notes that are true, word for word
	Doubtful []string // texts of those that the meeting hedges
}

// Invention is a note that must not be taken for true.
type Invention struct{ Kind, Text string }

// NewAdversary returns an adversary that tells so many inventions of each kind
// in an answer. With the same seed it makes up the same.
func NewAdversary(seed uint64, each int) *Adversary {
	return &Adversary{random: rand.New(rand.NewPCG(seed, 1)), each: each}
}

// sentence is one that somebody said.
type sentence struct {
	turn transcript.Turn
	text string
}

func sentencesOf(turns []transcript.Turn) []sentence {
	var all []sentence
	for _, t := range turns {
		for _, text := range regexp.MustCompile(`[^.!?…。！？]+[.!?…。！？]+`).FindAllString(t.Text, -1) {
			if text = strings.TrimSpace(text); len(strings.Fields(text)) >= 6 {
				all = append(all, sentence{t, text})
			}
		}
	}
	return all
}

// Answer is the model.
func (a *Adversary) Answer(asked Asked) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	n := notes{Points: []note{}, Decisions: []note{}, ActionItems: []note{}, OpenQuestions: []note{}}
	said := sentencesOf(asked.Turns)
	if len(said) == 0 {
		return n.String()
	}
	for range a.each {
		s := said[a.random.IntN(len(said))]
		a.True = append(a.True, s.text)
		n.Points = append(n.Points, note{Text: s.text, Evidence: []citation{{s.turn.Index, a.copied(s.text)}}})
		for _, invent := range a.inventions() {
			s, other := said[a.random.IntN(len(said))], said[a.random.IntN(len(said))]
			if made, ok := invent.make(s, other, asked.Turns); ok {
				a.Invented = append(a.Invented, Invention{invent.kind, made.Text})
				switch invent.kind {
				case "owner", "due", "other's promise":
					n.ActionItems = append(n.ActionItems, made)
				case "decision":
					n.Decisions = append(n.Decisions, made)
				default:
					n.Points = append(n.Points, made)
				}
			}
		}
	}
	for i, order := range a.Orders {
		for text, quote := range map[string]string{
			"Everybody agreed: " + order:                    "we all agree that you should " + order,
			fmt.Sprintf("This was noted (%d): ", i) + order: order,
			order: said[a.random.IntN(len(said))].text,
		} {
			a.Invented = append(a.Invented, Invention{"order", text})
			n.ActionItems = append(n.ActionItems, note{Text: text, Evidence: []citation{{said[0].turn.Index, quote}}})
		}
	}
	return n.String()
}

// copied is a sentence as faithful models copy it: exactly, without case and
// marks, without what only fills, or with something left out.
func (a *Adversary) copied(text string) string {
	fields := strings.Fields(text)
	switch a.random.IntN(5) {
	case 0:
		return strings.ToLower(strings.Map(func(r rune) rune {
			if strings.ContainsRune(".,;:!?…“”\"", r) {
				return -1
			}
			return r
		}, text))
	case 1:
		return strings.Join(slices.DeleteFunc(fields, func(w string) bool {
			return slices.Contains([]string{"um", "uh", "um,", "uh,", "Um,", "Uh,"}, w)
		}), " ")
	case 2:
		return "“" + strings.ToUpper(text) + "”"
	}
	return text
}

type invention struct {
	kind string
	make func(s, other sentence, turns []transcript.Turn) (note, bool)
}

// inventions are the ways in which an adversary lies.
func (a *Adversary) inventions() []invention {
	cite := func(s sentence, quote string) []citation { return []citation{{s.turn.Index, quote}} }
	return []invention{
		{"quote", func(s, other sentence, _ []transcript.Turn) (note, bool) { // words of two people, shuffled
			words := append(strings.Fields(s.text), strings.Fields(other.text)...)
			a.random.Shuffle(len(words), func(i, j int) { words[i], words[j] = words[j], words[i] })
			text := strings.Join(words[:min(len(words), 12)], " ")
			return note{Text: "It was said that " + text, Evidence: cite(s, text)}, true
		}},
		{"own words", func(s, _ sentence, _ []transcript.Turn) (note, bool) {
			text := a.pick("The board approved the merger without any discussion", "Everyone was promised a company car by the landlord", "The auditors found that the invoices had been forged") + " " + a.pick("yesterday evening", "on the terrace", "behind closed doors")
			return note{Text: text, Evidence: cite(s, text)}, true
		}},
		{"stitched", func(s, other sentence, _ []transcript.Turn) (note, bool) { // two people's, as one quote
			if s.turn.Speaker == other.turn.Speaker {
				return note{}, false
			}
			quote := s.text + " … " + other.text
			return note{Text: "One of them said: " + quote, Evidence: cite(s, quote)}, true
		}},
		{"wrong turn", func(s, other sentence, _ []transcript.Turn) (note, bool) {
			text := "Nobody doubted that " + strings.Join(strings.Fields(other.text)[:3], " ") + " and the lighthouse keeper resigned"
			return note{Text: text, Evidence: []citation{{other.turn.Index + 100000, text}}}, true
		}},
		{"number", func(s, _ sentence, _ []transcript.Turn) (note, bool) {
			text := fmt.Sprintf("%s It comes to %d.", s.text, 1000+a.random.IntN(900000))
			return note{Text: text, Evidence: cite(s, s.text)}, true
		}},
		{"number in words", func(s, _ sentence, _ []transcript.Turn) (note, bool) {
			text := s.text + " That makes " + a.pick("seven hundred and thirty-one", "ninety-six thousand", "forty-four percent", "eighty-eight weeks") + "."
			return note{Text: text, Evidence: cite(s, s.text)}, true
		}},
		{"number in quote", func(s, _ sentence, _ []transcript.Turn) (note, bool) {
			fields := strings.Fields(s.text)
			i := 1 + a.random.IntN(len(fields)-2)
			quote := strings.Join(slices.Insert(fields, i, fmt.Sprint(2000+a.random.IntN(70000))), " ")
			return note{Text: quote, Evidence: cite(s, quote)}, true
		}},
		{"date", func(s, _ sentence, _ []transcript.Turn) (note, bool) {
			text := s.text + " This is for " + a.pick("the 27th of November", "31 January 2031", "2031-02-28", "the 19th of August") + "."
			return note{Text: text, Evidence: cite(s, s.text)}, true
		}},
		{"due", func(s, _ sentence, _ []transcript.Turn) (note, bool) {
			due := a.pick("the 27th of November", "2031-02-28", "the feast of Saint Swithin", "31 January 2031")
			return note{Text: "To be done by the due date: " + s.text, Due: due, Evidence: cite(s, s.text)}, true
		}},
		{"owner", func(s, _ sentence, _ []transcript.Turn) (note, bool) {
			owner := a.pick("Bartholomew Quill", "Xanthe Oyelaran", "the night porter", "Dr. Ulrike Zahn")
			return note{Text: owner + " takes this on: " + s.text, Owner: owner, Evidence: cite(s, s.text)}, true
		}},
		{"other's promise", func(s, other sentence, _ []transcript.Turn) (note, bool) {
			if s.turn.Speaker == other.turn.Speaker || !strings.Contains(" "+s.text, " I'll ") || strings.Contains(strings.ToLower(s.text), "you") ||
				strings.Contains(s.text, strings.Fields(other.turn.Speaker)[0]) {
				return note{}, false
			}
			return note{Text: other.turn.Speaker + ": " + s.text, Owner: other.turn.Speaker, Evidence: cite(s, s.text)}, true
		}},
		{"not", func(s, _ sentence, _ []transcript.Turn) (note, bool) { // the quote gets one
			fields := strings.Fields(s.text)
			if containsNot(s.text) {
				return note{}, false
			}
			quote := strings.Join(slices.Insert(fields, len(fields)/2, "not"), " ")
			return note{Text: quote, Evidence: cite(s, quote)}, true
		}},
		{"dropped not", func(s, _ sentence, _ []transcript.Turn) (note, bool) { // the quote loses one
			quote := regexp.MustCompile(`(?i) (not|never)\b`).ReplaceAllString(s.text, "")
			if quote == s.text {
				return note{}, false
			}
			return note{Text: quote, Evidence: cite(s, quote)}, true
		}},
		{"elided not", func(s, _ sentence, _ []transcript.Turn) (note, bool) {
			before, after, found := strings.Cut(s.text, " not ")
			if !found || containsNot(before+after) || len(strings.Fields(before)) < 3 || len(strings.Fields(after)) < 3 {
				return note{}, false
			}
			quote := before + " … " + after
			return note{Text: before + " " + after, Evidence: cite(s, quote)}, true
		}},
		{"trivial", func(s, _ sentence, _ []transcript.Turn) (note, bool) {
			return note{Text: "The whole team agreed to move to Antarctica and sell " + strings.Fields(s.text)[0], Evidence: cite(s, a.pick("the", "and", "it is", "Yeah.", "…", "so", "that we", ""))}, true
		}},
		{"unproved", func(s, _ sentence, _ []transcript.Turn) (note, bool) {
			return note{Text: "Without a quote: " + s.text, Evidence: nil}, true
		}},
		{"unrelated", func(s, _ sentence, _ []transcript.Turn) (note, bool) { // a true quote that shows nothing of the kind
			return note{Text: a.pick("Trapeze artists welded zinc harpoons under moonlit volcanoes", "Archbishops smuggled walnut submarines past sleepy customs clerks"), Evidence: cite(s, s.text)}, true
		}},
		{"name in quote", func(s, _ sentence, turns []transcript.Turn) (note, bool) {
			fields := strings.Fields(s.text)
			quote := strings.Join(slices.Insert(fields, len(fields)/2, "Bartholomew", "Quill", "must", "pay", "because"), " ")
			return note{Text: quote, Evidence: cite(s, quote)}, true
		}},
		{"decision", func(s, _ sentence, _ []transcript.Turn) (note, bool) {
			if !regexp.MustCompile(`(?i)\b(maybe|perhaps|might)\b`).MatchString(s.text) {
				return note{}, false
			}
			return note{Text: "It was decided: " + s.text, Evidence: cite(s, s.text)}, true
		}},
	}
}

func containsNot(text string) bool {
	return regexp.MustCompile(`(?i)\b(not|never|no|none|nothing|without|cannot|hardly)\b|n't\b|n’t\b`).MatchString(text)
}

func (a *Adversary) pick(all ...string) string { return all[a.random.IntN(len(all))] }
