package sandbox

import (
	"embed"
	"errors"
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"unicode"
)

//go:embed meetings/*.txt
var texts embed.FS

// builtin parses the meetings that come with the sandbox, by name.
func builtin() ([]*meeting, []error) {
	entries, err := texts.ReadDir("meetings")
	if err != nil {
		return nil, []error{fmt.Errorf("read meetings: %w", err)}
	}
	var all []*meeting
	var faults []error
	for _, entry := range entries {
		m, err := parseBuiltin(entry.Name())
		if err != nil {
			faults = append(faults, err)
			continue
		}
		all = append(all, m)
	}
	return all, faults
}

func parseBuiltin(file string) (*meeting, error) {
	raw, err := texts.ReadFile("meetings/" + file)
	if err != nil {
		return nil, fmt.Errorf("read meeting %s: %w", file, err)
	}
	m, err := parse(strings.TrimSuffix(file, ".txt"), string(raw))
	if err != nil {
		return nil, fmt.Errorf("read meeting %s: %w", file, err)
	}
	return m, nil
}

// parse reads a meeting as it is written down: a title and a language, an
// empty line, then one turn a line, or a silence in seconds after "-- ". When
// each word was said is made up, always the same for the same text.
func parse(name, text string) (*meeting, error) {
	head, body, found := strings.Cut(text, "\n\n")
	if !found {
		return nil, errors.New("no empty line after the header")
	}
	m := &meeting{name: name}
	for line := range strings.Lines(head) {
		field, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		switch field {
		case "title":
			m.title = value
		case "language":
			m.language = value
		default:
			return nil, fmt.Errorf("header %q: want title or language", field)
		}
	}
	if m.title == "" || m.language == "" {
		return nil, errors.New("the header lacks a title or a language")
	}
	talk := newTalk(name)
	number := strings.Count(head, "\n") + 2
	for line := range strings.Lines(body) {
		number++
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		if pause, ok := strings.CutPrefix(line, "-- "); ok {
			seconds, err := strconv.Atoi(pause)
			if err != nil || seconds <= 0 {
				return nil, fmt.Errorf("line %d: %q is not a silence in seconds", number, line)
			}
			talk.pause(float64(seconds))
			continue
		}
		speaker, words, found := strings.Cut(line, ": ")
		if !found || speaker == "" {
			return nil, fmt.Errorf("line %d: want a name, a colon and what was said", number)
		}
		m.transcripts = append(m.transcripts, talk.turn(speaker, m.language, split(words)))
	}
	if len(m.transcripts) == 0 {
		return nil, errors.New("nobody says anything")
	}
	m.duration = math.Ceil(talk.end + 2)
	return m, nil
}

// talk makes up when words are said, in seconds. It comes to about 2.7 words a
// second over a whole meeting, pauses included.
type talk struct {
	random *rand.Rand
	free   map[string]float64 // when each speaker has finished
	last   string             // who spoke last
	begin  float64            // of the last turn
	end    float64            // of all that was said
}

func newTalk(name string) *talk {
	hash := fnv.New64a()
	hash.Write([]byte(name))
	return &talk{random: rand.New(rand.NewPCG(hash.Sum64(), 0)), free: map[string]float64{}, end: 1.5}
}

func (t *talk) between(low, high float64) float64 { return low + (high-low)*t.random.Float64() }

// pause adds a silence.
func (t *talk) pause(seconds float64) {
	t.end += seconds
	t.last = "" // nobody talks over a silence
}

// turn times what one speaker says in one go. Turns begin in order; now and
// then one begins before the last has ended, though never its own speaker's.
func (t *talk) turn(speaker, language string, pieces []string) transcript {
	begin := t.end + t.between(0.1, 0.6)
	if t.last != "" && t.last != speaker && t.random.IntN(8) == 0 {
		begin = t.end - t.between(0.1, 0.5)
	}
	at := max(begin, t.begin+0.2, t.free[speaker])
	turn := transcript{Speaker: speaker, Lang: &language, StartTime: millis(at), Words: make([]word, len(pieces))}
	for i, piece := range pieces {
		start := millis(at)
		at += spoken(piece) * t.between(0.8, 1.2)
		turn.Words[i] = word{Text: piece, StartTime: start, EndTime: millis(at)}
		switch last := piece[len(piece)-1]; {
		case i == len(pieces)-1:
		case strings.ContainsRune(".?!", rune(last)), strings.HasSuffix(piece, "…"), strings.HasSuffix(piece, "。"), strings.HasSuffix(piece, "?"):
			at += t.between(0.2, 0.55)
		case strings.ContainsRune(",;:", rune(last)), strings.HasSuffix(piece, "–"), strings.HasSuffix(piece, "、"):
			at += t.between(0.08, 0.25)
		}
	}
	end := millis(at)
	turn.EndTime = &end
	t.last, t.begin, t.free[speaker], t.end = speaker, turn.StartTime, end, max(t.end, end)
	return turn
}

// spoken is about how long it takes to say a piece, in seconds.
func spoken(piece string) float64 {
	seconds := 0.0
	for _, r := range piece {
		switch {
		case unspaced(r):
			seconds += 0.15
		case unicode.IsLetter(r):
			seconds += 0.046
		case unicode.IsDigit(r):
			seconds += 0.15
		}
	}
	return 0.12 + seconds
}

func millis(seconds float64) float64 { return math.Round(seconds*1000) / 1000 }

// split cuts speech into words. Scripts that write no spaces are cut into
// pieces of 2 to 6 characters where the script changes, which give the text
// again when joined without spaces; punctuation stays with what it closes.
func split(text string) []string {
	var pieces []string
	for _, field := range strings.Fields(text) {
		if !strings.ContainsFunc(field, unspaced) {
			pieces = append(pieces, field)
			continue
		}
		pieces = append(pieces, unjoined([]rune(field))...)
	}
	return pieces
}

func unjoined(field []rune) []string {
	var pieces []string
	start := 0
	for i := 1; i < len(field); i++ {
		before, r := field[i-1], field[i]
		var here bool
		switch {
		case !unspaced(r) && !opens(r), opens(before): // stays with what stands before it
		case unspaced(before) || opens(r):
			turned := script(r) != script(before) && !unicode.Is(unicode.Hiragana, r)
			here = i-start >= 6 || i-start >= 2 && turned
		default: // after punctuation, not after a foreign word
			here = i-start >= 2 && !unicode.IsLetter(before) && !unicode.IsDigit(before)
		}
		if here {
			pieces = append(pieces, string(field[start:i]))
			start = i
		}
	}
	return append(pieces, string(field[start:]))
}

// unspaced reports a letter of a script that writes no spaces between words.
func unspaced(r rune) bool {
	return r == 'ー' || unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

func opens(r rune) bool { return strings.ContainsRune("「『(([【〈《", r) }

func script(r rune) *unicode.RangeTable {
	for _, table := range []*unicode.RangeTable{unicode.Han, unicode.Hiragana, unicode.Katakana} {
		if unicode.Is(table, r) {
			return table
		}
	}
	if r == 'ー' {
		return unicode.Katakana
	}
	return nil
}
