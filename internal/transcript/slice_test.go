package transcript

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestSlice(t *testing.T) {
	t.Parallel()
	turns := []Turn{
		{Index: 0, Speaker: "Ana Souza", Start: 0, End: 10, Lang: "", Text: "One."},
		{Index: 1, Speaker: "Speaker 1", Start: 10, End: 20, Lang: "", Text: "Two."},
		{Index: 2, Speaker: "Speaker 10", Start: 20, End: 20, Lang: "", Text: "Three."},
		{Index: 3, Speaker: "דנה לוי", Start: 30, End: 0, Lang: "", Text: "Four."},
		{Index: 5, Speaker: "", Start: 40, End: 50, Lang: "", Text: "Five."},
		{Index: 6, Speaker: "JÜRGEN\u200b \x1b[1mWeiß", Start: 50, End: 60, Lang: "", Text: "Six."},
	}
	for name, row := range map[string]struct {
		slice Slice
		want  []int
		wrong string
	}{
		"all":                  {Slice{Last: -1}, []int{0, 1, 2, 3, 5, 6}, ""},
		"the zero one":         {Slice{}, []int{0}, ""},
		"turns":                {Slice{First: 2, Last: 5}, []int{2, 3, 5}, ""},
		"from a turn":          {Slice{First: 4, Last: -1}, []int{5, 6}, ""},
		"beyond the end":       {Slice{First: 90, Last: -1}, nil, ""},
		"time":                 {Slice{From: 9.5, To: 20, Last: -1}, []int{0, 1}, ""},
		"a moment":             {Slice{From: 20, To: 30, Last: -1}, []int{2}, ""},
		"time to the end":      {Slice{From: 30, Last: -1}, []int{3, 5, 6}, ""},
		"part of a name":       {Slice{Last: -1, Speaker: " souZA"}, []int{0}, ""},
		"part of two names":    {Slice{Last: -1, Speaker: "speaker"}, []int{1, 2, 5}, ""},
		"exactly one":          {Slice{Last: -1, Speaker: "SPEAKER 1"}, []int{1}, ""},
		"right to left":        {Slice{Last: -1, Speaker: "דנה"}, []int{3}, ""},
		"as it was shown":      {Slice{Last: -1, Speaker: "\u2068דנה לוי\u2069"}, []int{3}, ""},
		"without a name":       {Slice{Last: -1, Speaker: "unknown speaker"}, []int{5}, ""},
		"what nobody can see":  {Slice{Last: -1, Speaker: "jürgen weiß"}, []int{6}, ""},
		"all of it":            {Slice{From: 5, To: 45, First: 1, Last: 4, Speaker: "er 1"}, []int{1, 2}, ""},
		"who is not there":     {Slice{Last: -1, Speaker: "Bob\n"}, nil, `no speaker is called "bob". Those who speak: Ana Souza, Speaker 1, Speaker 10, ` + "\u2068דנה לוי\u2069, unknown speaker, JÜRGEN Weiß"},
		"an end before start":  {Slice{From: 90, To: 30, Last: -1}, nil, "there is nothing from 1:30 to 0:30: the end must come after the start"},
		"a last before first":  {Slice{First: 9, Last: 3}, nil, "there are no turns 9-3: the last must not come before the first"},
		"there at other times": {Slice{From: 30, Last: -1, Speaker: "ana"}, nil, ""},
	} {
		in, err := row.slice.Of(turns)
		if row.wrong != "" || err != nil {
			if err == nil || err.Error() != row.wrong {
				t.Errorf("%s: got the error %v, want %q", name, err, row.wrong)
			}
			continue
		}
		var got []int
		for _, turn := range in {
			got = append(got, turn.Index)
		}
		if !slices.Equal(got, row.want) {
			t.Errorf("%s: got turns %v, want %v", name, got, row.want)
		}
	}
	var many []Turn
	for i := range 71 {
		many = append(many, Turn{Index: i, Speaker: fmt.Sprint("Guest ", i)})
	}
	_, err := Slice{Last: -1, Speaker: "Ana"}.Of(many)
	if err == nil || !strings.HasSuffix(err.Error(), "Guest 18, Guest 19 and 51 more") {
		t.Errorf("of 71 speakers: got %v", err)
	}
	_, err = Slice{Last: -1, Speaker: "Ana"}.Of(nil)
	if err == nil || !strings.HasSuffix(err.Error(), "nobody speaks in this meeting") {
		t.Errorf("of nobody: got %v", err)
	}
}

func TestParseClock(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]float64{
		"90": 90, "1:30": 90, "1:02:03": 3723, "90s": 90, "0": 0, " 12.5 ": 12.5, "1m30s": 90, "1h": 3600, "90:00": 5400, "0:05.5": 5.5,
	} {
		if got, err := ParseClock(text); err != nil || got != want {
			t.Errorf("%q: got %v, %v, want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "-5", "1:60", "1:2:3:4", ":", "1:", "soon", "inf", "NaN", "1e3", "0x10", "1.5:30", "-5s", "1.2.3", "５"} {
		if got, err := ParseClock(text); err == nil || !strings.Contains(err.Error(), "is not a time in the recording: write seconds (90)") {
			t.Errorf("%q: got %v, %v, want an error that says how", text, got, err)
		}
	}
}

func TestParseTurns(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][2]int{
		"118-126": {118, 126}, "118": {118, 118}, "118-": {118, -1}, " 3 – 4 ": {3, 4}, "0": {0, 0}, "7-7": {7, 7},
	} {
		first, last, err := ParseTurns(text)
		if got := [2]int{first, last}; err != nil || got != want {
			t.Errorf("%q: got %v, %v, want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "-", "-5", "a-b", "5-3", "1-2-3", "+1", "99999999999", "1.5"} {
		if first, last, err := ParseTurns(text); err == nil || !strings.Contains(err.Error(), "is not a range of turns: ") {
			t.Errorf("%q: got %d, %d, %v, want an error that says how", text, first, last, err)
		}
	}
}
