package transcript

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/meetmcp/meetmcp/internal/work"
)

// Suspicion is a place where somebody seems to speak to the reader's model
// instead of to the meeting.
type Suspicion struct {
	Turn  int // the Index of the turn where it begins
	Last  int // of the turn where it ends
	Start float64
	Kind  string
	Quote string // clean, at most 120 runes
	Name  bool   // it is the speaker's name, not what was said
}

// The kinds of suspicion.
const (
	OrdersAI         = "orders an AI"
	AsksToReveal     = "asks to reveal"
	AsksToSend       = "asks to send"
	AsksToDelete     = "asks to delete"
	ClaimsAuthority  = "claims authority"
	ForgesMark       = "forges a mark"
	HiddenCharacters = "hidden characters"
)

const (
	quoteSize = 120
	mostHits  = 8    // of each concept that are looked back at
	nameSize  = 4096 // bytes of a name that are looked at
)

// Suspicious finds what may be meant to steer a model: in any of some languages
// and spellings, in one turn, over three in a row, or in a speaker's name. It
// looks for words close together, so it can be wrong both ways; nothing is ever
// left out of a transcript for it. Of turns that Prepare made it only collects
// what was found then.
func Suspicious(turns []Turn) []Suspicion {
	if slices.ContainsFunc(turns, func(t Turn) bool { return !t.clean }) {
		turns, _ = prepared(context.Background(), turns) // which has no end
	}
	var found []Suspicion
	type place struct {
		turn int
		kind string
	}
	told := map[place]bool{}
	named := map[string]bool{} // speakers
	for _, turn := range turns {
		known := named[turn.Speaker]
		named[turn.Speaker] = true
		for _, s := range turn.odd {
			if s.Name {
				if known {
					continue
				}
				s.Turn, s.Last, s.Start = turn.Index, turn.Index, turn.Start
			}
			if at := (place{s.Turn, s.Kind}); !told[at] {
				told[at] = true
				found = append(found, s)
			}
		}
	}
	return found
}

// GivesOrders reports whether a text, taken by itself, may be meant to steer a
// model.
func GivesOrders(text string) bool {
	return len(Suspicious([]Turn{{Text: text}})) > 0
}

// Suspicious reports whether the turn is part of a passage that may be meant to
// steer a model, as Prepare found it; for a turn that it did not make, false.
func (t Turn) Suspicious() bool {
	return slices.ContainsFunc(t.odd, func(s Suspicion) bool { return !s.Name })
}

// Suspicions are the passages that the turn is part of, and what its speaker's
// name is.
func (t Turn) Suspicions() []Suspicion { return t.odd }

// suspiciousName looks at a speaker's name as if it had been said.
func suspiciousName(name string) []Suspicion {
	s := newSearch()
	turns := []Turn{{Speaker: name, Text: name}}
	_ = s.turn(context.Background(), turns, 0, name, Clean(name)) // which has no end
	for i := range turns[0].odd {
		turns[0].odd[i].Name = true
	}
	return turns[0].odd
}

// words that mean something, and what they add up to; made when first needed.
var (
	vocabularyOnce = sync.OnceValue(vocabulary)
	rulesOnce      = sync.OnceValue(rules)
	forgedOnce     = sync.OnceValue(forgeries)
	brokenOnce     = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(brokenWords) })
)

// search goes through the turns once.
type search struct {
	index  map[[3]byte][]entry
	recent [conceptCount][]hit // the newest of each concept, in the last three turns
	place  int                 // words so far
	places map[string]int      // the same, by speaker
	said   [3]string           // clean texts of the last turns, by place modulo 3
}

func newSearch() *search { return &search{index: vocabularyOnce(), places: map[string]int{}} }

// hit is a word that means something.
type hit struct {
	turn    int // its place in turns
	at      int // byte in its turn's clean text
	place   int // among all words
	own     int // among its speaker's words
	size    int
	concept concept
}

// turn looks at the turn at a place. raw is what was said, and text the same
// clean, lines and all.
func (s *search) turn(ctx context.Context, turns []Turn, at int, raw, text string) error {
	s.said[at%3] = text
	if smuggled(raw, text) {
		s.tell(turns, at, at, 0, HiddenCharacters)
	}
	for _, f := range forgedOnce() {
		if strings.ContainsAny(text, f.signs) {
			if m := f.pattern.FindStringIndex(text); m != nil {
				s.tell(turns, at, at, m[0], f.kind)
			}
		}
	}
	if defuse(text) != text {
		s.tell(turns, at, at, 0, ForgesMark)
	}
	letters, places := spell(text, 'i')
	if err := s.words(ctx, turns, at, letters, places, text); err != nil {
		return err
	}
	if oneInWord(text) {
		who := turns[at].Speaker
		s.place, s.places[who] = s.place-strings.Count(letters, " "), s.places[who]-strings.Count(letters, " ")
		letters, places = spell(text, 'l')
		if err := s.words(ctx, turns, at, letters, places, text); err != nil {
			return err
		}
	}
	if spelled(letters) {
		joined := strings.ReplaceAll(letters, " ", "")
		if m := brokenOnce().FindStringSubmatchIndex(joined); m != nil {
			kind := OrdersAI
			if m[2] >= 0 {
				kind = AsksToReveal
			} else if m[4] >= 0 {
				kind = AsksToDelete
			}
			s.tell(turns, at, at, 0, kind)
		}
	}
	return nil
}

