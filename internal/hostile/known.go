package hostile

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"strings"
	"sync"
)

// All returns every input.
func All() []Input { return append(Known(), Blind()...) }

// Known returns inputs made after the places where a server of this kind
// computes, compares, cleans, holds and passes on what it is given.
func Known() []Input {
	return []Input{
		{Kind: Computing, Name: "one search word of 40 KB among German stop words", Do: searches("der " + strings.Repeat("q", 40_000) + " und die ")},
		{Kind: Computing, Name: "a search word of 1 MB in one meeting", Meetings: []Meeting{german("Teamrunde Schließfächer")}, Do: func(ctx context.Context, g *Guest) error {
			return g.call(ctx, "search_transcripts", args{"bot_id": g.Bots["Teamrunde Schließfächer"], "query": "der die das " + strings.Repeat("bundes", 170_000)})
		}},
		{Kind: Computing, Name: "64 terms over 200,000 turns", Meetings: []Meeting{{"A yes at a time", yes(200_000)}}, Do: func(ctx context.Context, g *Guest) error {
			return g.call(ctx, "search_transcripts", args{"bot_id": g.Bots["A yes at a time"], "query": "yes " + strings.Repeat("yes yesterday yesman ", 21)})
		}},
		{Kind: Computing, Name: "a phrase that almost repeats in 200,000 turns", Meetings: []Meeting{{"Again and again", repeated("again", 200_000)}}, Do: func(ctx context.Context, g *Guest) error {
			return g.call(ctx, "search_transcripts", args{"bot_id": g.Bots["Again and again"], "query": `"` + strings.Repeat("again ", 60) + `end"`})
		}},
		{Kind: Computing, Name: "200,000 distinct words that are stored and searched for", Meetings: []Meeting{{"All words once", distinct(200_000)}}, Do: func(ctx context.Context, g *Guest) error {
			if err := g.call(ctx, "get_transcript", args{"bot_id": g.Bots["All words once"]}); err != nil {
				return err
			}
			return g.call(ctx, "search_transcripts", args{"query": "word1x wordx orx 99 word"})
		}},

		{Kind: Cleaning, Name: "a prompt's argument of marks and joiners", Do: prompts("क" + strings.Repeat("ा", 40_000) + strings.Repeat("\u200d", 40_000))},
		{Kind: Cleaning, Name: "a prompt's argument of ESC P", Do: prompts(strings.Repeat("\x1bP", 500_000))},
		{Kind: Cleaning, Name: "a prompt's argument of U+0090", Do: prompts(strings.Repeat("\u0090x", 1_000_000))},
		{Kind: Cleaning, Name: "a meeting of joiners", Meetings: []Meeting{{"Joiners", oneWord("क"+strings.Repeat("ा", 100_000)+strings.Repeat("\u200d", 100_000), "hi")}}, Do: pages("Joiners")},
		{Kind: Cleaning, Name: "a meeting of unended escape sequences", Meetings: []Meeting{{"Escapes", oneWord(strings.Repeat("\x1b]0;\x1bP\u0090\u009d", 100_000), "en")}}, Do: pages("Escapes")},

		{Kind: Bodies, Name: "60 unfinished messages of 4 MB to /mcp", Do: holds(60, 4_190_000, func(g *Guest) string { return g.Address + "/mcp" })},
		{Kind: Bodies, Name: "60 unfinished webhooks of 33 MB", Do: holds(60, 33_000_000, func(g *Guest) string { return g.Webhook })},
		{Kind: Bodies, Name: "a webhook of one JSON string of 30 MB", Do: func(ctx context.Context, g *Guest) error {
			_, _ = g.Post(ctx, g.Webhook, nil, io.MultiReader(strings.NewReader(`{"event":"`), zeros(30<<20), strings.NewReader(`"}`)), -1)
			return nil
		}},
		{Kind: Bodies, Name: "unfinished messages to a stream of one's own", Do: func(ctx context.Context, g *Guest) error {
			post, end, err := g.Stream(ctx, g.Address)
			if err != nil {
				return nil // it may be refused
			}
			defer end()
			return holds(40, 4_000_000, func(*Guest) string { return post })(ctx, g)
		}},
		{Kind: Bodies, Name: "chunked bodies that never end", Do: func(ctx context.Context, g *Guest) error {
			together(ctx, 8, func(int) {
				_, _ = g.Post(ctx, g.Address+"/mcp", nil, io.MultiReader(strings.NewReader(`{"jsonrpc":"2.0","id":1,"method":"ping","params":{"x":"`), zeros(64<<20)), -1)
			})
			return nil
		}},

		{Kind: Names, Name: "a tool's name of 4 MB", Do: func(ctx context.Context, g *Guest) error {
			return g.call(ctx, strings.Repeat("x", 4_100_000), args{})
		}},
		{Kind: Names, Name: "an argument's name of 4 MB", Do: func(ctx context.Context, g *Guest) error {
			return g.call(ctx, "join_meeting", args{strings.Repeat("y", 4_100_000): 1})
		}},
		{Kind: Names, Name: "100,000 arguments", Do: func(ctx context.Context, g *Guest) error {
			many := args{}
			for i := range 100_000 {
				many[fmt.Sprintf("meeting_urk%05d", i)] = 1
			}
			return g.call(ctx, "join_meeting", many)
		}},
		{Kind: Names, Name: "a resource's address of 4 MB", Do: func(ctx context.Context, g *Guest) error {
			return g.request(ctx, "resources/read", args{"uri": "meeting://" + strings.Repeat("%61", 1_300_000)})
		}},
		{Kind: Names, Name: "480,000 query words, and an enum of 4 MB", Do: func(ctx context.Context, g *Guest) error {
			var query strings.Builder
			for i := range 480_000 {
				fmt.Fprintf(&query, "w%06d ", i)
			}
			if err := g.call(ctx, "search_transcripts", args{"query": query.String()}); err != nil {
				return err
			}
			return g.call(ctx, "list_bots", args{"detail": strings.Repeat("z", 4_000_000)})
		}},

		{Kind: Memory, Name: "a turn of 5 MB, summarised with a focus", Meetings: []Meeting{{"One breath", oneWord(strings.Repeat("We agreed that the locker update ships on Friday, and Ann will tell the board. ", 65_000), "en")}}, Do: func(ctx context.Context, g *Guest) error {
			return g.call(ctx, "summarize_meeting", args{"bot_id": g.Bots["One breath"], "kind": "minutes", "focus": "locker", "max_words": 1000})
		}},
		{Kind: Memory, Name: "50 claims about 5 MB without a space", Meetings: []Meeting{{"一息", oneWord(strings.Repeat("会議で新しいロッカーの計画を決めました。", 85_000), "ja")}}, Do: func(ctx context.Context, g *Guest) error {
			claim := strings.Repeat("ロッカーの計画を金曜日に", 80)
			claims := make([]args, 50)
			for i := range claims {
				claims[i] = args{"text": claim, "quote": claim, "owner": "Ann", "due": "Friday"}
			}
			return g.call(ctx, "verify_claims", args{"bot_id": g.Bots["一息"], "claims": claims})
		}},
		{Kind: Memory, Name: "10,000 speakers", Meetings: []Meeting{{"Everybody", manySpeakers(10_000, 20_000)}}, Do: pages("Everybody")},
		{Kind: Memory, Name: "32 reads of the largest meeting at once", Meetings: []Meeting{{"Words and words", yes(150_000)}}, Do: func(ctx context.Context, g *Guest) error {
			together(ctx, 32, func(int) {
				_ = g.call(ctx, "get_meeting_data", args{"bot_id": g.Bots["Words and words"], "include_transcripts": true})
			})
			return nil
		}},
		{Kind: Memory, Name: "subscriptions to the largest meetings", Meetings: []Meeting{{"Watched", yes(100_000)}}, Do: func(ctx context.Context, g *Guest) error {
			post, end, err := g.Stream(ctx, g.Address)
			if err != nil {
				return nil // it may be refused
			}
			defer end()
			for i := range 40 {
				g.post(ctx, post, fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"resources/subscribe","params":{"uri":"meeting://%s/transcript?from=%d:00"}}`, i, g.Bots["Watched"], i))
			}
			return nil
		}},

		{Kind: Replicas, Name: "4 MB messages for a stream at the other replica", Do: passes(24, `{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"x":"`+strings.Repeat("a", 4_000_000)+`"}}`)},
		{Kind: Replicas, Name: "4 MB of names for a stream at the other replica", Do: passes(24, `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"`+strings.Repeat("b", 4_000_000)+`"}}`)},
		{Kind: Replicas, Name: "small messages by the hundred", Do: passes(300, `{"jsonrpc":"2.0","id":1,"method":"ping"}`)},
		{Kind: Replicas, Name: "answers to questions that nobody asked", Do: passes(24, `{"jsonrpc":"2.0","id":1,"result":{"x":"`+strings.Repeat("c", 3_000_000)+`"}}`)},
		{Kind: Replicas, Name: "1 MB notifications", Do: passes(60, `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1,"reason":"`+strings.Repeat("d", 1_000_000)+`"}}`)},
	}
}

// call calls a tool, whatever comes of it.
func (g *Guest) call(ctx context.Context, tool string, with args) error {
	_, _ = g.Call(ctx, tool, with) // refusals and cut connections are fine
	return nil
}

// request sends a request, whatever comes of it.
func (g *Guest) request(ctx context.Context, method string, params args) error {
	_, _ = g.Request(ctx, method, params)
	return nil
}

func (g *Guest) post(ctx context.Context, address, body string) {
	_, _ = g.Post(ctx, address, nil, strings.NewReader(body), int64(len(body)))
}

func searches(query string) func(context.Context, *Guest) error {
	return func(ctx context.Context, g *Guest) error {
		return g.call(ctx, "search_transcripts", args{"query": query})
	}
}

func prompts(topic string) func(context.Context, *Guest) error {
	return func(ctx context.Context, g *Guest) error {
		return g.request(ctx, "prompts/get", args{"name": "find_decision", "arguments": args{"topic": topic}})
	}
}

// pages reads a meeting in every way that shows what was said.
func pages(meeting string) func(context.Context, *Guest) error {
	return func(ctx context.Context, g *Guest) error {
		for _, format := range []string{"text", "json", "srt", "markdown"} {
			if err := g.call(ctx, "get_transcript", args{"bot_id": g.Bots[meeting], "format": format, "max_tokens": 20_000}); err != nil {
				return err
			}
		}
		return g.request(ctx, "resources/read", args{"uri": "meeting://" + g.Bots[meeting] + "/transcript"})
	}
}

// holds keeps so many bodies of size bytes unfinished.
func holds(connections int, size int64, address func(*Guest) string) func(context.Context, *Guest) error {
	return func(ctx context.Context, g *Guest) error {
		together(ctx, connections, func(int) {
			_ = g.Hold(ctx, address(g), io.MultiReader(strings.NewReader(`{"event":"x","data":{"a":"`), zeros(size)), size)
		})
		return nil
	}
}

