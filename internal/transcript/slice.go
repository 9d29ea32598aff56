package transcript

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Slice is a part of a meeting.
type Slice struct {
	From, To    float64 // seconds; To 0 means to the end
	First, Last int     // the range of turns by Index, both included; Last -1 means to the end
	Speaker     string  // part of a name, in any case; of all who match, one of exactly that name alone
}

// Of takes the turns that are in the slice, as they are. A turn that overlaps
// the time is in.
func (s Slice) Of(turns []Turn) ([]Turn, error) {
	if s == (Slice{Last: -1}) {
		return turns, nil
	}
	to, last := cmp.Or(s.To, math.Inf(1)), s.Last
	if last < 0 {
		last = math.MaxInt
	}
	if to <= s.From {
		return nil, fmt.Errorf("there is nothing from %s to %s: the end must come after the start", Clock(s.From), Clock(s.To))
	}
	if last < s.First {
		return nil, fmt.Errorf("there are no turns %d-%d: the last must not come before the first", s.First, last)
	}
	who, err := speakers(turns, s.Speaker)
	if err != nil {
		return nil, err
	}
	var in []Turn
	for _, turn := range turns {
		during := turn.Start < to && (turn.End > s.From || turn.Start >= s.From)
		if during && turn.Index >= s.First && turn.Index <= last && (who == nil || who[turn.Speaker]) {
			in = append(in, turn)
		}
	}
	return in, nil
}

// speakers finds whom a part of a name means; nil means everyone.
func speakers(turns []Turn, wanted string) (map[string]bool, error) {
	wanted = strings.ToLower(fold(Clean(wanted)))
	if wanted == "" {
		return nil, nil
	}
	exact, partial := map[string]bool{}, map[string]bool{}
	known, listed := map[string]bool{}, map[string]bool{}
	var names []string
	for _, turn := range turns {
		if known[turn.Speaker] {
			continue
		}
		known[turn.Speaker] = true
		shown := speaker(turn.Speaker)
		if !listed[shown] {
			listed[shown] = true
			names = append(names, shown)
		}
		for _, name := range []string{strings.ToLower(fold(Clean(turn.Speaker))), strings.ToLower(fold(Clean(shown)))} {
			if name == wanted || withoutBadges(name) == wanted {
				exact[turn.Speaker] = true
			}
			if strings.Contains(name, wanted) {
				partial[turn.Speaker] = true
			}
		}
	}
	if len(exact) > 0 {
		return exact, nil
	}
	if len(partial) > 0 {
		return partial, nil
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("no speaker is called %q: nobody speaks in this meeting", Line(wanted, NameLimit))
	}
	const most = 20
	more := ""
	if n := len(names) - most; n > 0 {
		names, more = names[:most], fmt.Sprintf(" and %d more", n)
	}
	return nil, fmt.Errorf("no speaker is called %q. Those who speak: %s%s", Line(wanted, NameLimit), strings.Join(names, ", "), more)
}

// Others are those whose names have what the slice's Speaker says, and whose
// turns are left out all the same as somebody is called exactly that.
func (s Slice) Others(turns []Turn) []string {
	in, err := speakers(turns, s.Speaker)
	if err != nil || in == nil {
		return nil
	}
	wanted := strings.ToLower(fold(Clean(s.Speaker)))
	known := map[string]bool{}
	var others []string
	for _, turn := range turns {
		if known[turn.Speaker] || in[turn.Speaker] {
			continue
		}
		known[turn.Speaker] = true
		if strings.Contains(strings.ToLower(fold(Clean(turn.Speaker))), wanted) {
			others = append(others, speaker(turn.Speaker))
		}
	}
	return others
}

// badges are what Teams, Meet and Zoom write behind a name.
var badges = []string{"external", "unfamiliar", "unverified", "guest", "host", "co-host", "organizer", "presenter", "you", "me",
	"extern", "gast", "externe", "invité", "externo", "invitado", "convidado", "esterno", "ospite"}

// withoutBadges is a name in small letters without the badges at its end.
func withoutBadges(name string) string {
	for {
		rest := strings.TrimRight(name, " ")
		if strings.HasSuffix(rest, ")") {
			if at := strings.LastIndexByte(rest, '('); at > 0 {
				name = rest[:at]
				continue
			}
		}
		at := strings.LastIndexAny(rest, " -–|·")
		if at <= 0 || !slices.Contains(badges, rest[at+1:]) {
			return strings.TrimRight(rest, " -–|·,")
		}
		name = rest[:at]
	}
}

// ParseClock reads a time in a recording as seconds: 90, 90s, 1m30s, 1:30 or 1:02:03.
func ParseClock(text string) (float64, error) {
	wrong := fmt.Errorf("%q is not a time in the recording: write seconds (90), m:ss (1:30) or h:mm:ss (1:02:03)", Line(text, 40))
	text = strings.ToLower(strings.TrimSpace(text))
	if strings.ContainsAny(text, "hms") {
		long, err := time.ParseDuration(text)
		if err != nil || long < 0 {
			return 0, wrong
		}
		return long.Seconds(), nil
	}
	seconds := 0.0
	parts := strings.Split(text, ":")
	if len(parts) > 3 {
		return 0, wrong
	}
	for i, digits := range parts {
		if strings.Trim(digits, "0123456789.") != "" || strings.Contains(digits, ".") && i < len(parts)-1 {
			return 0, wrong
		}
		n, err := strconv.ParseFloat(digits, 64)
		if err != nil || i > 0 && n >= 60 {
			return 0, wrong
		}
		seconds = seconds*60 + n
	}
	return seconds, nil
}

// ParseTurns reads a range of turns for a Slice: 118-126, 118, or 118- for all
// from there on, when last is -1.
func ParseTurns(text string) (first, last int, err error) {
	wrong := fmt.Errorf("%q is not a range of turns: write 118-126, 118 or 118-", Line(text, 40))
	from, to, ranged := strings.Cut(strings.NewReplacer("–", "-", " ", "").Replace(text), "-")
	if first, err = count(from); err != nil {
		return 0, 0, wrong
	}
	switch {
	case !ranged:
		return first, first, nil
	case to == "":
		return first, -1, nil
	}
	if last, err = count(to); err != nil {
		return 0, 0, wrong
	}
	if last < first {
		return 0, 0, fmt.Errorf("%q is not a range of turns: the last must not come before the first", Line(text, 40))
	}
	return first, last, nil
}

// count reads a number that has no sign.
func count(text string) (int, error) {
	n, err := strconv.ParseUint(text, 10, 31)
	return int(n), err
}