// words notes the words of a turn that mean something, and what they add up to.
func (s *search) words(ctx context.Context, turns []Turn, turn int, letters string, at []int, text string) error {
	const often = 4096 // bytes after which it is asked whether to go on
	mails := addresses(text)
	who := turns[turn].Speaker
	own := s.places[who]
	defer func() { s.places[who] = own }()
	start, asked := true, 0
	for i := 0; i+3 <= len(letters); {
		if i-asked > often {
			asked = i
			if err := work.Check(ctx); err != nil {
				return err
			}
		}
		r, size := utf8.DecodeRuneInString(letters[i:])
		here := hit{turn: turn, at: at[i], place: s.place, own: own, size: 1}
		if len(mails) > 0 && at[i] >= mails[0] {
			here.concept, mails = anAddress, mails[1:]
			s.hit(turns, here)
		}
		dense := r >= 0x600 && (unspaced(r) || r < 0x700)
		if start || dense {
			for _, e := range s.index[[3]byte([]byte(letters[i:i+3]))] {
				if strings.HasPrefix(letters[i:], e.text) && (e.open || letters[i+len(e.text)] == ' ') {
					here.size, here.concept = len(e.text), e.concept
					s.hit(turns, here)
				}
			}
		}
		start = r == ' '
		if start || i%2 == 0 && r >= 0xe00 && unspaced(r) { // two such make about a word
			s.place++
			own++
		}
		i += size
	}
	return nil
}

// hit notes a word, and tells what it completes.
func (s *search) hit(turns []Turn, h hit) {
	newest := s.recent[h.concept]
	if len(newest) == mostHits {
		copy(newest, newest[1:])
		newest = newest[:mostHits-1]
	}
	s.recent[h.concept] = append(newest, h)
	for _, rule := range rulesOnce() {
		if slices.Contains(rule.needs, h.concept) {
			if first, ok := s.complete(turns, rule, h); ok {
				s.tell(turns, first.turn, h.turn, first.at, rule.kind)
			}
		}
	}
}

// complete looks for the rest of what a rule needs near its last word, and
// answers the first of them.
func (s *search) complete(turns []Turn, rule rule, last hit) (first hit, ok bool) {
	first = last
	for _, need := range rule.needs {
		if need == last.concept {
			continue
		}
		found := false
		for i := len(s.recent[need]) - 1; i >= 0 && !found; i-- {
			h := s.recent[need][i]
			apart := max(last.place-h.place, h.place-last.place)
			if turns[h.turn].Speaker == turns[last.turn].Speaker {
				apart = min(apart, max(last.own-h.own, h.own-last.own))
			}
			overlap := h.turn == last.turn && h.at < last.at+last.size && last.at < h.at+h.size
			found = h.turn > last.turn-3 && apart <= rule.within && !overlap
			if found && (h.turn < first.turn || h.turn == first.turn && h.at < first.at) {
				first = h
			}
		}
		if !found {
			return hit{}, false
		}
	}
	return first, true
}

// tell marks the turns of a suspicion, once for each turn and kind.
func (s *search) tell(turns []Turn, from, to, at int, kind string) {
	for i := from; i <= to; i++ {
		if slices.ContainsFunc(turns[i].odd, func(o Suspicion) bool { return o.Kind == kind && !o.Name }) {
			return
		}
	}
	text := s.said[from%3]
	at = min(at, len(text))
	if begin := strings.LastIndexAny(text[max(0, at-120):at], ".!?。！？\n") + max(0, at-120); at-begin > 60 || at > 120 && begin < at-120 {
		text = "…" + strings.ToValidUTF8(first(text[at:]), "")
	} else if begin > 0 {
		_, size := utf8.DecodeRuneInString(text[begin:])
		text = first(text[begin+size:])
	}
	text = first(text)
	for i := from + 1; i <= to; i++ {
		text += " / " + first(s.said[i%3])
	}
	found := Suspicion{turns[from].Index, turns[to].Index, turns[from].Start, kind, Line(text, quoteSize), false}
	for i := from; i <= to; i++ {
		turns[i].odd = append(turns[i].odd, found)
	}
}

// first is as much of a text's head as a quote can need.
func first(text string) string {
	text, _ = head(text, 16*quoteSize)
	return text
}
