package transcript

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Suspicion is a place where somebody seems to speak to the reader's model
// instead of to the meeting.
type Suspicion struct {
	Turn  int // the Index of the turn where it begins
	Start float64
	Kind  string
	Quote string // clean, at most 120 runes
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
	mostHits  = 128 // that are looked back at, so that no text takes long
)

// Suspicious finds what may be meant to steer a model: in any of some languages
// and spellings, in one turn, over three in a row, or in a speaker's name. It
// looks for words close together, so it can be wrong both ways; nothing is ever
// left out of a transcript for it.
func Suspicious(turns []Turn) []Suspicion {
	s := search{index: vocabulary(), rules: rules(), forged: regexp.MustCompile(forgeries), broken: regexp.MustCompile(brokenWords),
		places: map[string]int{}, told: map[told]bool{}}
	names := map[string]bool{}
	for i, turn := range turns {
		s.turns = turns[:i+1]
		if !names[turn.Speaker] {
			names[turn.Speaker] = true
			s.name(turn)
		}
		s.turn(turn)
	}
	slices.SortStableFunc(s.found, func(a, b Suspicion) int { return a.Turn - b.Turn })
	return s.found
}

type told struct {
	turn int
	kind string
}

// search goes through the turns once, with the words that mean something.
type search struct {
	index          map[[3]byte][]entry
	rules          []rule
	forged, broken *regexp.Regexp
	turns          []Turn // up to the one at hand
	hits           []hit  // in the last three turns
	place          int    // words so far
	places         map[string]int
	told           map[told]bool
	found          []Suspicion
}

// hit is a word that means something.
type hit struct {
	turn    int // its place in turns
	at      int // byte in its turn's clean text
	place   int // among all words
	own     int // among its speaker's words
	size    int
	concept concept
}

func (s *search) turn(turn Turn) {
	if smuggled(turn.Text) {
		s.tell(len(s.turns)-1, len(s.turns)-1, 0, HiddenCharacters)
	}
	s.look(Clean(turn.Text), turn.Speaker)
}

// name looks at a speaker's name as if it had been said, and by itself.
func (s *search) name(turn Turn) {
	alone := search{index: s.index, rules: s.rules, forged: s.forged, broken: s.broken, places: map[string]int{}, told: map[told]bool{}}
	said := turn
	said.Text = turn.Speaker
	alone.turns = []Turn{said}
	alone.turn(said)
	for _, suspicion := range alone.found {
		s.told[told{len(s.turns) - 1, suspicion.Kind}] = true
		s.found = append(s.found, suspicion)
	}
}

func (s *search) look(text, who string) {
	last := len(s.turns) - 1
	s.hits = slices.DeleteFunc(s.hits, func(h hit) bool { return h.turn < last-2 })
	if strings.ContainsAny(text, "<[#_:") || strings.Contains(text, "---") || strings.Contains(text, "===") {
		for _, m := range s.forged.FindAllStringSubmatchIndex(text, -1) {
			kind := ForgesMark
			switch {
			case m[2] >= 0:
				kind = AsksToSend
			case m[4] >= 0:
				kind = AsksToDelete
			case m[6] >= 0:
				kind = OrdersAI
			}
			s.tell(last, last, m[0], kind)
		}
	}
	if defuse(text) != text {
		s.tell(last, last, 0, ForgesMark)
	}
	letters, at := spell(text, 'i')
	s.words(letters, at, text, who)
	if oneInWord(text) {
		s.place, s.places[who] = s.place-strings.Count(letters, " "), s.places[who]-strings.Count(letters, " ")
		letters, at = spell(text, 'l')
		s.words(letters, at, text, who)
	}
	if spelled(letters) {
		joined := strings.ReplaceAll(letters, " ", "")
		if m := s.broken.FindStringSubmatchIndex(joined); m != nil {
			kind := OrdersAI
			if m[2] >= 0 {
				kind = AsksToReveal
			} else if m[4] >= 0 {
				kind = AsksToDelete
			}
			s.tell(last, last, 0, kind)
		}
	}
}