// passes posts a message, so many times, at one replica for streams at the other.
func passes(times int, message string) func(context.Context, *Guest) error {
	return func(ctx context.Context, g *Guest) error {
		post, end, err := g.Stream(ctx, g.Other)
		if err != nil {
			return nil // it may be refused
		}
		defer end()
		u, err := url.Parse(post)
		if err != nil {
			return err
		}
		var group sync.WaitGroup
		for worker := range 6 {
			group.Go(func() {
				for i := worker; i < times && ctx.Err() == nil; i += 6 {
					g.post(ctx, g.Address+u.RequestURI(), message)
				}
			})
		}
		group.Wait()
		return nil
	}
}

// zeros is so many bytes of a letter.
func zeros(n int64) io.Reader { return io.LimitReader(letters{}, n) }

type letters struct{}

func (letters) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'a'
	}
	return len(p), nil
}

// The meetings below fill an hour evenly.

func turns(n int, at func(i int) (speaker, text string)) func() []Turn {
	return func() []Turn {
		all := make([]Turn, n)
		step := 3600 / float64(n)
		for i := range all {
			start, end := float64(i)*step, float64(i)*step+step/2
			speaker, text := at(i)
			all[i] = Turn{speaker, "en", start, end, []Word{{text, start, end}}}
		}
		return all
	}
}

func yes(n int) func() []Turn { return repeated("yes", n) }

func repeated(word string, n int) func() []Turn {
	return turns(n, func(i int) (string, string) { return [2]string{"Ann", "Bob"}[i%2], word })
}

func distinct(n int) func() []Turn {
	return turns(n, func(i int) (string, string) { return "Ann", fmt.Sprintf("word%dx", i) })
}

func manySpeakers(names, n int) func() []Turn {
	return turns(n, func(i int) (string, string) { return fmt.Sprintf("Speaker number %d", i%names), "we ship on Friday" })
}

func oneWord(text, lang string) func() []Turn {
	return func() []Turn { return []Turn{{"Ann", lang, 0, 3000, []Word{{text, 0, 3000}}}} }
}

func german(name string) Meeting {
	return Meeting{name, turns(40, func(i int) (string, string) {
		return "Anna", fmt.Sprintf("Die Bundesligaschließfächer und der Terminplan für die Kalenderwoche %d sind mit der Arbeitszeitverordnung abgestimmt.", i)
	})}
}
