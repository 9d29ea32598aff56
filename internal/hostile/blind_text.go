package hostile

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

// most is a little less than the server takes in one message.
const most = 3_900_000

// plain is what a client says of itself.
const plain = `"capabilities":{},"clientInfo":{"name":"x","version":"1"}`

type args = map[string]any

var accept = http.Header{"Accept": {"application/json, text/event-stream"}, "Content-Type": {"application/json"}}

// terminal has beginnings of commands to a terminal, without their ends.
var terminal = []string{"\x1b]8;;x", "\u009b38;5;", "\x1b[", "\u009d0;\x1b", "\u0098\u009e\u009f", "\u0090q\u009b"}

// worstMarks has combining marks whose classes fall, so that sorting moves all of them.
const worstMarks = "\u0345\u0360\u035c\u0301\u0323\u0327\u064b\u05bf\u05b7\u05b0\u094d\u093c\u0334"

// clusters has what joins to one character as often as it is repeated.
var clusters = []string{"🇩", "👩🏽\u200d", "क्\u200dष्", "\u1100\u1160\u11a8\u1100", "🏴\U000e0067\U000e0062", "1\ufe0f\u20e3\u200d", "ཀ\u0f71\u0f72\u0f74"}

// nearly has beginnings of what a filter of orders looks for.
var nearly = []string{
	"ignore ignore all all previous previous ", "sуstem: you you are are now now ", "aWdub3JlIGFsbCBwcmV2aW91", "i g n o r e  a l l  p r e v i o u ",
	"<!-- <system <|im_start ![x](http:// ", "===== ----- ##### ===== ", "Ignoriere alle vorherigen vorherigen ", "以前の指示を無視し無視し", "``` \"tool_call\": {{{ ",
}

// calls calls a tool with each of the arguments, one after the other.
func calls(ctx context.Context, g *Guest, tool string, list ...args) {
	for _, a := range list {
		if ctx.Err() == nil {
			_, _ = g.Call(ctx, tool, a)
		}
	}
}

// requests sends a request with each of the params, one after the other.
func requests(ctx context.Context, g *Guest, method string, list ...args) {
	for _, a := range list {
		if ctx.Err() == nil {
			_, _ = g.Request(ctx, method, a)
		}
	}
}

// say posts a message as it is.
func say(ctx context.Context, g *Guest, address, body string) {
	if ctx.Err() == nil {
		_, _ = g.Post(ctx, address, accept, strings.NewReader(body), int64(len(body)))
	}
}

// raw sends a request of the stateless protocol whose params are as they are written.
func raw(ctx context.Context, g *Guest, method, name, params string) {
	if ctx.Err() != nil {
		return
	}
	header := accept.Clone()
	header.Set("Mcp-Protocol-Version", "2026-07-28")
	header.Set("Mcp-Method", method)
	if name != "" {
		header.Set("Mcp-Name", name)
	}
	const version = `"io.modelcontextprotocol/protocolVersion":"2026-07-28"`
	const client = `"io.modelcontextprotocol/clientInfo":{"name":"x","version":"1"},"io.modelcontextprotocol/clientCapabilities":{}`
	body := rpc(1, method, `"_meta":{`+version+`,`+client+`},`+params)
	_, _ = g.Post(ctx, g.Address+"/mcp", header, strings.NewReader(body), int64(len(body)))
}

// rpc is a request with the inside of its params.
func rpc(id int, method, params string) string {
	return `{"jsonrpc":"2.0","id":` + strconv.Itoa(id) + `,"method":"` + method + `","params":{` + params + `}}`
}

func hello(info string) string {
	return rpc(0, "initialize", `"protocolVersion":"2025-06-18",`+info)
}

// together does n things at once and waits for all.
func together(ctx context.Context, n int, do func(i int)) {
	var all sync.WaitGroup
	for i := range n {
		if ctx.Err() != nil {
			break
		}
		all.Go(func() { do(i) })
	}
	all.Wait()
}

// everywhere puts a text where it is cleaned before it is shown or compared.
func everywhere(ctx context.Context, g *Guest, bot, text string) {
	requests(ctx, g, "prompts/get", args{"name": "find_decision", "arguments": args{"topic": text}})
	calls(ctx, g, "search_transcripts", args{"query": text, "bot_id": bot})
	calls(ctx, g, "summarize_meeting", args{"bot_id": bot, "focus": text})
	calls(ctx, g, "list_bots", args{"speaker_name": text})
	calls(ctx, g, "verify_claims", args{"bot_id": bot, "claims": []args{{"text": text, "quote": text, "owner": text}}})
}

