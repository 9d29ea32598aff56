package hostile

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Blind returns inputs that were written from the documentation alone.
func Blind() []Input {
	return []Input{
		{Kind: Computing, Name: "compounds of nothing but linking letters", Meetings: planted("Fugen", linkingLetters),
			Do: func(ctx context.Context, g *Guest) error {
				for _, n := range []int{40, 120, 500, 2_000, 20_000} {
					word := linked(n, uint64(n)) + "q"
					calls(ctx, g, "search_transcripts",
						args{"bot_id": g.Bots["Fugen"], "query": word},
						args{"bot_id": g.Bots["Fugen"], "query": many(60, func(i int) string { return linked(n%400+i, uint64(i)) + "q " })},
						args{"query": `"` + word + " " + word + `" -` + word})
				}
				return nil
			}},
		{Kind: Computing, Name: "phrases that fail at their last word", Meetings: planted("Pump and valve", pumpAndValve),
			Do: func(ctx context.Context, g *Guest) error {
				together(ctx, 12, func(i int) {
					phrase := fibonacci([]int{13, 55, 377, 10_000}[i%4])
					calls(ctx, g, "search_transcripts",
						args{"bot_id": g.Bots["Pump and valve"], "query": `"` + phrase + `tank"`, "limit": 50},
						args{"bot_id": g.Bots["Pump and valve"], "query": many(80, func(k int) string { return `"` + fibonacci(8+k%30) + `tank" -"` + fibonacci(5+k) + `tank" ` })})
				})
				return nil
			}},
		{Kind: Computing, Name: "quotes of many pieces with gaps between", Meetings: planted("And so on", andSoOn),
			Do: func(ctx context.Context, g *Guest) error {
				for _, pieces := range []int{20, 120, 240, 5_000} {
					quote := strings.Repeat("so … on … ", pieces/2)
					calls(ctx, g, "verify_claims",
						args{"bot_id": g.Bots["And so on"], "claims": claims(quote+"never", "and so on and so on")},
						args{"bot_id": g.Bots["And so on"], "claims": claims("… … "+strings.ReplaceAll(quote, "…", "[...]")+"forth", strings.Repeat("on so ", pieces))},
						args{"bot_id": g.Bots["And so on"], "max_tokens": 20000, "claims": claims(strings.Repeat("on and so ", pieces/2)+"never", "17 of 3,000 on Friday")})
				}
				return nil
			}},
		{Kind: Computing, Name: "summaries of 90,000 sentences that are nearly one", Meetings: planted("Halls and pumps", nearlyOne),
			Do: func(ctx context.Context, g *Guest) error {
				focus := many(1_500, func(i int) string { return fmt.Sprintf("hall%d pumps%d ", i, i*7) })
				kinds := []string{"overview", "action_items", "decisions", "minutes"}
				together(ctx, 8, func(i int) {
					calls(ctx, g, "summarize_meeting",
						args{"bot_id": g.Bots["Halls and pumps"], "kind": kinds[i%4], "engine": "extractive", "focus": focus[i*100:], "max_words": 1000, "max_tokens": 20000},
						args{"bot_id": g.Bots["Halls and pumps"], "kind": kinds[i%4], "max_words": 1000 - i})
					calls(ctx, g, "get_meeting_data", args{"bot_id": g.Bots["Halls and pumps"], "detail": "full"})
					calls(ctx, g, "get_transcript", args{"bot_id": g.Bots["Halls and pumps"], "speaker": "Ann-Ann-Anne " + strings.Repeat("n", i*300)})
				})
				return nil
			}},
		{Kind: Computing, Name: "words of one letter that is vowel and consonant", Meetings: planted("Yyy", ofY),
			Do: func(ctx context.Context, g *Guest) error {
				for _, n := range []int{60, 900, 7_000, 400_000} {
					y := strings.Repeat("y", n)
					calls(ctx, g, "search_transcripts",
						args{"bot_id": g.Bots["Yyy"], "query": y + "ing " + y + "edly " + y + "ization"},
						args{"query": strings.Repeat("ational", n/7) + "izers " + strings.Repeat("лась", n/8) + "ейшими " + strings.Repeat("ların", n/8)},
						args{"query": many(200, func(i int) string { return y[:min(n, 300)] + strings.Repeat("'s", i) + " " })})
					calls(ctx, g, "summarize_meeting", args{"bot_id": g.Bots["Yyy"], "focus": y + "s", "kind": "minutes"})
				}
				return nil
			}},

		{Kind: Cleaning, Name: "marks in the worst order", Meetings: planted("Marks", marksTurns),
			Do: func(ctx context.Context, g *Guest) error {
				read(ctx, g, g.Bots["Marks"])
				for _, n := range []int{1_000, 40_000, 1_200_000} {
					everywhere(ctx, g, g.Bots["Marks"], "a"+fill(worstMarks, n)+"\u0300")
				}
				return nil
			}},
		{Kind: Cleaning, Name: "terminal commands that never end", Meetings: planted("Terminal", terminalTurns),
			Do: func(ctx context.Context, g *Guest) error {
				read(ctx, g, g.Bots["Terminal"])
				for _, unit := range terminal {
					everywhere(ctx, g, g.Bots["Terminal"], fill(unit, 600_000/(1+5*strings.Count(unit, "\x1b"))))
				}
				return nil
			}},
		{Kind: Cleaning, Name: "flags, families and conjuncts without end", Meetings: planted("Flags", flagTurns),
			Do: func(ctx context.Context, g *Guest) error {
				read(ctx, g, g.Bots["Flags"])
				for i, unit := range clusters {
					everywhere(ctx, g, g.Bots["Flags"], fill(unit, []int{9_000, 250_000, 1_100_000}[i%3])+"!")
				}
				return nil
			}},
		{Kind: Cleaning, Name: "directions opened but closed elsewhere",
			Do: func(ctx context.Context, g *Guest) error {
				open, shut := fill("\u2066\u202eא\u2067", 500_000), fill("\u2069\u202cب\u2069", 500_000)
				hidden := fill("見\U000e0100\U000e01ef\u180b\ufe0f\u200b\u2060\ufeff\U000e0041", 500_000)
				for _, text := range []string{open + shut, shut + open, fill("\u200f\u200e\u061c\u034f", 30_000), hidden} {
					everywhere(ctx, g, "latest", text)
				}
				return nil
			}},
		{Kind: Cleaning, Name: "what nearly gives orders", Meetings: planted("Nearly", nearlyTurns),
			Do: func(ctx context.Context, g *Guest) error {
				read(ctx, g, g.Bots["Nearly"])
				for _, unit := range nearly[:4] {
					everywhere(ctx, g, g.Bots["Nearly"], fill(unit, 400_000))
				}
				return nil
			}},

		{Kind: Bodies, Name: "nothing but white space, held at three addresses",
			Do: func(ctx context.Context, g *Guest) error {
				post, end, err := g.Stream(ctx, g.Address)
				if err != nil {
					return nil
				}
				defer end()
				blank := strings.Repeat(" \r\n\t", most/4)
				together(ctx, 54, func(i int) {
					_ = g.Hold(ctx, []string{g.Address + "/mcp", post, g.Webhook}[i%3], strings.NewReader(blank), int64(len(blank)))
				})
				return nil
			}},
		{Kind: Bodies, Name: "one string that comes by drops",
			Do: func(ctx context.Context, g *Guest) error {
				head := strings.Repeat(`\ud83d\ude00`, 80_000)
				together(ctx, 40, func(i int) {
					body := &drops{ctx: ctx, text: `{"jsonrpc":"2.0","id":"` + head[:len(head)-12*i], rest: 60, wait: 150 * time.Millisecond}
					_, _ = g.Post(ctx, []string{g.Address + "/mcp", g.Webhook}[i%2], accept, body, -1)
				})
				return nil
			}},
		{Kind: Bodies, Name: "numbers that are huge written or meant",
			Do: func(ctx context.Context, g *Guest) error {
				digits := strings.Repeat("9876543210", most/10)
				for _, n := range []string{"1e999999999", "-1E-2147483648", "1e+" + digits[:200_000], digits, "0." + digits[2:], digits[:9_000] + "e-8999"} {
					raw(ctx, g, "tools/call", "list_bots", `"name":"list_bots","arguments":{"limit":`+n+`}`)
					say(ctx, g, g.Address+"/mcp", `{"jsonrpc":"2.0","method":"ping","id":`+n+`}`)
					say(ctx, g, g.Webhook, `{"event":"complete","data":{"bot_id":`+n+`}}`)
					calls(ctx, g, "verify_claims", args{"bot_id": "latest", "claims": []args{{"text": "x", "turn": json.RawMessage(n)}, {"text": n[:min(len(n), 10_000)], "turn": "1e9"}}})
					calls(ctx, g, "join_meeting", args{"meeting_url": "https://meet.google.com/abc-defg-hij", "bot_name": "x", "start_time": n, "automatic_leave": args{"silence_timeout": n[:min(len(n), 50_000)]}})
				}
				return nil
			}},
		{Kind: Bodies, Name: "values and names by the hundred thousand",
			Do: func(ctx context.Context, g *Guest) error {
				for _, value := range []string{
					"[" + strings.Repeat("[],", most/3-9) + "[]]",
					"{" + many(160_000, func(i int) string { return fmt.Sprintf(`"jsonrpc%011d":0,`, i) }) + `"":0}`,
					"{" + many(90_000, func(i int) string { return fmt.Sprintf(`"\u212a\u017f%d":{},`, i) }) + `"":0}`,
					strings.Repeat(`{"a":[`, 48) + strings.Repeat("0,", 1_800_000) + "0" + strings.Repeat("]}", 48),
					inStrings(`[{"text":"x"}]`, 17),
					`"` + strings.Repeat(`\u0000`, 640_000) + `"`,
				} {
					raw(ctx, g, "tools/call", "verify_claims", `"name":"verify_claims","arguments":{"bot_id":"latest","claims":`+value+`}`)
					raw(ctx, g, "tools/call", "list_bots", `"name":"list_bots","arguments":`+value)
					say(ctx, g, g.Address+"/mcp", `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"capabilities":`+value+`}}`)
					say(ctx, g, g.Webhook, `{"event":"bot.status_change","data":`+value+`}`)
				}
				return nil
			}},
		{Kind: Bodies, Name: "headers that belie their body",
			Do: func(ctx context.Context, g *Guest) error {
				long, bomb := strings.Repeat("é", 100_000), squeezed(400<<20)
				for _, address := range []string{g.Address + "/mcp", g.Webhook} {
					for _, h := range headers() {
						header := accept.Clone()
						header.Set(h[0], h[1])
						_, _ = g.Post(ctx, address, header, strings.NewReader(`{"jsonrpc":"2.0","id":1,"method":"`+long+`"}`), -1)
					}
					for _, coding := range []string{"gzip", "gzip, gzip", "identity"} {
						_, _ = g.Post(ctx, address, http.Header{"Content-Encoding": {coding}}, strings.NewReader(bomb), int64(len(bomb)))
					}
					_, _ = g.Post(ctx, address, accept, &drops{ctx: ctx, text: `["` + long, fail: true}, most)
					_, _ = g.Post(ctx, address, accept, strings.NewReader(`{"a":"`+long), 1<<40)
				}
				return nil
			}},

		{Kind: Names, Name: "hosts in a script of twenty thousand letters",
			Do: func(ctx context.Context, g *Guest) error {
				for _, host := range []string{han(1_000), han(60_000), han(1_250_000), "xn--" + strings.Repeat("a", 300_000), strings.Repeat("xn--0zwm56d。", 200_000), strings.Repeat("ß.", 900_000), "[::" + strings.Repeat("0", most-900) + "1]"} {
					calls(ctx, g, "join_meeting",
						args{"meeting_url": "https://meet.google.com/abc-defg-hij", "bot_name": "x", "webhook_url": "https://" + host + ".example.org/"},
						args{"meeting_url": "https://" + host + ".zoom.us/j/1", "bot_name": "x"})
					calls(ctx, g, "retranscribe_meeting", args{"bot_id": "latest", "webhook_url": "https://a@" + host})
					calls(ctx, g, "create_zoom_connection", args{"authorization_code": "x", "redirect_uri": "https://" + host, "zoom_client_id": "x", "zoom_client_secret": "y"})
				}
				return nil
			}},
		{Kind: Names, Name: "settings full of addresses, and links within links",
			Do: func(ctx context.Context, g *Guest) error {
				const room = "https://meet.google.com/abc-defg-hij"
				layers := wrapped(room, 180)
				addresses := make([]string, 90_000)
				for i := range addresses {
					addresses[i] = fmt.Sprintf("wss://0x%x.%o.example/%%25%x", i, i, i)
				}
				for _, settings := range []any{addresses, args{"url": addresses}, strings.Join(addresses, " "), nested(addresses[:9_000], 80), strings.Repeat("http://", most/8), strings.Repeat(`\\/\/`, 400_000)} {
					calls(ctx, g, "join_meeting", args{"meeting_url": "ftp://x", "bot_name": "x", "transcription_custom_parameters": args{"callback": settings}},
						args{"meeting_url": layers, "bot_name": "x", "extra": args{"title": settings}})
				}
				calls(ctx, g, "join_meeting",
					args{"meeting_url": "Join: " + strings.Repeat("https://zoom.us/j/1?pwd= ", 150_000), "bot_name": "x", "webhook_url": "http://10.0.0.1/"},
					args{"meeting_url": room, "bot_name": "x", "bot_image": "https://e.com/" + strings.Repeat("%25", most/3-500) + "%zz"},
					args{"meeting_url": room, "bot_name": "x", "webhook_url": "https://e.com/?" + strings.Repeat("../;/", most/6)})
				return nil
			}},
		{Kind: Names, Name: "fields to empty that nearly exist",
			Do: func(ctx context.Context, g *Guest) error {
				names := make([]string, 120_000)
				for i := range names {
					names[i] = fmt.Sprintf("zoom_access_token_ur%d", i)
				}
				unknown := args{"event_id": "x"}
				for _, n := range names[:60_000] {
					unknown["streaming_"+n] = nil
				}
				for _, clear := range []any{names, strings.Join(names, ","), strings.Repeat("webhook-URL ", 300_000), []string{strings.Repeat("enter_message", 290_000)}} {
					calls(ctx, g, "update_recording", args{"event_id": "x", "clear": clear}, args{"event_id": clear})
				}
				calls(ctx, g, "update_recording", unknown, args{"event_id": "x", "recording_mode": strings.Repeat("speaker_vie", 340_000)})
				calls(ctx, g, "verify_claims", args{"bot_id": "latest", "claims": []args{unknown}}, args{"bot_id": "latest", "claims": []args{{"text": "x", "kind": strings.Repeat("action_itém", 300_000)}}})
				calls(ctx, g, strings.Repeat("search_transcript ", 200_000), args{})
				return nil
			}},
		{Kind: Names, Name: "prompts, resources and completions that are not there",
			Do: func(ctx context.Context, g *Guest) error {
				for _, n := range []int{4_000, 64_000, most - 2_000} {
					long, query := fill("meeting_summary", n), fill("from=%30:00&speaker=%C3%84&", n/2)
					requests(ctx, g, "completion/complete",
						args{"ref": args{"type": "ref/resource", "uri": "meeting://{" + long + "}/transcript"}, "argument": args{"name": "bot_id", "value": "l"}},
						args{"ref": args{"type": "ref/prompt", "name": "find_decision"}, "argument": args{"name": long, "value": "l"}},
						args{"ref": args{"type": "ref/prompt", "name": "find_decision"}, "argument": args{"name": "bot_id", "value": "l"}, "context": args{"arguments": args{"topic": long}}})
					requests(ctx, g, "prompts/get", args{"name": long}, args{"name": "record_my_week", "arguments": args{long: "x"}})
					requests(ctx, g, "resources/read", args{"uri": "meeting://latest/transcript?" + query},
						args{"uri": "meeting://" + strings.Repeat("a/", n/2)}, args{"uri": strings.Repeat("meeting:", n/8)}, args{"uri": "meeting://x/transcript?format=" + long})
					requests(ctx, g, "resources/list", args{"cursor": long})
					requests(ctx, g, "logging/setLevel", args{"level": long})
					requests(ctx, g, fill("tools/", n), args{})
				}
				return nil
			}},
		{Kind: Names, Name: "times, zones, turns and cursors of megabytes",
			Do: func(ctx context.Context, g *Guest) error {
				digits, dots := strings.Repeat("8", most-2_000), strings.Repeat("../", 1_200_000)
				for _, when := range []string{digits + "d", "2026-01-01T00:00:00." + digits + "Z", strings.Repeat("1h", 1_900_000), strings.Repeat("-", most-2_000), "2026-01-01T00:00:00+" + digits[:50_000]} {
					calls(ctx, g, "list_bots", args{"created_after": when, "limit": 1})
					calls(ctx, g, "search_transcripts", args{"query": "x", "before": when})
					calls(ctx, g, "get_transcript", args{"bot_id": "latest", "from": when}, args{"bot_id": "latest", "turns": strings.ReplaceAll(when, "h", "-")})
				}
				calls(ctx, g, "list_bots", args{"timezone": "Europe/" + dots + "Berlin"}, args{"timezone": strings.Repeat("Zürich", 500_000)},
					args{"filter_by_extra": strings.Repeat("title:a,", 480_000)}, args{"sort_by_extra": strings.Repeat(":desc", 700_000)},
					args{"cursor": digits}, args{"cursor": strings.Repeat("eyJh.", 700_000)}, args{"cursor": strings.Repeat("====", 900_000)})
				calls(ctx, g, "get_transcript", args{"bot_id": "latest", "turns": many(300_000, func(i int) string { return fmt.Sprint(i, "-", i, ",") })}, args{"bot_id": "latest", "to": strings.Repeat("59:", 1_000_000) + "59"})
				return nil
			}},

		{Kind: Memory, Name: "sessions that begin with four megabytes",
			Do: func(ctx context.Context, g *Guest) error {
				pad := strings.Repeat("v", most-2_000)
				for i := range 40 {
					info := []string{`"capabilities":{},"clientInfo":{"version":"1","name":"` + pad + `"}`, `"clientInfo":{"name":"x","version":"1"},"capabilities":{"experimental":{"x":{"` + pad + `":[]}}}`,
						`"capabilities":{"experimental":{"y":{"z":[` + strings.Repeat("{},", 900_000) + `0]}}},"clientInfo":{"name":"x","version":"1"}`}[i%3]
					say(ctx, g, g.Address+"/mcp", hello(info))
				}
				return nil
			}},
		{Kind: Memory, Name: "subscriptions by addresses of megabytes", Meetings: planted("Watched", watchedTurns),
			Do: func(ctx context.Context, g *Guest) error {
				post, end, err := g.Stream(ctx, g.Address)
				if err != nil {
					return nil
				}
				defer end()
				say(ctx, g, post, hello(plain))
				say(ctx, g, post, `{"jsonrpc":"2.0","method":"notifications/initialized"}`)
				for i := range 34 {
					uri := fmt.Sprintf("meeting://%s/transcript?to=%d&speaker=%s", g.Bots["Watched"], i, strings.Repeat("%E2%80%8B", []int{9, 2_000, 100_000, 420_000}[i%4]))
					say(ctx, g, post, rpc(i, "resources/subscribe", `"uri":"`+uri+`"`))
				}
				raw(ctx, g, "subscriptions/listen", "", `"notifications":{"resourceSubscriptions":[`+strings.Repeat(`"meeting://recent",`, 200_000)+`""]}`)
				return nil
			}},
		{Kind: Memory, Name: "questions that nobody answers", Meetings: planted("Asked", watchedTurns),
			Do: func(ctx context.Context, g *Guest) error {
				post, end, err := g.Stream(ctx, g.Address)
				if err != nil {
					return nil
				}
				defer end()
				say(ctx, g, post, hello(`"capabilities":{"elicitation":{"form":{}}},"clientInfo":{"name":"x","version":"1"}`))
				say(ctx, g, post, `{"jsonrpc":"2.0","method":"notifications/initialized"}`)
				token := strings.Repeat("t", 3_000_000)
				for i := range 34 {
					say(ctx, g, post, rpc(i, "tools/call", fmt.Sprintf(`"_meta":{"progressToken":"%d%s"},"name":"%s","arguments":{"bot_id":"%s"}`, i, token, []string{"retranscribe_meeting", "wait_for_meeting", "delete_meeting_data"}[i%3], g.Bots["Asked"])))
				}
				return nil
			}},
		{Kind: Memory, Name: "answers that quote a sentence of four megabytes", Meetings: planted("No full stop", noFullStop),
			Do: func(ctx context.Context, g *Guest) error {
				read(ctx, g, g.Bots["No full stop"])
				together(ctx, 8, func(i int) {
					calls(ctx, g, "verify_claims", args{"bot_id": g.Bots["No full stop"], "max_tokens": 20000, "claims": claims("我们 决定 周五 发布"+strings.Repeat("水泵", 40*i), "水泵 周五")})
					calls(ctx, g, "search_transcripts", args{"bot_id": g.Bots["No full stop"], "query": "水泵 วันศุกร์ ポンプ " + strings.Repeat("発", i), "limit": 50, "max_tokens": 20000})
					calls(ctx, g, "summarize_meeting", args{"bot_id": g.Bots["No full stop"], "kind": "minutes", "max_words": 1000, "focus": strings.Repeat("水", 1+i), "max_tokens": 20000})
				})
				return nil
			}},
		{Kind: Memory, Name: "events of bots that never were",
			Do: func(ctx context.Context, g *Guest) error {
				pad := strings.Repeat("状态", most/6-200)
				for i := range 40 {
					bot := fmt.Sprintf("7e57%04x-0000-4000-8000-%012d", i, i)
					event := []string{"bot.status_change", "complete", "failed", "transcription_complete", "calendar.sync_events", pad[:900]}[i%6]
					say(ctx, g, g.Webhook, `{"event":"`+event+`","data":{"bot_id":"`+bot+`","status":{"code":"in_call_`+pad[:3*i]+`","created_at":"2026-11-30T10:00:00Z"},"error":"`+pad[:len(pad)-len(pad)%3-3_000]+`"}}`)
				}
				return nil
			}},

		{Kind: Replicas, Name: "messages that grow when they are written again",
			Do: func(ctx context.Context, g *Guest) error {
				return across(ctx, g, 4, 34, func(i int) string {
					pad := strings.Repeat([]string{"<", "\u2028", "\x7f", `\/`, "&>"}[i%5], 3_800_000/[]int{1, 3, 1, 2, 2}[i%5])
					return rpc(i, "tools/list", `"cursor":"`+pad+`"`)
				})
			}},
		{Kind: Replicas, Name: "streams that are gone, and names that are patterns",
			Do: func(ctx context.Context, g *Guest) error {
				posts, end := streams(ctx, g, g.Other, 8)
				end()
				body := rpc(1, "ping", `"x":"`+strings.Repeat("z", most-500)+`"`)
				together(ctx, len(posts)*2, func(i int) { say(ctx, g, moved(posts[i/2], g.Address), body) })
				for _, id := range []string{"*", "[a-z]*", strings.Repeat("?", 60_000), strings.Repeat("*a", 30_000), "a\r\nPUBLISH x y", strings.Repeat("\x00", 9_000), strings.Repeat("A", 700_000), "x&sessionId=y"} {
					say(ctx, g, g.Address+"/message?sessionId="+url.QueryEscape(id), body)
					say(ctx, g, g.Other+"/message?sessionId="+url.QueryEscape(id)+"&sessionId=*", rpc(2, "ping", ""))
				}
				return nil
			}},
		{Kind: Replicas, Name: "greetings and cancellations from the wrong side",
			Do: func(ctx context.Context, g *Guest) error {
				pad := strings.Repeat("ж", 1_900_000)
				return across(ctx, g, 5, 33, func(i int) string {
					return []string{hello(`"capabilities":{},"clientInfo":{"version":"1","name":"` + pad + `"}`), `{"jsonrpc":"2.0","method":"notifications/initialized","params":{"_meta":{"x":"` + pad + `"}}}`,
						`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"` + pad + `","reason":"` + pad[:2_000] + `"}}`, hello(plain), rpc(i, "resources/subscribe", `"uri":"meeting://recent?`+pad[:900_000]+`"`)}[i%5]
				})
			}},
		{Kind: Replicas, Name: "long answers asked for across, from every side",
			Do: func(ctx context.Context, g *Guest) error {
				return across(ctx, g, 10, 28, func(i int) string {
					return []string{hello(plain), rpc(i, "tools/list", ""), rpc(i, "tools/call", `"name":"get_webhook_guide","arguments":{}`),
						`{"jsonrpc":"2.0","id":"` + strings.Repeat("i", most-900) + `","method":"tools/list"}`, rpc(i, "tools/call", `"name":"wait_for_meeting","arguments":{"bot_id":"latest","timeout_s":600}`)}[(i/10+i)%5]
				})
			}},
		{Kind: Replicas, Name: "answers to questions that were never asked, held halfway",
			Do: func(ctx context.Context, g *Guest) error {
				posts, end := streams(ctx, g, g.Other, 6)
				defer end()
				if len(posts) == 0 {
					return nil
				}
				body := `{"jsonrpc":"2.0","id":"q","result":{"action":"accept","content":{` + many(100_000, func(i int) string { return fmt.Sprintf(`"ok%d":"é<\ud800%d",`, i, i) }) + `"ok":true}}}`
				together(ctx, 34, func(i int) {
					post := moved(posts[i%len(posts)], g.Address)
					if i%3 == 0 {
						_ = g.Hold(ctx, post, strings.NewReader(body), int64(len(body)))
						return
					}
					say(ctx, g, post, strings.Replace(body, `"q"`, fmt.Sprint(i/3), 1))
				})
				return nil
			}},
	}
}