// words notes the words of a turn that mean something, and what they add up to.
func (s *search) words(letters string, at []int, text, who string) {
	mails := addresses(text)
	start := true
	for i := 0; i+3 <= len(letters); {
		r, size := utf8.DecodeRuneInString(letters[i:])
		here := hit{turn: len(s.turns) - 1, at: at[i], place: s.place, own: s.places[who], size: 1}
		if len(mails) > 0 && at[i] >= mails[0] {
			here.concept, mails = anAddress, mails[1:]
			s.hit(here)
		}
		dense := r >= 0x600 && (unspaced(r) || r < 0x700)
		if start || dense {
			for _, e := range s.index[[3]byte([]byte(letters[i:i+3]))] {
				if strings.HasPrefix(letters[i:], e.text) && (e.open || letters[i+len(e.text)] == ' ') {
					here.size, here.concept = len(e.text), e.concept
					s.hit(here)
				}
			}
		}
		start = r == ' '
		if start || i%2 == 0 && r >= 0xe00 && unspaced(r) { // two such make about a word
			s.place++
			s.places[who]++
		}
		i += size
	}
}

// addresses finds where mail and web addresses are.
func addresses(text string) []int {
	if !strings.ContainsAny(text, "@:") {
		return nil
	}
	var at []int
	from := 0
	for word := range strings.FieldsFuncSeq(text, unicode.IsSpace) {
		from += strings.Index(text[from:], word)
		if address(word) {
			at = append(at, from)
		}
		from += len(word)
	}
	return at
}

func address(word string) bool {
	name, host, found := strings.Cut(word, "@")
	return found && name != "" && strings.Contains(host, ".") || strings.Contains(word, "://")
}

func (s *search) hit(h hit) {
	if len(s.hits) >= mostHits {
		s.hits = append(s.hits[:0], s.hits[mostHits/2:]...)
	}
	s.hits = append(s.hits, h)
	for _, rule := range s.rules {
		if slices.Contains(rule.needs, h.concept) {
			if first := s.complete(rule, h); first.size > 0 {
				s.tell(first.turn, h.turn, first.at, rule.kind)
			}
		}
	}
}

// complete looks for the rest of what a rule needs near its last word, and
// answers the first of them.
func (s *search) complete(rule rule, last hit) hit {
	first := last
	for _, need := range rule.needs {
		if need == last.concept {
			continue
		}
		found := false
		for i := len(s.hits) - 2; i >= 0 && !found; i-- {
			h := s.hits[i]
			apart := max(last.place-h.place, h.place-last.place)
			if s.turns[h.turn].Speaker == s.turns[last.turn].Speaker {
				apart = min(apart, max(last.own-h.own, h.own-last.own))
			}
			overlap := h.turn == last.turn && h.at < last.at+last.size && last.at < h.at+h.size
			if found = h.concept == need && apart <= rule.within && !overlap; found && (h.turn < first.turn || h.turn == first.turn && h.at < first.at) {
				first = h
			}
		}
		if !found {
			return hit{}
		}
	}
	return first
}

// tell notes a suspicion, once for each turn and kind.
func (s *search) tell(from, to, at int, kind string) {
	for i := from; i <= to; i++ {
		if s.told[told{i, kind}] {
			return
		}
	}
	for i := from; i <= to; i++ {
		s.told[told{i, kind}] = true
	}
	text := Clean(s.turns[from].Text)
	if begin := strings.LastIndexAny(text[:min(at, len(text))], ".!?。！？\n"); at-begin > 60 {
		text = "…" + strings.ToValidUTF8(text[at:], "")
	} else if begin > 0 {
		_, size := utf8.DecodeRuneInString(text[begin:])
		text = text[begin+size:]
	}
	for _, turn := range s.turns[from+1 : to+1] {
		text += " / " + Clean(turn.Text)
	}
	s.found = append(s.found, Suspicion{s.turns[from].Index, s.turns[from].Start, kind, Line(text, quoteSize)})
}

