package client_test

import (
	"strings"
	"testing"

	"github.com/meetmcp/meetmcp/client"
)

// What is odd in an answer costs itself, and is named.
func TestOddFields(t *testing.T) {
	t.Parallel()
	const row = `{"uuid":"a","id":1,"bot_name":"Ada","meeting_url":"l","created_at":"2026-01-01T10:00:00","ended_at":"2026-01-01T11:00:00","duration":60,"speakers":["Eve"],"extra":null}`
	for _, r := range []struct{ what, odd, left, named string }{
		{"a fraction for a whole number", `{"uuid":"b","duration":12.5}`, "a b", "bots[1].duration (a fraction)"},
		{"a whole number with a point", `{"uuid":"b","duration":12.0}`, "a b", ""},
		{"a number too large", `{"uuid":"b","duration":123456789012345678901234567890}`, "a b", "bots[1].duration (a number that does not fit)"},
		{"a text for a number", `{"uuid":"b","duration":"long"}`, "a b", "bots[1].duration (a text that does not fit)"},
		{"an object for a number", `{"uuid":"b","duration":{"s":1}}`, "a b", "bots[1].duration (an object)"},
		{"an object for a text", `{"uuid":"b","bot_name":{"en":"Ada"}}`, "a b", "bots[1].bot_name (an object)"},
		{"a list for a text", `{"uuid":"b","bot_name":["Ada"]}`, "a b", "bots[1].bot_name (a list)"},
		{"a number for a text", `{"uuid":"b","meeting_url":7}`, "a b", "bots[1].meeting_url (a number that does not fit)"},
		{"a text for a list", `{"uuid":"b","speakers":"Eve"}`, "a b", "bots[1].speakers (a text that does not fit)"},
		{"an odd item", `{"uuid":"b","speakers":["Eve",7,{"n":1}]}`, "a b", "bots[1].speakers[1] (a number that does not fit), bots[1].speakers[2] (an object)"},
		{"a zone without a colon", `{"uuid":"b","ended_at":"2026-01-01T11:00:00+0000"}`, "a b", ""},
		{"a zone by name", `{"uuid":"b","ended_at":"2026-01-01 11:00:00 UTC"}`, "a b", ""},
		{"a time as a number", `{"uuid":"b","ended_at":1767265200.5,"last_accessed_at":1767265200000}`, "a b", ""},
		{"no time at all", `{"uuid":"b","ended_at":"soon"}`, "a b", "bots[1].ended_at (a text that does not fit)"},
		{"true for a time", `{"uuid":"b","ended_at":true}`, "a b", "bots[1].ended_at (true or false)"},
		{"an object for an id", `{"uuid":"b","id":{}}`, "a b", "bots[1].id (an object)"},
		{"null everywhere", `{"uuid":"b","duration":null,"speakers":null,"created_at":null,"bot_name":null}`, "a b", ""},
		{"a text for a row", `"gone"`, "a", "bots[1] (a text that does not fit)"},
		{"a list for a row", `[1]`, "a", "bots[1] (a list)"},
		{"null for a row", `null`, "a", "bots[1] (it has no id)"},
		{"a row without an id", `{"bot_name":"Ada"}`, "a", "bots[1] (it has no id)"},
		{"a row whose id is none", `{"uuid":"x y\n--- end ---"}`, "a", "bots[1] (it has no id)"},
		{"a row whose id is a number", `{"uuid":7}`, "a", "bots[1].uuid (a number that does not fit), bots[1] (it has no id)"},
	} {
		c, _ := answering(t, saying(200, "application/json", `{"bots":[`+row+`,`+r.odd+`],"next_cursor":null}`))
		var named string
		ctx := client.WithOdd(t.Context(), func(places []string, _ int) { named = strings.Join(places, ", ") })
		page, err := c.Bots(ctx, client.BotQuery{})
		if err != nil {
			t.Errorf("%s: %v", r.what, err)
			continue
		}
		var left []string
		for _, b := range page.Bots {
			left = append(left, b.UUID)
			if b.UUID == "b" && strings.Contains(r.named, "duration") && b.Duration != nil {
				t.Errorf("%s: the duration is %d, want none", r.what, *b.Duration)
			}
		}
		if got := strings.Join(left, " "); got != r.left || named != r.named {
			t.Errorf("%s: got the bots %s without %q, want %s without %q", r.what, got, named, r.left, r.named)
		}
	}
}

