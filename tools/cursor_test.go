package tools_test

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"fmt"
	"hash/crc32"
	"testing"

	"github.com/meetmcp/meetmcp/tools"
)

// FuzzCursor brings back cursors that were never given out: of any bytes, and of
// any content in the form that a real one has. Each is answered with a page or
// in words, and no more than a call may do is done.
func FuzzCursor(f *testing.F) {
	a := newAgent(f, tools.Policy{})
	bot := a.ok("list_bots", `{"limit":1}`).field("bots.0.bot_id")
	on, err := tools.Select(tools.All(nil, tools.Policy{}), tools.Selection{})
	if err != nil {
		f.Fatal(err)
	}
	schemas := map[string][]byte{}
	var paged []string
	for i := range on {
		if schema := on[i].Definition().RawInputSchema; bytes.Contains(schema, []byte(`"cursor"`)) {
			paged = append(paged, on[i].Name)
			schemas[on[i].Name] = schema
		}
	}
	for name, good := range map[string]string{
		"list_bots":          `{"a":{"limit":1},"n":1773144000,"p":{"c":"","s":1}}`,
		"get_transcript":     `{"a":{"bot_id":"` + bot + `"},"n":1773144000,"p":[1,0]}`,
		"search_transcripts": `{"a":{"query":"team budget"},"n":1773144000,"p":1}`,
	} { // else the form below is not that of a real one
		packed := base64.RawURLEncoding.EncodeToString(pack(f, name, schemas[name], []byte(good)))
		a.ok(name, `{"cursor":"`+packed+`"}`)
	}
	for i := range paged {
		for _, content := range []string{
			`{"a":{"bot_id":"` + bot + `"},"n":1773144000,"p":[1,5]}`, `{"a":{"bot_id":"` + bot + `"},"n":1773144000,"p":[-9,-9223372036854775808]}`, `{"a":{"query":"team budget","bot_id":"` + bot + `"},"p":9223372036854775807}`,
			`{"n":1773144000,"p":1}`, `{"a":{"limit":5,"detail":"full"},"n":1773144000,"p":{"c":"eyJ","s":-3}}`, `{"a":{"bot_id":"latest"},"n":-62135596801,"p":-1}`,
			`{"a":{"bot_id":"../x","cursor":"x"},"n":9223372036854775807,"p":[9223372036854775807]}`, `{"p":"x","p":"y"}`, `[]`, ``,
		} {
			f.Add(uint8(i), true, []byte(content))
		}
		f.Add(uint8(i), false, []byte("\x00\xff"))
	}
	f.Fuzz(func(t *testing.T, which uint8, packed bool, content []byte) {
		a := *a
		a.t = t
		name := paged[int(which)%len(paged)]
		if packed {
			content = pack(t, name, schemas[name], content)
		}
		cursor := base64.RawURLEncoding.EncodeToString(content)
		sent := len(a.sandbox.Requests())
		r := a.call(name, fmt.Sprintf(`{"cursor":%q}`, cursor))
		if r.text == "" {
			t.Errorf("%s %q: no text", name, content)
		}
		if n := len(a.sandbox.Requests()) - sent; n > 100 {
			t.Errorf("%s %q: %d requests", name, content, n)
		}
	})
}

// pack puts content into the form of a tool's cursors.
func pack(t testing.TB, tool string, schema, content []byte) []byte {
	t.Helper()
	out := bytes.NewBuffer([]byte{byte(crc32.ChecksumIEEE([]byte(tool)))})
	folder, err := flate.NewWriterDict(out, flate.BestSpeed, schema)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := folder.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := folder.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
