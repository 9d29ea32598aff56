package jsonrpc_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/meetmcp/meetmcp/internal/jsonrpc"
)

// TestRead reads right and wrong messages: what is wrong is said, and the id is
// there whenever it can be read.
func TestRead(t *testing.T) {
	var names strings.Builder
	for i := range jsonrpc.MaxNames + 1 {
		fmt.Fprintf(&names, `"name%d":0,`, i)
	}
	distinct, long := strings.TrimSuffix(names.String()[:strings.LastIndex(names.String(), `"name`)], ","), strings.Repeat("x", jsonrpc.MaxID)
	for _, step := range []struct{ name, raw, id, method, want string }{
		{"a request", `{"jsonrpc":"2.0","id":1,"method":"ping"}`, "1", "ping", ""},
		{"space and byte order marks around", "\ufeff \r\n\ufeff\t{ \"jsonrpc\" : \"2.0\" , \"id\" : 1 , \"method\" : \"ping\" }\r\n ", "1", "ping", ""},
		{"a notification", `{"jsonrpc":"2.0","method":"x"}`, "", "x", ""},
		{"an answer", `{"jsonrpc":"2.0","id":7,"result":{}}`, "7", "", ""},
		{"a large number", `{"jsonrpc":"2.0","id":1764526543123456789,"method":"ping"}`, "1764526543123456789", "ping", ""},
		{"an exponent", `{"jsonrpc":"2.0","id":-1.50E+400,"method":"ping"}`, "-1.50E+400", "ping", ""},
		{"escapes", `{"jsonrpc":"2.0","id":"\u0061\/<\ud800","method":"pin\u0067"}`, `"\u0061\/<\ud800"`, "ping", ""},
		{"an empty id", `{"jsonrpc":"2.0","id":"","method":"ping"}`, `""`, "ping", ""},
		{"the longest id", `{"jsonrpc":"2.0","id":"` + long + `","method":"ping"}`, `"` + long + `"`, "ping", ""},
		{"a longer id", `{"jsonrpc":"2.0","id":"` + long + `x","method":"ping"}`, "", "", "more than 256 bytes"},
		{"a longer number", `{"jsonrpc":"2.0","id":1` + strings.Repeat("0", jsonrpc.MaxID) + `,"method":"ping"}`, "", "", "more than 256 bytes"},
		{"id null", `{"jsonrpc":"2.0","id":null,"method":"ping"}`, "", "", "a string or a number"},
		{"an id that is no text", "{\"jsonrpc\":\"2.0\",\"id\":\"\xff\",\"method\":\"ping\"}", "", "", "valid Unicode"},
		{"no text elsewhere", "{\"jsonrpc\":\"2.0\",\"id\":\"\ufffd\",\"method\":\"ping\xff\"}", "\"\ufffd\"", "ping\ufffd", ""},
		{"empty params", `{"jsonrpc":"2.0","id":1,"method":"ping","params":[ ]}`, "1", "ping", ""},
		{"params of a wrong kind", `{"jsonrpc":"2.0","id":1,"method":"ping","params":[1]}`, "1", "ping", "params must be an object"},
		{"a batch", ` [{"jsonrpc":"2.0","id":1,"method":"ping"}]`, "", "", "batches"},
		{"nothing", "", "", "", "cut off after byte 0"},
		{"no object", "5", "", "", "must be an object"},
		{"no JSON", "hello", "", "", "broken at byte 0"},
		{"two messages", `{"jsonrpc":"2.0","id":1,"method":"ping"}{}`, "1", "", "broken at byte 40"},
		{"broken after the id", `{"jsonrpc":"2.0","id":41,"method":"x","params":{"a":tru}}`, "41", "", "broken at byte 52"},
		{"broken before the id", `{"params":{"a":"b" "c"},"id":"x","jsonrpc":"2.0"}`, `"x"`, "", "broken at byte 19"},
		{"cut off", `{"jsonrpc":"2.0","id":3,`, "3", "", "cut off after byte 24"},
		{"cut off within the id", `{"jsonrpc":"2.0","id":3`, "", "", "cut off"},
		{"two values for the id", `{"jsonrpc":"2.0","id":3 4,"method":"x"}`, "", "", "broken"},
		{"a broken answer", `{"jsonrpc":"2.0","id":3,"result":{`, "", "", "cut off"},
		{"an id within params only", `{"jsonrpc":"2.0","params":{"id":3},"method":"x"`, "", "", "cut off"},
		{"two ids", `{"jsonrpc":"2.0","id":3,"id":4,"method":"x"}`, "", "", `"id" stands more than once`},
		{"a name twice", `{"jsonrpc":"2.0","id":41,"method":"x","params":{"arguments":{"limit":1,"limit":1}}}`, "41", "", `"limit" stands more than once`},
		{"a name twice, spelt otherwise", `{"params":[{"limit":1,"l\u0069mit":1}],"id":41,"jsonrpc":"2.0","method":"x"}`, "41", "", `"limit" stands more than once`},
		{"a name twice among many", `{"jsonrpc":"2.0","id":41,"method":"x","params":{` + names.String()[:strings.Index(names.String(), `"name900"`)] + `"name7":2}}`, "41", "", `more than once`},
		{"many names", `{"jsonrpc":"2.0","id":41,"method":"x","params":{` + distinct + `}}`, "41", "x", ""},
		{"too many names", `{"jsonrpc":"2.0","id":41,"method":"x","params":{` + strings.TrimSuffix(names.String(), ",") + `}}`, "41", "", "more than 1000 names"},
		{"as deep as may be", `{"jsonrpc":"2.0","method":"x","params":{"a":` + strings.Repeat("[", 98) + strings.Repeat("]", 98) + `},"id":5}`, "5", "x", ""},
		{"too deep", `{"jsonrpc":"2.0","method":"x","params":` + strings.Repeat("[", 100) + strings.Repeat("]", 100) + `,"id":5}`, "5", "", "nested more than 100 deep"},
		{"another case", `{"jsonrpc":"2.0","id":5,"METHOD":"x"}`, "5", "", "in lower case"},
		{"another version", `{"jsonrpc":"1.0","id":5,"method":"x"}`, "5", "", "not JSON-RPC 2.0"},
		{"no method", `{"jsonrpc":"2.0","id":5}`, "5", "", "no method"},
		{"method and result", `{"jsonrpc":"2.0","id":5,"method":"x","result":1}`, "5", "", "at once"},
		{"method of a wrong kind", `{"jsonrpc":"2.0","id":5,"method":{}}`, "5", "", "must be a string"},
	} {
		m, err := jsonrpc.Read([]byte(step.raw))
		got := ""
		if err != nil {
			got = err.Text
		}
		if string(m.ID) != step.id || m.Method != step.method || (err == nil) != (step.want == "") || !strings.Contains(got, step.want) {
			t.Errorf("%s: got id %s, method %q, %q; want %s, %q, %q", step.name, m.ID, m.Method, got, step.id, step.method, step.want)
		}
	}
}

