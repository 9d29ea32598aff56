package summarize

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/meetmcp/meetmcp/internal/transcript"
)

func fromText(path string) []transcript.Turn {
	raw, _ := os.ReadFile(path)
	_, body, _ := strings.Cut(string(raw), "\n\n")
	var turns []transcript.Turn
	for line := range strings.Lines(body) {
		who, said, ok := strings.Cut(strings.TrimSpace(line), ": ")
		if ok {
			turns = append(turns, transcript.Turn{Index: len(turns), Speaker: who, Start: float64(len(turns) * 5), Text: said})
		}
	}
	return turns
}

func TestView(t *testing.T) {
	turns := fromText(os.Getenv("VIEW"))
	for _, k := range []Kind{Overview, ActionItems, Decisions, Minutes} {
		if want := os.Getenv("KIND"); want != "" && want != string(k) {
			continue
		}
		s, err := Extract(Request{Turns: turns, Kind: k, Focus: os.Getenv("FOCUS")})
		if err != nil {
			t.Fatal(err)
		}
		fmt.Println("=====", k, s.Notes)
		p := func(all []Point) {
			for _, p := range all {
				fmt.Printf("  [%d %s] %s\n", p.Evidence[0].Turn, p.Evidence[0].Speaker, p.Text)
			}
		}
		p(s.Points)
		fmt.Println(" decisions"); p(s.Decisions)
		fmt.Println(" tasks")
		for _, a := range s.ActionItems {
			fmt.Printf("  [%d %s] %s  >> %s | %s | %s\n", a.Evidence[0].Turn, a.Evidence[0].Speaker, a.Text, a.Owner, a.Due, a.Status)
		}
		fmt.Println(" open"); p(s.OpenQuestions)
	}
}
