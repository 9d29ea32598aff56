package tools_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/tiktoken-go/tokenizer"

	"github.com/meetmcp/meetmcp/client"
	"github.com/meetmcp/meetmcp/client/sandbox"
	"github.com/meetmcp/meetmcp/tools"
)

var update = flag.Bool("update", false, "rewrite the snapshots in testdata and the README's table")

// listed is what tools/list answers.
func listed(t *testing.T) []mcp.Tool {
	t.Helper()
	return listedBy(t, newAgent(t, tools.Policy{}))
}

// listedAll has those too that are not on by default.
func listedAll(t *testing.T) []mcp.Tool {
	t.Helper()
	return listedBy(t, newAgentWith(t, tools.Policy{}, "http://127.0.0.1:1", sandbox.Key, "all"))
}

func listedBy(t testing.TB, a *agent) []mcp.Tool {
	t.Helper()
	list, err := a.ListTools(context.Background(), mcp.ListToolsRequest{})
	if err != nil {
		t.Fatal(err)
	}
	return list.Tools
}

func TestToolsOnTheWire(t *testing.T) {
	for _, tool := range listedAll(t) {
		raw, err := json.MarshalIndent(tool, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join("testdata", tool.Name+".json")
		if *update {
			if err := os.WriteFile(file, append(raw, '\n'), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Errorf("%s has no snapshot: go test ./tools -update", tool.Name)
			continue
		}
		if got := append(raw, '\n'); !bytes.Equal(got, want) {
			t.Errorf("%s is not as in %s; if that is meant, go test ./tools -update\ngot %s", tool.Name, file, got)
		}
	}
}

// What a model sees of the catalogue is paid for with every request.
func TestCatalogueTokens(t *testing.T) {
	const most, mostOfAPI = 6000, 5200 // of all tools that are on by default; of those that are operations of the API
	codec, err := tokenizer.Get(tokenizer.O200kBase)
	if err != nil {
		t.Fatal(err)
	}
	operation := map[string]bool{}
	for _, set := range tools.All(client.New("http://127.0.0.1:1", client.Secret{}, nil), tools.Policy{}) {
		for _, tool := range set.Tools {
			operation[tool.Name] = tool.Operation != ""
		}
	}
	total, api := 0, 0
	for _, tool := range listed(t) {
		raw, err := json.Marshal(map[string]any{"name": tool.Name, "description": tool.Description, "inputSchema": inputSchema(t, tool)})
		if err != nil {
			t.Fatal(err)
		}
		n, err := codec.Count(string(raw))
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%5d %s", n, tool.Name)
		total += n
		if operation[tool.Name] {
			api += n
		}
	}
	t.Logf("%5d in all, %d for the API's operations", total, api)
	if api > mostOfAPI {
		t.Errorf("the API's operations have %d tokens as a model sees them, more than %d", api, mostOfAPI)
	}
	if total > most {
		t.Errorf("the catalogue has %d tokens as a model sees it, more than %d", total, most)
	}
}

func inputSchema(t *testing.T, tool mcp.Tool) json.RawMessage {
	t.Helper()
	raw, err := json.Marshal(tool)
	if err != nil {
		t.Fatal(err)
	}
	var wire struct {
		InputSchema json.RawMessage `json:"inputSchema"`
	}
	if err := json.Unmarshal(raw, &wire); err != nil {
		t.Fatal(err)
	}
	return wire.InputSchema
}

// Several clients drop or refuse a tool whose schema is richer than this.
func TestInputSchemasArePlain(t *testing.T) {
	for _, tool := range listedAll(t) {
		var schema map[string]any
		if err := json.Unmarshal(inputSchema(t, tool), &schema); err != nil {
			t.Fatal(err)
		}
		plain(t, tool.Name, schema)
		if len(tool.Description) > 1000 || tool.Description == "" {
			t.Errorf("%s: its description has %d characters", tool.Name, len(tool.Description))
		}
		if tool.Title == "" || tool.Annotations.ReadOnlyHint == nil || tool.Annotations.DestructiveHint == nil || tool.Annotations.IdempotentHint == nil || tool.Annotations.OpenWorldHint == nil {
			t.Errorf("%s: title or hints are missing", tool.Name)
		}
	}
}

func plain(t *testing.T, path string, schema map[string]any) {
	t.Helper()
	for _, rich := range []string{"anyOf", "oneOf", "allOf", "not", "if", "$ref", "$defs", "$schema", "$id"} {
		if _, ok := schema[rich]; ok {
			t.Errorf("%s has %s", path, rich)
		}
	}
	if _, ok := schema["type"].(string); !ok {
		t.Errorf("%s has the type %v, want one plain type", path, schema["type"])
	}
	properties, _ := schema["properties"].(map[string]any)
	for name, property := range properties {
		inner, ok := property.(map[string]any)
		if !ok {
			t.Errorf("%s.%s is %v, not a schema", path, name, property)
			continue
		}
		plain(t, path+"."+name, inner)
	}
	if items, ok := schema["items"].(map[string]any); ok {
		plain(t, path+"[]", items)
	}
}

// The TypeScript clients refuse a whole list for one boolean schema in it.
func TestOutputSchemasAreObjects(t *testing.T) {
	for _, tool := range listed(t) {
		if tool.RawOutputSchema == nil && tool.OutputSchema.Type == "" {
			if !strings.HasSuffix(tool.Name, "_guide") && tool.Name != "get_transcript" {
				t.Errorf("%s has no output schema", tool.Name)
			}
			continue
		}
		raw, err := json.Marshal(tool)
		if err != nil {
			t.Fatal(err)
		}
		var wire struct {
			OutputSchema struct {
				Properties map[string]json.RawMessage `json:"properties"`
			} `json:"outputSchema"`
		}
		if err := json.Unmarshal(raw, &wire); err != nil {
			t.Fatal(err)
		}
		for name, property := range wire.OutputSchema.Properties {
			if property[0] != '{' {
				t.Errorf("%s: %s is %s", tool.Name, name, property)
			}
		}
	}
}

func TestSelect(t *testing.T) {
	t.Parallel()
	sets := tools.All(client.New("http://127.0.0.1:1", client.Secret{}, nil), tools.Policy{})
	every, all, reading := 0, 0, 0 // of them all, and of those that are on by default
	for _, set := range sets {
		every += len(set.Tools)
		for _, tool := range set.Tools {
			if set.Name == "chatgpt" {
				continue
			}
			all++
			if tool.Effect == tools.Reads {
				reading++
			}
		}
	}
	for _, row := range []struct {
		name      string
		selection tools.Selection
		want      int
		wantErr   string
	}{
		{"all", tools.Selection{}, all, ""},
		{"the default", tools.Selection{Toolsets: []string{"default"}}, all, ""},
		{"every one", tools.Selection{Toolsets: []string{"all"}}, every, ""},
		{"one more set", tools.Selection{Toolsets: []string{"default", "chatgpt"}}, every, ""},
		{"a set that is off", tools.Selection{Toolsets: []string{"zoom", "chatgpt"}}, 6, ""},
		{"a tool of a set that is off", tools.Selection{Tools: []string{"fetch"}}, 1, ""},
		{"a set", tools.Selection{Toolsets: []string{"zoom"}}, 4, ""},
		{"a set and a tool", tools.Selection{Toolsets: []string{"zoom"}, Tools: []string{"list_bots"}}, 5, ""},
		{"only a tool", tools.Selection{Tools: []string{"list_bots"}}, 1, ""},
		{"but for one", tools.Selection{Exclude: []string{"delete_meeting_data"}}, all - 1, ""},
		{"reading", tools.Selection{ReadOnly: true}, reading, ""},
		{"unknown set", tools.Selection{Toolsets: []string{"bot"}}, 0, "valid: default, all, bots, "},
		{"unknown tool", tools.Selection{Exclude: []string{"delete"}}, 0, `"delete" is not known`},
		{"nothing", tools.Selection{Tools: []string{"join_meeting"}, ReadOnly: true}, 0, "no tool is left on"},
	} {
		on, err := tools.Select(sets, row.selection)
		if len(on) != row.want || (err != nil) != (row.wantErr != "") || err != nil && !strings.Contains(err.Error(), row.wantErr) {
			t.Errorf("%s: got %d tools and %v, want %d and %q", row.name, len(on), err, row.want, row.wantErr)
		}
		if row.selection.ReadOnly {
			for _, tool := range on {
				if tool.Effect != tools.Reads {
					t.Errorf("%s: %s %s", row.name, tool.Name, tool.Effect)
				}
			}
		}
	}
}

// Whoever does not know whether a write was done is told which tool shows it.
func TestWritesSayWhereToLook(t *testing.T) {
	t.Parallel()
	sets := tools.All(client.New("http://127.0.0.1:1", client.Secret{}, nil), tools.Policy{})
	reads := regexp.MustCompile(`\b(list|get)_[a-z_]+`)
	for _, set := range sets {
		for _, tool := range set.Tools {
			if tool.Effect != tools.Reads && (!strings.Contains(tool.Lost, "may have been") || strings.Contains(tool.Lost, "ry again") || !reads.MatchString(tool.Lost)) {
				t.Errorf("%s: when it is not known whether it was done, it says %q", tool.Name, tool.Lost)
			}
		}
	}
}

func TestInstructionsNameOnlyToolsThatAreOn(t *testing.T) {
	t.Parallel()
	sets := tools.All(client.New("http://127.0.0.1:1", client.Secret{}, nil), tools.Policy{})
	for _, s := range []tools.Selection{{}, {Toolsets: []string{"all"}}, {ReadOnly: true}, {Toolsets: []string{"calendars"}}, {Tools: []string{"get_webhook_guide"}}} {
		on, err := tools.Select(sets, s)
		if err != nil {
			t.Fatal(err)
		}
		text := tools.Instructions(on)
		if len(text) > 1800 {
			t.Errorf("%+v: the instructions have %d characters", s, len(text))
		}
		for _, set := range sets {
			for _, tool := range set.Tools {
				enabled := false
				for _, o := range on {
					enabled = enabled || o.Name == tool.Name
				}
				if !enabled && regexp.MustCompile(`\b`+tool.Name+`\b`).MatchString(text) {
					t.Errorf("%+v: the instructions name %s, which is off", s, tool.Name)
				}
			}
		}
	}
}
