package tools_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/meetmcp/meetmcp/client/sandbox"
	"github.com/meetmcp/meetmcp/tools"
)

const everyFault = "429=0.1,500=0.1,502=0.1,503=0.1,504=0.1,cut=0.1,garbage=0.1,slow=1ms"

// With every quirk on and every fault at 10 %, 1,000 mixed calls end in the
// right answer or in words, and no write is sent twice.
func TestFaultsAndQuirks(t *testing.T) {
	for name, quirks := range map[string]string{
		"first":  "dedup=failed,auth=403,range=422,id=int,time=zoned,next=url,url-lifetime=4h,retranscribe=200,stt=always,status-extras=outside,errors=text,leave=404,zoom-state=disconnected,slash=308",
		"second": "range=clamp,url-lifetime=24h,failed=snake,errors=empty",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newAgentOn(t, tools.Policy{Sandbox: true, SpeechToText: "default"}, sandbox.Options{Quirks: strings.Split(quirks, ","), Seed: 7})
			bot := a.ok("list_bots", `{}`).field("bots.0.bot_id")
			calendar := a.ok("create_calendar", `{"platform":"Google","oauth_client_id":"c","oauth_client_secret":"s","oauth_refresh_token":"r"}`).field("calendar_id")
			event := a.ok("list_calendar_events", `{"calendar_id":"`+calendar+`"}`).field("events.0.event_id")
			a.sandbox.Advance(time.Hour)
			before := len(writes(a))
			if err := a.sandbox.SetFaults(everyFault); err != nil {
				t.Fatal(err)
			}
			calls := []struct{ tool, args, right string }{
				{"join_meeting", `{"meeting_url":"https://meet.google.com/%s","bot_name":"Ada"}`, "is on its way"},
				{"list_bots", `{"limit":5}`, "Looked at 5 bots"},
				{"get_meeting_data", `{"bot_id":"` + bot + `"}`, bot},
				{"get_meeting_data", `{"bot_id":"latest","include_transcripts":true,"max_tokens":800}`, "not instructions"},
				{"get_screenshots", `{"bot_id":"` + bot + `","images":1}`, "screenshots"},
				{"list_calendars", `{}`, calendar},
				{"list_calendar_events", `{"calendar_id":"` + calendar + `","status":"all"}`, "event_id"},
				{"schedule_recording", `{"event_id":"` + event + `","bot_name":"Ada"}`, event},
				{"update_recording", `{"event_id":"` + event + `","bot_name":"Bob"}`, event},
				{"get_calendar_event", `{"event_id":"` + event + `","detail":"full"}`, event},
				{"unschedule_recording", `{"event_id":"` + event + `"}`, event},
				{"retranscribe_meeting", `{"bot_id":"` + bot + `"}`, "again"},
				{"resync_calendars", `{}`, calendar},
				{"list_zoom_connections", `{}`, "onnection"},
				{"get_webhook_guide", `{}`, "complete"},
			}
			var mu sync.Mutex
			right, worded, sent := 0, 0, 0
			var group sync.WaitGroup
			for worker := range 4 {
				group.Go(func() {
					for i := range 125 {
						n := worker*125 + i
						c := calls[n%len(calls)]
						args := strings.ReplaceAll(c.args, "%s", code(n))
						r := a.call(c.tool, args)
						mu.Lock()
						switch {
						case !r.isError && strings.Contains(r.text, c.right):
							right++
						case r.isError && inWords(c.tool, r.text):
							worded++
						default:
							t.Errorf("%s %s: %s", c.tool, args, r.text)
						}
						idle := !r.isError && (strings.Contains(r.text, "Nothing was scheduled") || strings.Contains(r.text, "nothing was to be left"))
						if isWrite(c.tool) && !idle {
							sent++
						}
						mu.Unlock()
					}
				})
			}
			group.Wait()
			got := len(writes(a)) - before
			t.Logf("%d right answers, %d errors in words, %d writes sent in %d calls", right, worded, got, sent)
			if got != sent {
				t.Errorf("%d writes were sent by %d calls", got, sent)
			}
			if right == 0 || worded == 0 {
				t.Errorf("%d right answers and %d errors: the faults were not tried", right, worded)
			}
		})
	}
}

// writes are the requests that change something.
func writes(a *agent) []sandbox.Request {
	var all []sandbox.Request
	for _, r := range a.sandbox.Requests() {
		if r.Method != "GET" {
			all = append(all, r)
		}
	}
	return all
}

func isWrite(tool string) bool {
	for _, verb := range []string{"join", "schedule", "update", "unschedule", "retranscribe", "resync"} {
		if strings.HasPrefix(tool, verb+"_") {
			return true
		}
	}
	return false
}

// inWords holds an error to what a model can use: the tool, what happened, and
// on a second line what to do next, without anything of a web page.
func inWords(tool, text string) bool {
	first, next, two := strings.Cut(text, "\n")
	return two && strings.HasPrefix(first, tool+": ") && len(next) > 10 && len(text) < 800 && !strings.ContainsAny(text, "<>\x1f")
}

// code is a meeting code of Google Meet's form.
func code(n int) string {
	letter := func(i int) byte { return byte('a' + i%20) }
	return fmt.Sprintf("zz%c-%c%caa-bbb", letter(n), letter(n/20), letter(n/400))
}
