package sandbox

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/meetmcp/meetmcp/client"
)

func TestQuirks(t *testing.T) {
	t.Parallel()
	// Each shows what is seen of one switch: off first, then on.
	rows := map[string]struct {
		see func(t *testing.T, s *Sandbox, c *client.Client) string
		off string
		on  string
	}{
		"dedup=failed": {func(t *testing.T, s *Sandbox, c *client.Client) string {
			mustJoin(t, c, transcribed(ordinary))
			in := transcribed(ordinary)
			in.WebhookURL = "https://example.com"
			joined, err := c.Join(t.Context(), in)
			if err != nil {
				return err.Error()
			}
			s.Advance(time.Second)
			sent := s.Deliveries()
			return sight(mustData(t, c, joined.BotID)) + " " + sent[len(sent)-1].Event
		}, "409 Conflict", "ended, AlreadyStarted failed"},
		"auth=403": {func(t *testing.T, s *Sandbox, _ *client.Client) string {
			return status(ask(t, s, "GET", "/calendars/", "", client.KeyHeader, "wrong"))
		}, "401 ", "403 "},
		"range=422": {limit99, "400 application/json", "422 text/plain"},
		"range=clamp": {func(t *testing.T, s *Sandbox, c *client.Client) string {
			in := transcribed(ordinary)
			in.AutomaticLeave = &client.AutomaticLeave{SilenceTimeout: 10, WaitingRoomTimeout: 9999}
			joined, err := c.Join(t.Context(), in)
			if err != nil {
				return err.Error()
			}
			bot := mustData(t, c, joined.BotID).BotData.Bot
			if *bot.SilenceTimeout != 300 || *bot.WaitingRoomTimeout != 1800 {
				return "not clamped"
			}
			return limit99(t, s, c)
		}, "400 Bad Request", "200 "},
		"leave=404": {func(t *testing.T, s *Sandbox, c *client.Client) string {
			id := mustJoin(t, c, transcribed(ordinary))
			s.Advance(2 * time.Hour)
			return status(ask(t, s, "DELETE", "/bots/"+id, ""))
		}, "200 ", "404 "},
		"id=int": {func(t *testing.T, s *Sandbox, c *client.Client) string {
			page, err := c.Bots(t.Context(), client.BotQuery{Limit: 1})
			if err != nil {
				return err.Error()
			}
			if string(page.Bots[0].ID) == page.Bots[0].UUID {
				return "a UUID"
			}
			return "a number"
		}, "a UUID", "a number"},
		"time=zoned": {func(t *testing.T, s *Sandbox, c *client.Client) string {
			id := mustJoin(t, c, transcribed(ordinary))
			if got := mustData(t, c, id).BotData.Bot.CreatedAt; !got.Equal(noon) {
				return "another time"
			}
			return ask(t, s, "GET", "/bots/meeting_data?bot_id="+id, "").body
		}, `"created_at":"2026-03-10T12:00:00"`, `"created_at":"2026-03-10T12:00:00Z"`},
		"url-lifetime=4h":  {lifetime, "Expires=7200&", "Expires=14400&"},
		"url-lifetime=24h": {lifetime, "Expires=7200&", "Expires=86400&"},
		"retranscribe=200": {func(t *testing.T, s *Sandbox, c *client.Client) string {
			page, err := c.Bots(t.Context(), client.BotQuery{Limit: 1})
			if err != nil {
				return err.Error()
			}
			if err := c.Retranscribe(t.Context(), client.Retranscription{BotID: page.Bots[0].UUID}); err != nil {
				return err.Error()
			}
			return status(ask(t, s, "POST", "/bots/retranscribe", `{"bot_uuid":"`+page.Bots[0].UUID+`"}`))
		}, "202 ", "200 "},
		"stt=always": {func(t *testing.T, s *Sandbox, c *client.Client) string {
			id := mustJoin(t, c, client.JoinRequest{MeetingURL: ordinary, BotName: "Ada"})
			s.Advance(2 * time.Hour)
			return "(" + sight(mustData(t, c, id)) + ")"
		}, "recorded)", "words)"},
		"status-extras=outside": {func(t *testing.T, s *Sandbox, c *client.Client) string {
			return delivered(t, s, c, "bot.status_change", "in_call_recording", ordinary)
		}, `"start_time":1773144034000}`, `"start_time":1773144034000,"status"`},
		"failed=snake": {func(t *testing.T, s *Sandbox, c *client.Client) string {
			return delivered(t, s, c, "failed", "", "https://zoom.us/my/never-admitted")
		}, `"error":"TimeoutWaitingToStart"`, `"error":"timeout_waiting_to_start"`},
		"errors=text":  {refusedDelete, `404 application/json {"error":"BotNotFound","message":"Bot not found"}`, "404 text/plain; charset=utf-8 Bot not found"},
		"errors=empty": {refusedDelete, "404 application/json {", "404  ."},
		"slash=308": {func(t *testing.T, s *Sandbox, c *client.Client) string {
			mustJoin(t, c, transcribed(ordinary)) // the client uses the API's own form
			collection := ask(t, s, "POST", "/bots?a=b", "{}")
			single := ask(t, s, "GET", "/bots/webhooks/", "")
			return status(collection) + collection.header.Get("Location") + status(single) + single.header.Get("Location")
		}, "422 ", "308 /bots/?a=b308 /bots/webhooks"},
	}
	others := map[string]bool{"next=url": true, "zoom-state=disconnected": true} // with what they change
	for _, quirk := range Quirks() {
		row, found := rows[quirk.Name]
		if !found {
			if !others[quirk.Name] {
				t.Errorf("%s is not tested", quirk.Name)
			}
			continue
		}
		for want, quirks := range map[string][]string{row.off: nil, row.on: {quirk.Name}} {
			t.Run(quirk.Name+" "+strings.Join(quirks, ""), func(t *testing.T) {
				t.Parallel()
				s, c := open(t, Options{Quirks: quirks})
				if got := row.see(t, s, c); !strings.Contains(got, want) {
					t.Errorf("got %.300s, want %s in it", got, want)
				}
			})
		}
	}
}

func status(r reply) string { return strconv.Itoa(r.status) + " " }

func limit99(t *testing.T, s *Sandbox, _ *client.Client) string {
	t.Helper()
	got := ask(t, s, "GET", "/bots/bots_with_metadata?limit=99", "")
	return status(got) + got.kind
}

func refusedDelete(t *testing.T, s *Sandbox, c *client.Client) string {
	t.Helper()
	if err := c.Leave(t.Context(), "nobody"); err == nil || !strings.Contains(err.Error(), "404") {
		t.Errorf("leave: %v, want 404", err)
	}
	got := ask(t, s, "DELETE", "/bots/nobody", "")
	return status(got) + got.kind + " " + got.body + "."
}

func lifetime(t *testing.T, _ *Sandbox, c *client.Client) string {
	t.Helper()
	page, err := c.Bots(t.Context(), client.BotQuery{Limit: 1})
	if err != nil {
		return err.Error()
	}
	return mustData(t, c, page.Bots[0].UUID).Audio
}

// delivered sends a bot to a link, and returns the body of the event of that
// name with code in it.
func delivered(t *testing.T, s *Sandbox, c *client.Client, event, code, link string) string {
	t.Helper()
	in := transcribed(link)
	in.WebhookURL = "https://example.com/hook"
	mustJoin(t, c, in)
	s.Advance(3 * time.Hour)
	for _, d := range s.Deliveries() {
		if d.Event == event && strings.Contains(d.Body, code) {
			return d.Body
		}
	}
	return "nothing"
}
