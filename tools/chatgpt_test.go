package tools_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tiktoken-go/tokenizer"

	"github.com/meetmcp/meetmcp/client/sandbox"
	"github.com/meetmcp/meetmcp/tools"
)

// connector is a real client with the set chatgpt alone, of a sandbox.
func connector(t *testing.T, o sandbox.Options, p tools.Policy) *agent {
	t.Helper()
	s, err := sandbox.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	p.Now = s.Now
	a := newAgentWith(t, p, s.URL(), sandbox.Key, "chatgpt")
	a.sandbox = s
	return a
}

type source struct{ ID, Title, URL string }

// search returns the results, whose JSON may have nothing else.
func (a *agent) search(query string) []source {
	a.t.Helper()
	args, err := json.Marshal(map[string]string{"query": query})
	if err != nil {
		a.t.Fatal(err)
	}
	r := a.ok("search", string(args))
	var out struct{ Results []source }
	strictly(a.t, r, &out)
	if out.Results == nil {
		a.t.Errorf("%s: results is no list: %s", query, r.text)
	}
	for _, result := range out.Results {
		if result.ID == "" || result.Title == "" || result.URL != "" && !strings.HasPrefix(result.URL, "https://") {
			a.t.Errorf("%s: got %+v", query, result)
		}
	}
	return out.Results
}

type document struct {
	ID, Title, Text, URL string
	Metadata             map[string]string
}

func (a *agent) fetch(id string) document {
	a.t.Helper()
	var out document
	strictly(a.t, a.ok("fetch", `{"id":"`+id+`"}`), &out)
	return out
}

func strictly(t testing.TB, r result, to any) {
	t.Helper()
	strict := json.NewDecoder(strings.NewReader(r.text))
	strict.DisallowUnknownFields()
	if err := strict.Decode(to); err != nil || strict.More() || r.json != "" {
		t.Fatalf("%v: want one text of JSON and no structured form, got %s, %s", err, r.text, r.json)
	}
}

func TestConnector(t *testing.T) {
	a := connector(t, sandbox.Options{}, tools.Policy{})
	if names := listedBy(t, a); len(names) != 2 || names[0].Name != "search" || names[1].Name != "fetch" {
		t.Errorf("got %v", names)
	}
	passages := a.search("who fixes the error messages of the sign-up form?")
	if len(passages) == 0 || !strings.Contains(passages[0].ID, "#") || !strings.Contains(passages[0].Title, "weekly sync") {
		t.Fatalf("got %+v", passages)
	}
	some := a.fetch(passages[0].ID)
	bot, turns, _ := strings.Cut(passages[0].ID, "#")
	if some.ID != passages[0].ID || !strings.Contains(some.Text, "Turns "+turns+" (") || !strings.Contains(some.Text, "fetch "+bot+" for all") ||
		some.Metadata["turns"] != turns || some.Metadata["bot_id"] != bot || some.Metadata["next_id"] != "" || strings.Count(some.Text, "--- meeting speech") != 2 {
		t.Errorf("got %+v", some)
	}
	if all := a.fetch(bot); !strings.Contains(all.Text, "Turns 0-45 (") || all.Title != "Orchard app weekly sync" || all.URL != passages[0].URL || all.Metadata["total_turns"] != "46" {
		t.Errorf("got %+v", all)
	}
	if latest := a.fetch("latest"); latest.ID != bot {
		t.Errorf("latest: got %+v", latest)
	}
	if named := a.search("Weekly Sync"); named[0].ID != bot {
		t.Errorf("a title: got %+v", named)
	}
	for _, query := range []string{"recent meetings", "What was my latest meeting?", "*", "the"} {
		if recent := a.search(query); len(recent) != 8 || recent[0].ID != bot || strings.Contains(recent[7].ID, "#") {
			t.Errorf("%q: got %+v", query, recent)
		}
	}
	if none := a.search("zeppelin"); len(none) != 0 {
		t.Errorf("got %+v", none)
	}
	for _, row := range []struct{ tool, args, want string }{
		{"search", `{"query":"-budget"}`, "only excludes"},
		{"search", `{"query":"` + strings.Repeat("recent ", 10_000) + `"}`, "query is 70,000 characters long; at most 1,000 are taken"},
		{"search", `{"q":"budget"}`, "Valid: query"},
		{"fetch", `{"id":"` + bot + `#900-901"}`, "has the turns 0 to 45. Fetch " + bot},
		{"fetch", `{"id":"` + bot + `#5-3"}`, "is not one that search or fetch gave"},
		{"fetch", `{"id":"#5"}`, "is not one that"},
		{"fetch", `{"id":"` + bot + `#a-b"}`, "is not one that"},
		{"fetch", `{"id":"` + bot + `#-1-4"}`, "is not one that"},
		{"fetch", `{"id":"` + bot + `#5.-2-9"}`, "is not one that"},
		{"fetch", `{"id":"` + bot + `#5.99999-5"}`, "names no words"},
		{"fetch", `{"id":"../../calendars"}`, "fetch: "},
		{"fetch", `{"id":"00000000-0000-4000-8000-000000000000"}`, "no such id"},
		{"fetch", `{}`, "id is missing"},
	} {
		if r := a.call(row.tool, row.args); !r.isError || !strings.Contains(r.text, row.want) {
			t.Errorf("%s %s: got %s, want %s", row.tool, row.args, r.text, row.want)
		}
	}
	if one := a.ok("fetch", `{"bot_id":"`+bot+`#3"}`); !strings.Contains(one.text, "Turns 3-3 (") || !strings.Contains(one.text, "bot_id was read as id") {
		t.Errorf("one turn: got %s", one.text)
	}
}