func TestMembers(t *testing.T) {
	m, err := jsonrpc.Read([]byte(`{"jsonrpc":"2.0","id":1,"method":"x","params": { "name" : "a" , "_meta" : {"k":[1, 2]} , "b": "_meta" }}`))
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct{ got, want string }{
		{string(m.Named.Get("name")), `"a"`},
		{string(m.Named.Get("_meta")), `{"k":[1, 2]}`},
		{string(m.Meta.Get("k")), `[1, 2]`},
		{string(jsonrpc.Members(m.Named.Get("_meta")).Get("k")), `[1, 2]`},
		{fmt.Sprint(m.Named.Get("c") == nil, jsonrpc.Members(jsontext.Value("[]")) == nil), "true true"},
		{m.Named.Misspelt("NAME"), "NAME"},
		{m.Named.Misspelt("name", "other"), ""},
	} {
		if step.got != step.want {
			t.Errorf("got %s, want %s", step.got, step.want)
		}
	}
	for raw, empty := range map[string]bool{``: true, `null`: true, `[]`: true, "{ \n}": true, `""`: true, `" "`: false, `[0]`: false, `{"a":0}`: false, `0`: false, `false`: false} {
		if got := jsonrpc.Empty(jsontext.Value(raw)); got != empty {
			t.Errorf("%s: got empty %t, want %t", raw, got, empty)
		}
	}
}