// read reads a meeting in every way.
func read(ctx context.Context, g *Guest, bot string) {
	for _, format := range []string{"text", "markdown", "json", "vtt", "srt"} {
		calls(ctx, g, "get_transcript", args{"bot_id": bot, "format": format, "max_tokens": 20000})
	}
	calls(ctx, g, "get_meeting_data", args{"bot_id": bot, "include_transcripts": true, "detail": "full", "max_tokens": 20000})
	calls(ctx, g, "summarize_meeting", args{"bot_id": bot, "kind": "minutes", "max_words": 1000})
	requests(ctx, g, "resources/read", args{"uri": "meeting://" + bot + "/transcript?format=markdown"})
}

// streams opens n event streams at a server.
func streams(ctx context.Context, g *Guest, server string, n int) (posts []string, end func()) {
	var ends []func()
	for range n {
		if post, end, err := g.Stream(ctx, server); err == nil {
			posts, ends = append(posts, post), append(ends, end)
		}
	}
	return posts, func() {
		for _, end := range ends {
			end()
		}
	}
}

// moved is an address at another server.
func moved(address, server string) string {
	a, err := url.Parse(address)
	s, err2 := url.Parse(server)
	if err != nil || err2 != nil {
		return address
	}
	a.Scheme, a.Host = s.Scheme, s.Host
	return a.String()
}

// across opens streams at both replicas in turn, and posts n messages, each where its stream is not.
func across(ctx context.Context, g *Guest, open, n int, message func(i int) string) error {
	there, end := streams(ctx, g, g.Other, (open+1)/2)
	defer end()
	here, end := streams(ctx, g, g.Address, open/2)
	defer end()
	var posts []string
	for _, p := range there {
		posts = append(posts, moved(p, g.Address))
	}
	for _, p := range here {
		posts = append(posts, moved(p, g.Other))
	}
	if len(posts) > 0 {
		together(ctx, n, func(i int) { say(ctx, g, posts[i%len(posts)], message(i)) })
	}
	return nil
}

// drops is a body that comes at once as far as text goes, and then by single bytes.
type drops struct {
	ctx  context.Context
	text string
	rest int // single bytes after text
	wait time.Duration
	fail bool // ends with an error
}

func (d *drops) Read(p []byte) (int, error) {
	if d.text != "" {
		n := copy(p, d.text)
		d.text = d.text[n:]
		return n, nil
	}
	if d.fail {
		return 0, errors.New("broken off")
	}
	if d.rest == 0 || len(p) == 0 {
		return 0, io.EOF
	}
	select {
	case <-d.ctx.Done():
		return 0, d.ctx.Err()
	case <-time.After(d.wait):
	}
	d.rest--
	p[0] = 'a'
	return 1, nil
}

// headers has what is read before a body is.
func headers() [][2]string {
	return [][2]string{
		{"Content-Type", "application/json" + many(30_000, func(i int) string { return fmt.Sprintf("; a*%d=b", i) })},
		{"Accept", strings.Repeat("text/*;q=0.1, ", 50_000)},
		{"Mcp-Session-Id", strings.Repeat("A", 700_000)},
		{"Mcp-Protocol-Version", strings.Repeat("2025-06-18,", 60_000)},
		{"Last-Event-Id", strings.Repeat("9", 700_000)},
		{"Baggage", strings.Repeat("a=b;c=d,", 80_000)},
		{"X-Forwarded-For", strings.Repeat("::1, ", 140_000)},
	}
}

// squeezed is gzip of so many zeros.
func squeezed(size int64) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	zeros := make([]byte, 1<<20)
	for range size >> 20 {
		_, _ = w.Write(zeros)
	}
	_ = w.Close()
	return b.String()
}

// fill repeats a unit, whole, to no more than size bytes.
func fill(unit string, size int) string { return strings.Repeat(unit, size/len(unit)) }

// many joins what is made of 0 to n-1.
func many(n int, make func(i int) string) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(make(i))
	}
	return b.String()
}

// inStrings is JSON in a string in a string, and so on.
func inStrings(value string, times int) string {
	for range times {
		value = `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(value) + `"`
	}
	return value
}

// nested is a value within objects.
func nested(value any, depth int) any {
	for range depth {
		value = args{"url": value}
	}
	return value
}

// wrapped is a link in a link that checks it, and so on.
func wrapped(link string, times int) string {
	for range times {
		link = "https://eur05.safelinks.protection.outlook.com/?url=" + url.QueryEscape(link)
	}
	return link
}

// han has n letters, of twenty thousand different ones.
func han(n int) string {
	return many(n, func(i int) string { return string(rune(0x4e00 + i*7%20_000)) })
}