// spell writes a text in plain small letters, whatever they look like, with one
// space between words and one at the end, and says where each byte comes from.
func spell(text string, one byte) (letters string, at []int) {
	out := make([]byte, 0, len(text)+1)
	at = make([]int, 0, len(text)+1)
	put := func(i int, letters ...byte) {
		for _, c := range letters {
			if c != ' ' || len(out) > 0 && out[len(out)-1] != ' ' {
				out, at = append(out, c), append(at, i)
			}
		}
	}
	letter := func(i int) bool {
		return i >= 0 && i < len(text) && (text[i]|0x20 >= 'a' && text[i]|0x20 <= 'z' || text[i] >= 0x80)
	}
	for i, r := range text {
		switch {
		case r >= 'a' && r <= 'z':
			put(i, byte(r))
		case r >= 'A' && r <= 'Z':
			put(i, byte(r)|0x20)
		case r == '\'' || r == '’':
			if n := len(out); n == 1 || n > 1 && out[n-2] == ' ' { // l'hôte, but don't
				put(i, ' ')
			}
		case (r == '1' || r == '|') && (letter(i+1) || len(out) > 0 && out[len(out)-1] != ' '):
			put(i, one)
		case r >= '0' && r <= '9':
			put(i, skeleton(r))
		case (r == '@' || r == '$' || r == '!') && letter(i+1):
			put(i, map[rune]byte{'@': 'a', '$': 's', '!': 'i'}[r])
		case r < 0x80:
			put(i, ' ')
		default:
			put(i, plainLetter(r)...)
		}
	}
	put(len(text), ' ')
	return string(out), at
}

// plainLetter is what spell makes of a rune that is not ASCII: nothing of an accent.
func plainLetter(r rune) []byte {
	if c := cmp.Or(skeleton(r), skeleton(unicode.ToLower(r))); c != 0 {
		return []byte{c}
	}
	if parts := norm.NFKD.PropertiesString(string(r)).Decomposition(); len(parts) > 0 {
		r, _ = utf8.DecodeRune(parts)
	}
	switch r = unicode.ToLower(r); {
	case r == 'ß':
		return []byte("ss")
	case r < 0x80 && unicode.IsLetter(r):
		return []byte{byte(r)}
	case unicode.IsLetter(r), unicode.Is(unicode.Mc, r), r >= 0x900 && r < 0xe00 && unicode.IsMark(r):
		return []byte(string(r))
	case unicode.IsMark(r):
		return nil
	}
	return []byte{' '}
}

func oneInWord(text string) bool {
	for i := 1; i < len(text)-1; i++ {
		if (text[i] == '1' || text[i] == '|') && (text[i-1]|0x20 >= 'a' && text[i-1]|0x20 <= 'z' || text[i+1]|0x20 >= 'a' && text[i+1]|0x20 <= 'z') {
			return true
		}
	}
	return false
}

// spelled says whether a text has words in pieces: several letters in a row
// that stand alone, or mostly very short ones.
func spelled(letters string) bool {
	alone, words, short := 0, 0, 0
	for word := range strings.SplitSeq(letters, " ") {
		words++
		if len(word) < 5 {
			short++
		}
		if alone++; len(word) != 1 {
			alone = 0
		}
		if alone >= 4 {
			return true
		}
	}
	return words > 4 && short*10 >= words*9
}

// smuggled says whether a text has what nobody sees and no script or emoji needs.
func smuggled(text string) bool {
	if plain(text) {
		return false
	}
	common := 0
	before := rune(0)
	for _, r := range text {
		switch r {
		case '\t', '\r', '\v', '\f', '\n', 0x85, 0x2028, 0x2029:
		case 0xfeff, 0xad, 0x200e, 0x200f, 0x061c, 0x2060: // of word processors
			common++
		case 0x200b:
			if !southEast(before) {
				common++
			}
		default:
			if hidden(r) {
				return true
			}
		}
		before = r
	}
	lost := 0
	if clean := Clean(text); len(clean) < len(text) {
		for _, r := range []rune{zwj, zwnj} {
			lost += strings.Count(text, string(r)) - strings.Count(clean, string(r))
		}
		lost += 2 * (strange(text) - strange(clean))
	}
	return common+lost >= 3
}

// strange counts tags and the rarer selectors.
func strange(text string) int {
	n := 0
	for _, r := range text {
		if r >= 0xe0000 && r <= 0xe01ef || r >= 0xfe00 && r <= 0xfe0d {
			n++
		}
	}
	return n
}