// FuzzRead compares what is read with what the standard library reads.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{
		`{"jsonrpc":"2.0","id":1,"method":"ping"}`, `{"jsonrpc":"2.0","id":"a","method":"x","params":{"a":[1,-0.5e+9,{"b":null}],"_meta":{"c":true}}}`,
		`{"jsonrpc":"2.0","id":01,"method":"ping"}`, `{"a":"\u00e9\ud83d\ude00\ud800"}`, "{\"a\":\"\xff\"}", `{"a":1,"a":2}`, `[]`, `"x"`, `{"id":1 2}`, `{"id":"a"`, `{`, "\ufeff{}",
		`{"params":{"a":"}\"{"},"id":5,"jsonrpc":"2.0","result":0}`, `{"jsonrpc":"2.0","id":5,"params":{"\u0061":1,"a":1},"method":"x"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		m, wrong := jsonrpc.Read(raw)
		trimmed := jsonrpc.Trim(raw)
		var whole map[string]json.RawMessage
		err := json.Unmarshal(trimmed, &whole)
		if wrong == nil && err != nil {
			t.Errorf("%q: read, but %v", raw, err)
		}
		if wrong != nil && wrong.Code == jsonrpc.ParseError && json.Valid(trimmed) {
			t.Errorf("%q: is JSON, but %v", raw, wrong)
		}
		if unique := jsontext.Value(m.Raw).IsValid(jsontext.AllowInvalidUTF8(true)); wrong == nil && !unique {
			t.Errorf("%q: read, but a name stands twice", raw)
		}
		if m.ID != nil && (!json.Valid(m.ID) || !bytes.Contains(raw, m.ID)) {
			t.Errorf("%q: got the id %q, which no answer can repeat", raw, m.ID)
		}
		if wrong == nil && m.ID != nil && string(whole["id"]) != string(m.ID) {
			t.Errorf("%q: got the id %s, want %s", raw, m.ID, whole["id"])
		}
		if wrong == nil && m.Params != nil {
			var params map[string]json.RawMessage
			if err := json.Unmarshal(whole["params"], &params); err != nil || len(params) != len(m.Named) {
				t.Errorf("%q: got %d params, want %d, %v", raw, len(m.Named), len(params), err)
			}
		}
	})
}

// FuzzFinder cuts a message off, and has it come in two parts: the id that is
// found is the one that is there.
func FuzzFinder(f *testing.F) {
	f.Add([]byte(`{"jsonrpc":"2.0","id":123,"method":"ping"}`), uint16(24), uint16(3))
	f.Add([]byte(`{"method":"a","params":{"id":5,"b":["\"}"]},"id":"\u0061"}`), uint16(1000), uint16(30))
	f.Add([]byte(`{"id":4,"result":[],"jsonrpc":"2.0"}`), uint16(1000), uint16(9))
	f.Add([]byte(`{"id":4,"a":[{]}],"id":5}`), uint16(1000), uint16(9))
	f.Fuzz(func(t *testing.T, raw []byte, n, parts uint16) {
		cut := raw[:min(len(raw), int(n))]
		var finder jsonrpc.Finder
		_, _ = finder.Write(cut[:min(len(cut), int(parts))])
		_, _ = finder.Write(cut[min(len(cut), int(parts)):])
		id := finder.ID()
		if whole := jsonrpc.IDOf(cut); string(whole) != string(id) {
			t.Errorf("%q in parts: got the id %s, want %s", cut, id, whole)
		}
		if id != nil && (!json.Valid(id) || !bytes.Contains(cut, id)) {
			t.Errorf("%q: got the id %q, which no answer can repeat", cut, id)
		}
		var members map[string]json.RawMessage
		if json.Unmarshal(raw, &members) != nil || bytes.Count(raw, []byte("id")) > 1 || bytes.Contains(raw, []byte(`\u00`)) {
			return // cut already, or with several
		}
		if want := members["id"]; id != nil && string(want) != string(id) {
			t.Errorf("%q: got the id %s, want %s", cut, id, want)
		}
	})
}

// BenchmarkHostile reads messages of 4 MB that cost as much as they can.
func BenchmarkHostile(b *testing.B) {
	const size = 4 << 20
	repeat := func(s string) string { return strings.Repeat(s, size/len(s)) }
	object := func(members int) string {
		var s strings.Builder
		for i := range members {
			fmt.Fprintf(&s, `"%d":0,`, i)
		}
		return "{" + strings.TrimSuffix(s.String(), ",") + "},"
	}
	for name, params := range map[string]string{
		"numbers": `[` + repeat("0,") + `0]`, "lists": `[` + repeat("[],") + `0]`, "text": `["` + repeat("a") + `"]`, "escapes": `["` + repeat(`\"`) + `"]`,
		"small objects": `[` + repeat(object(16)) + `0]`, "objects": `[` + repeat(object(17)) + `0]`, "large objects": `[` + repeat(object(999)) + `0]`,
		"deep": repeat("["), "cut text": `["` + repeat("é"), "no UTF-8": `["` + repeat("a\xff") + `"]`, "names": "{" + repeat(`"\u0061":0,`) + `"b":0}`, "broken": `[` + repeat(`{"a":0},`) + `]`,
	} {
		raw := []byte(`{"jsonrpc":"2.0","method":"x","params":` + params + `,"id":1}`)
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				_, _ = jsonrpc.Read(raw)
			}
		})
	}
}
