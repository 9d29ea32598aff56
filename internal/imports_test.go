// Package internal holds the test of how the packages may import each other.
package internal

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"strings"
	"testing"
)

const module = "github.com/meetmcp/meetmcp"

// allowed says which of our packages each may import, besides itself. Data
// flows one way: main → cli → serve and tools → client.
var allowed = map[string][]string{
	"":                    {"internal/cli"},
	"client":              {"internal/work"},
	"configs":             {"internal/unfilled"},
	"internal":            {},
	"internal/transcript": {"internal/work"},
	"internal/library":    {"internal/lru", "internal/transcript", "internal/words", "internal/work"},
	"internal/words":      {"internal/transcript"},
	"client/sandbox":      {"client"},
	"internal/access":     {"client", "internal/unfilled"},
	"internal/accesstest": {"client", "internal/access"},
	"internal/audit":      {},
	"internal/observe":    {"client"},
	"internal/bodies":     {"internal/work"},
	"internal/events":     {"client", "internal/access", "internal/bodies", "internal/shared", "internal/work"},
	"internal/doublings":  {},
	"internal/nearest":    {},
	"internal/jsonrpc":    {},
	"internal/lru":        {},
	"internal/redistest":  {},
	"internal/shared":     {},
	"internal/site":       {},
	"internal/tlstest":    {},
	"internal/work":       {},
	"internal/hostile":    {},
	"internal/unfilled":   {},
	"internal/untrusted":  {"internal/transcript"},
	"docs/deploy":         {},
	"e2e/fixtures":        {"internal/serve"},
	"tools":               {"client", "internal/access", "internal/audit", "internal/library", "internal/lru", "internal/nearest", "internal/shared", "internal/transcript", "internal/unfilled", "internal/untrusted", "internal/words", "internal/work", "summarize"},
	"prompts":             {"internal/transcript"},
	"summarize":           {"internal/extract", "internal/transcript", "internal/words", "internal/work", "prompts"},
	"internal/serve":      {"client", "internal/access", "internal/audit", "internal/bodies", "internal/events", "internal/jsonrpc", "internal/nearest", "internal/observe", "internal/shared", "internal/work"},
	"internal/cli":        {"client", "client/sandbox", "configs", "internal/access", "internal/audit", "internal/bodies", "internal/events", "internal/library", "internal/observe", "internal/serve", "internal/shared", "internal/site", "internal/unfilled", "internal/work", "prompts", "summarize", "tools"},
	"summarize/standin":   {"internal/transcript", "summarize"},
	"e2e/standin":         {"summarize/standin"},
	"internal/extract":    {"internal/transcript", "internal/words", "internal/work"},
	"summarize/eval":      {"internal/transcript", "internal/words", "summarize", "summarize/standin"},
}

func TestImportsPointOneWay(t *testing.T) {
	list := exec.Command("go", "list", "-json=ImportPath,Imports", module+"/...")
	out, err := list.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	for packages := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := packages.Decode(&p); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/")
		may, known := allowed[name]
		if !known {
			t.Errorf("%s is not in the table of packages: say what it may import", name)
		}
		for _, imported := range p.Imports {
			ours, ok := strings.CutPrefix(imported, module+"/")
			if ok && !strings.Contains(" "+strings.Join(may, " ")+" ", " "+ours+" ") {
				t.Errorf("%s imports %s, which it may not", name, ours)
			}
		}
	}
}
