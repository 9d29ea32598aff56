package tools_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/meetmcp/meetmcp/client"
	"github.com/meetmcp/meetmcp/tools"
)

const (
	readme   = "../README.md"
	tableTop = "<!-- tools: made by go test ./tools -update -->\n"
	tableEnd = "<!-- tools end -->"
)

// The README's table of tools is made from the catalogue.
func TestReadme(t *testing.T) {
	raw, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	if lines := strings.Count(string(raw), "\n"); lines >= 300 {
		t.Errorf("the README has %d lines, want fewer than 300", lines)
	}
	before, rest, found := strings.Cut(string(raw), tableTop)
	_, after, ended := strings.Cut(rest, tableEnd)
	if !found || !ended {
		t.Fatal("the README has no markers for the table of tools")
	}
	want := before + tableTop + table() + tableEnd + after
	if *update {
		if err := os.WriteFile(readme, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if string(raw) != want {
		t.Error("the README's table is not the catalogue's; go test ./tools -update")
	}
}

func table() string {
	var b strings.Builder
	b.WriteString("| set | tool | | effect |\n|---|---|---|---|\n")
	for _, set := range tools.All(client.New("http://127.0.0.1:1", client.Secret{}, nil), tools.Policy{}) {
		name := set.Name
		if name == "chatgpt" {
			name += " (off unless named)"
		}
		for _, tool := range set.Tools {
			fmt.Fprintf(&b, "| %s | `%s` | %s | %s |\n", name, tool.Name, tool.Title, tool.Effect)
		}
	}
	return b.String()
}