func TestOddMeetings(t *testing.T) {
	t.Parallel()
	const data = `{"mp4":"","audio":"","duration":60,"bot_data":{"bot":{"uuid":"b","ended_at":"2026-01-01T11:00:00","extra":{"title":"T"}},"transcripts":[{"id":1,"bot_id":1,"speaker":"Ann","start_time":1,"end_time":2,"words":[{"text":"We","start_time":1.0,"end_time":1.5},{"text":"begin","start_time":1.5,"end_time":2}]}]}}`
	for _, r := range []struct{ old, odd, words, named string }{
		{`"id":1,"bot_id"`, `"user_id":"u-17","id":1,"bot_id"`, "We begin", "bot_data.transcripts[0].user_id (a text that does not fit)"},
		{`{"text":"We","start_time":1.0`, `{"text":"We","start_time":"1s"`, "We begin", "bot_data.transcripts[0].words[0].start_time (a text that does not fit)"},
		{`{"text":"We",`, `{"text":{"de":"Wir"},`, "begin", "bot_data.transcripts[0].words[0].text (an object)"},
		{`{"text":"We","start_time":1.0,"end_time":1.5}`, `"We"`, "begin", "bot_data.transcripts[0].words[0] (a text that does not fit)"},
		{`{"text":"We","start_time":1.0,"end_time":1.5}`, `null`, "begin", ""},
		{`"words":[`, `"words":"We begin","unwords":[`, "", "bot_data.transcripts[0].words (a text that does not fit)"},
		{`"transcripts":[`, `"transcripts":[7,{},null,`, "We begin", "bot_data.transcripts[0] (a number that does not fit), bot_data.transcripts[1] (there is nothing in it), bot_data.transcripts[2] (there is nothing in it)"},
		{`"duration":60`, `"duration":60.5`, "We begin", "duration (a fraction)"},
		{`"mp4":""`, `"mp4":["a"]`, "We begin", "mp4 (a list)"},
		{`"ended_at":"2026-01-01T11:00:00"`, `"ended_at":[],"is_stopped":"no","event_id":"e","webhook_url":{}`, "We begin",
			"bot_data.bot.ended_at (a list), bot_data.bot.is_stopped (a text that does not fit), bot_data.bot.event_id (a text that does not fit), bot_data.bot.webhook_url (an object)"},
	} {
		c, _ := answering(t, saying(200, "application/json", strings.Replace(data, r.old, r.odd, 1)))
		var named string
		ctx := client.WithOdd(t.Context(), func(places []string, _ int) { named = strings.Join(places, ", ") })
		m, err := c.MeetingData(ctx, "b", true)
		if err != nil {
			t.Errorf("%s: %v", r.odd, err)
			continue
		}
		var words []string
		for _, turn := range m.BotData.Transcripts {
			for _, w := range turn.Words {
				words = append(words, w.Text)
			}
		}
		if got := strings.Join(words, " "); got != r.words || named != r.named {
			t.Errorf("%s: got %q without %q, want %q without %q", r.odd, got, named, r.words, r.named)
		}
	}
}

// A key is good or bad whatever the bots of its account look like.
func TestCheck(t *testing.T) {
	t.Parallel()
	for _, r := range []struct {
		status int
		body   string
		means  int // 0: accepted, -1: not known
	}{
		{200, `{"bots":[{"uuid":7,"duration":12.5,"ended_at":"+0000"}]}`, 0},
		{200, `{"bots":"none"}`, 0},
		{200, `[]`, 0},
		{200, `{"error":"InvalidApiKey"}`, 401},
		{200, `{"error":"InsufficientTokens"}`, 402},
		{200, `{"error":"oops"}`, -1},
		{200, `null`, -1},
		{200, `hello`, -1},
		{200, ``, -1},
		{200, `<html>welcome</html>`, -1},
		{401, ``, 401},
		{402, ``, 402},
		{403, `{"error":"x"}`, 403},
	} {
		c, _ := answering(t, saying(r.status, "application/json", r.body))
		err := c.Check(t.Context())
		refusal := refusalOf(err)
		switch {
		case r.means == 0 && err == nil, r.means > 0 && refusal.Means() == r.means, r.means < 0 && err != nil && refusal.Means() == 0:
		default:
			t.Errorf("%d %s: %v, want %d", r.status, r.body, err, r.means)
		}
	}
}
