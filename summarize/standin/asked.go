package standin

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/meetmcp/meetmcp/internal/transcript"
)

// Asked is what a model finds in a request.
type Asked struct {
	Turns []transcript.Turn // in the prompt, notes' quotes among them
	Lists []string          // that are to be filled
	Words int               // that the texts may have
	Begin []int             // turns to begin with
	Again bool              // it answered wrong before
}

// read reads a request as a model that does as it is told.
func read(r Request) Asked {
	var a Asked
	fenced := false
	for _, m := range r.Messages {
		if m.Role == "assistant" {
			a.Again = true
		}
		if m.Role != "user" {
			continue
		}
		for line := range strings.Lines(m.Content) {
			line = strings.TrimSpace(line)
			switch {
			case strings.HasPrefix(line, "--- meeting speech "):
				fenced = strings.Contains(line, " begins")
			case fenced:
				a.turn(line)
			default:
				a.told(line)
			}
		}
	}
	return a
}

// turn reads a line such as "[12] Ana: what she said".
func (a *Asked) turn(line string) {
	m := regexp.MustCompile(`^\[(\d+)\] (.*?): (.*)$`).FindStringSubmatch(line)
	if m == nil {
		return
	}
	number, err := strconv.Atoi(m[1])
	if err != nil {
		return
	}
	t := transcript.Turn{Index: number, Speaker: m[2], Start: float64(number), End: float64(number + 1), Text: m[3]}
	if !slices.ContainsFunc(a.Turns, func(old transcript.Turn) bool {
		return old.Index == number && old.Text == t.Text && old.Speaker == t.Speaker
	}) {
		a.Turns = append(a.Turns, t)
	}
}

func (a *Asked) told(line string) {
	if m := regexp.MustCompile(`^Fill (\w+) with `).FindStringSubmatch(line); m != nil {
		a.Lists = append(a.Lists, m[1])
	}
	if m := regexp.MustCompile(`in these turns: ([\d, ]+)\.`).FindStringSubmatch(line); m != nil {
		for number := range strings.SplitSeq(m[1], ", ") {
			if n, err := strconv.Atoi(number); err == nil {
				a.Begin = append(a.Begin, n)
			}
		}
	}
	if m := regexp.MustCompile(`at most (\d+) words`).FindStringSubmatch(line); m != nil {
		if n, err := strconv.Atoi(m[1]); err == nil {
			a.Words = n
		}
	}
}