// A bot whose meeting is not over, or has no transcript, is no empty text.
func TestConnectorWithoutTranscript(t *testing.T) {
	s, err := sandbox.Start(sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	a := newAgentWith(t, tools.Policy{SpeechToText: "none", Now: s.Now}, s.URL(), sandbox.Key, "all")
	bot := a.ok("join_meeting", `{`+meet+`}`).field("bot_id")
	if recent := a.search("recent"); recent[0].ID != bot {
		t.Errorf("got %+v", recent)
	}
	for _, row := range []struct {
		after time.Duration
		want  string
	}{{0, "state joining"}, {3 * time.Hour, "No speech_to_text was asked for"}} {
		s.Advance(row.after)
		if got := a.fetch(bot); !strings.Contains(got.Text, "There is no transcript") || !strings.Contains(got.Text, row.want) || got.Metadata["total_turns"] != "0" {
			t.Errorf("got %+v, want %s", got, row.want)
		}
	}
}

// Pages of fetch hold every word of a meeting, in order, once, each page within
// 20,000 tokens.
func TestConnectorPages(t *testing.T) {
	codec, err := tokenizer.Get(tokenizer.O200kBase)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	var spoken []string
	var vtt strings.Builder
	vtt.WriteString("WEBVTT\n")
	for turn := range 400 {
		length := 40
		if turn == 7 || turn == 399 {
			length = 9_000 // more than a page
		}
		fmt.Fprintf(&vtt, "\n%s --> %s\n<v Speaker %d>", clock(turn*20), clock(turn*20+19), turn%3)
		for i := range length {
			word := fmt.Sprintf("w%dx%d", turn, i)
			if i%25 == 24 {
				word += `."`
			}
			spoken = append(spoken, word)
			vtt.WriteString(word)
			if i == length-1 || i%500 == 499 {
				vtt.WriteString("\n")
			} else {
				vtt.WriteString(" ")
			}
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "long.vtt"), []byte(vtt.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	a := connector(t, sandbox.Options{Data: dir}, tools.Policy{})
	long := a.search("long")[0].ID
	for _, row := range []struct {
		id   string
		want []string
	}{{long, spoken}, {long + "#6-8", spoken[6*40 : 8*40+9_000]}} {
		var read []string
		pages := 0
		for id := row.id; id != ""; pages++ {
			r := a.ok("fetch", `{"id":"`+id+`"}`)
			if n, err := codec.Count(r.text); err != nil || n > 20_000 {
				t.Errorf("%s: %d tokens, %v", id, n, err)
			}
			page := document{}
			strictly(t, r, &page)
			_, speech, _ := strings.Cut(page.Text, "not instructions ---\n")
			for line := range strings.Lines(speech) {
				for _, word := range strings.Fields(line) {
					if strings.HasPrefix(word, "w") && strings.Contains(word, "x") {
						read = append(read, word)
					}
				}
			}
			if next := page.Metadata["next_id"]; next != "" && !strings.Contains(page.Text, "It goes on: fetch "+next+"\n") {
				t.Errorf("%s: the next id is not in the text", id)
			}
			id = page.Metadata["next_id"]
		}
		t.Logf("%s: %d words on %d pages", row.id, len(read), pages)
		if !slices.Equal(read, row.want) {
			t.Errorf("%s: read %d words of %d", row.id, len(read), len(row.want))
		}
	}
}

func clock(seconds int) string {
	return fmt.Sprintf("%02d:%02d:%02d.000", seconds/3600, seconds/60%60, seconds%60)
}

// What was not found in the meetings that could be read in time is not said to
// be in none.
func TestConnectorIsNotSure(t *testing.T) {
	dir := t.TempDir()
	for i := range 120 {
		text := fmt.Sprintf("WEBVTT\n\n00:00.000 --> 00:02.000\n<v Ada>Quinces again, for the %dth time.\n", i)
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("m%03d.vtt", i)), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	a := connector(t, sandbox.Options{Data: dir}, tools.Policy{CallLimit: 50 * time.Second})
	r := a.call("search", `{"query":"zeppelin"}`)
	if !r.isError || !strings.Contains(r.text, "48 meetings are still to be read") {
		t.Fatalf("got %s", r.text)
	}
	if found := a.search("quinces"); len(found) == 0 {
		t.Error("what was read is not found")
	}
	if none := a.search("zeppelin"); len(none) != 0 {
		t.Errorf("got %+v", none)
	}
}

// A meeting of more different words than are indexed is said to be searched in
// part, by both tools.
func TestLongMeetingsAreSearchedInPart(t *testing.T) {
	dir := t.TempDir()
	var vtt strings.Builder
	vtt.WriteString("WEBVTT\n\n")
	for i := range 450 {
		fmt.Fprintf(&vtt, "%02d:%02d:%02d.000 --> %02d:%02d:%02d.900\n<v Ada>", i/3600, i/60%60, i%60, i/3600, i/60%60, i%60)
		for n := range 50 {
			fmt.Fprintf(&vtt, "w%dx%d ", i, n)
		}
		vtt.WriteString("\n\n")
	}
	vtt.WriteString("00:10:00.000 --> 00:10:02.000\n<v Ada>At last the zebra.\n")
	if err := os.WriteFile(filepath.Join(dir, "long.vtt"), []byte(vtt.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	a := connector(t, sandbox.Options{Data: dir}, tools.Policy{})
	if found := a.search("w7x7"); len(found) != 1 {
		t.Errorf("the beginning: got %+v", found)
	}
	if r := a.call("search", `{"query":"zebra"}`); !r.isError || !strings.Contains(r.text, "1 meetings are so long that only their beginning is searched") {
		t.Errorf("the end: got %s", r.text)
	}
	b := newAgentOn(t, tools.Policy{}, sandbox.Options{Data: dir})
	if r := b.ok("search_transcripts", `{"query":"zebra"}`); !strings.Contains(r.json, `"partly_searched":1`) || !strings.Contains(r.json, `"complete":false`) ||
		!strings.Contains(r.text, `"zebra" does not occur in what was searched`) ||
		!strings.Contains(r.text, "1 of these are so long that only their beginning is searched: read the rest with get_transcript") {
		t.Errorf("the end: got %s", r.text)
	}
}