// claims are as many as may be checked at once, all with one quote.
func claims(quote, text string) []args {
	list := make([]args, 50)
	for i := range list {
		list[i] = args{"text": fmt.Sprint(text, " ", i), "quote": quote, "turn": i, "speaker": "Ann", "owner": "Annn", "due": "Friday week", "kind": "action_item"}
	}
	return list
}

// linked is a word of n letters that link the parts of German compounds.
func linked(n int, seed uint64) string {
	r := rand.New(rand.NewPCG(seed, 5))
	return many(n, func(int) string { return "ens"[r.IntN(3):][:1] })
}

// fibonacci has n words, of which no part comes at even distances.
func fibonacci(n int) string {
	a, b := []byte("p"), []byte("pv")
	for len(b) < n {
		a, b = b, append(bytes.Clone(b), a...)
	}
	return many(n, func(i int) string {
		if b[i] == 'p' {
			return "pump "
		}
		return "valve "
	})
}

// planted is a list of one meeting.
func planted(name string, turns func() []Turn) []Meeting {
	return []Meeting{{Name: name, Turns: turns}}
}

// turn is the i-th of a meeting, of 20 seconds.
func turn(i int, speaker, lang, text string) Turn {
	start := float64(i) * 20
	return Turn{Speaker: speaker, Lang: lang, Start: start, End: start + 19, Words: []Word{{Text: text, Start: start, End: start + 19}}}
}

// linkingLetters has every word of three to nine linking letters.
func linkingLetters() []Turn {
	var turns []Turn
	words := []string{""}
	for n := 1; n <= 9; n++ {
		var next []string
		for _, w := range words {
			next = append(next, w+"e", w+"n", w+"s")
		}
		words = next
		if n >= 3 {
			turns = append(turns, turn(n, "Änne Groß", "de", strings.Join(words, " ")))
		}
	}
	return turns
}

func pumpAndValve() []Turn {
	var turns []Turn
	for i := range 40 {
		turns = append(turns, turn(i, "Ann", "en", fibonacci(12_000+i)+"tank"))
	}
	return turns
}

func andSoOn() []Turn {
	return []Turn{turn(0, "Ann", "en", strings.Repeat("and so on ", 250_000)+"forth"), turn(1, "Anne", "en", strings.Repeat("on so ", 100_000)), turn(2, "Ann", "en", "forth and never mind")}
}

func nearlyOne() []Turn {
	var turns []Turn
	for i := range 6_000 {
		speaker := strings.Repeat("Ann-", 1+i%40) + "Anne " + strconv.Itoa(i)
		turns = append(turns, turn(i, speaker, "en", many(15, func(k int) string {
			return fmt.Sprintf("Dr. Nr. %d.%d decided the pump%d of hall%d leaks, e.g. z.B. again. ", i, k, i*k%900, i%700)
		})))
	}
	return turns
}

func ofY() []Turn {
	ends := []string{"ing", "ed", "ational", "iveness", "fully", "ies", "'s'"}
	var turns []Turn
	for i := range 300 {
		turns = append(turns, turn(i, "Yy", "en", strings.Repeat("y", 9_000+i)+ends[i%len(ends)]))
	}
	return turns
}

func marksTurns() []Turn {
	return []Turn{turn(0, "Ann"+fill(worstMarks, 90_000), "hi", "a"+fill(worstMarks, 3_000_000)), turn(1, "Ann", "he", strings.Repeat("\u05d0"+fill(worstMarks, 3_000)+" ", 400))}
}

func terminalTurns() []Turn {
	var turns []Turn
	for i, unit := range terminal {
		turns = append(turns, turn(2*i, "Ann"+fill(unit, 9_000), "en", fill(unit, 250_000)), turn(2*i+1, "Bob", "en", fill(unit+"\n word ", 150_000)))
	}
	return turns
}

func flagTurns() []Turn {
	var turns []Turn
	for i, unit := range clusters {
		turns = append(turns, turn(i, fill(unit, 40_000), "", fill(unit, 900_000)))
	}
	return turns
}

func nearlyTurns() []Turn {
	var turns []Turn
	for i, unit := range nearly {
		turns = append(turns, turn(i, fill(unit, 4_000), "en", fill(unit, 400_000)))
	}
	return turns
}

func watchedTurns() []Turn {
	var turns []Turn
	for i := range 900 {
		turns = append(turns, turn(i, "Zoë", "fr", strings.Repeat("la pompe de la salle fuit encore ", 8)))
	}
	return turns
}

func noFullStop() []Turn {
	return []Turn{turn(0, "王芳", "zh", strings.Repeat("我们决定周五发布水泵、", 60_000)), turn(1, "สมชาย", "th", strings.Repeat("เราตัดสินใจวันศุกร์", 25_000)), turn(2, "佐藤", "ja", strings.Repeat("ポンプを金曜日に発送する、", 20_000))}
}
