package sandbox

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/meetmcp/meetmcp/client"
)

func TestEvents(t *testing.T) {
	t.Parallel()
	for _, quirk := range []string{"", "next=url"} {
		t.Run(quirk, func(t *testing.T) {
			t.Parallel()
			_, c := open(t, Options{Quirks: strings.Fields(quirk)})
			ctx := t.Context()
			calendar, all := connect(t, c, "Google")
			id := calendar.UUID

			first, err := c.Events(ctx, client.EventQuery{CalendarID: id, Status: "all"})
			if err != nil || len(first.Data) != 100 || first.Next == "" || len(all) <= 100 {
				t.Fatalf("first page: got %d of %d events, next %q, %v", len(first.Data), len(all), first.Next, err)
			}
			last, err := c.Events(ctx, client.EventQuery{CalendarID: id, Status: "all", Cursor: first.Next})
			if err != nil || len(last.Data) != len(all)-100 || last.Next != "" {
				t.Errorf("last page: got %d events, next %q, %v", len(last.Data), last.Next, err)
			}
			for _, e := range first.Data[:5] {
				if got, err := c.Event(ctx, e.UUID); err != nil || got.UUID != e.UUID || got.Name != e.Name || got.CalendarUUID != id {
					t.Errorf("get %s: got %+v, %v", e.UUID, got, err)
				}
			}
			_, err = c.Event(ctx, "7d1e5a90-3b42-4f6c-8a27-c9d04be61f35")
			refused(t, "unknown event", err, 404, "event not found")

			pick := all[60]
			for _, filter := range []struct {
				name string
				q    client.EventQuery
				keep func(client.Event) bool
			}{
				{"by default", client.EventQuery{}, func(e client.Event) bool { return e.EndTime.After(noon) }},
				{"upcoming", client.EventQuery{Status: "upcoming"}, func(e client.Event) bool { return e.EndTime.After(noon) }},
				{"past", client.EventQuery{Status: "past"}, func(e client.Event) bool { return !e.EndTime.After(noon) }},
				{"from", client.EventQuery{Status: "all", StartDateGTE: pick.StartTime.Time}, func(e client.Event) bool { return !e.StartTime.Before(pick.StartTime.Time) }},
				{"until", client.EventQuery{Status: "all", StartDateLTE: pick.StartTime.Time}, func(e client.Event) bool { return !e.StartTime.After(pick.StartTime.Time) }},
				{"updated", client.EventQuery{Status: "all", UpdatedAtGTE: pick.LastUpdatedAt.Time}, func(e client.Event) bool { return !e.LastUpdatedAt.Before(pick.LastUpdatedAt.Time) }},
				{"attendee", client.EventQuery{Status: "all", AttendeeEmail: "Imke.Tolland@example.com"}, func(e client.Event) bool {
					return slices.ContainsFunc(e.Attendees, func(a client.Attendee) bool { return a.Email == "imke.tolland@example.com" })
				}},
				{"organizer", client.EventQuery{Status: "all", OrganizerEmail: "adaeze.lindgren@city.example.org"}, func(e client.Event) bool {
					return !e.IsOrganizer && len(e.Attendees) > 1 && e.Attendees[1].Name == "Adaeze Lindgren"
				}},
				{"nobody", client.EventQuery{Status: "all", AttendeeEmail: "tolland"}, func(client.Event) bool { return false }},
			} {
				filter.q.CalendarID = id
				var want []string
				for _, e := range all {
					if filter.keep(e) {
						want = append(want, e.UUID)
					}
				}
				var got []string
				for _, e := range eventsOf(t, c, filter.q) {
					got = append(got, e.UUID)
				}
				if !slices.Equal(got, want) || len(want) == 0 && filter.name != "nobody" {
					t.Errorf("%s: got %d events, want %d", filter.name, len(got), len(want))
				}
			}
		})
	}
}

func TestAgenda(t *testing.T) {
	t.Parallel()
	_, c := open(t, Options{})
	for _, platform := range []string{"Google", "Microsoft"} {
		_, all := connect(t, c, platform)
		counts := map[string]int{}
		series := map[string]int{}
		for i, e := range all {
			if e.UUID == "" || e.GoogleID == "" || e.Name == "" || !e.EndTime.After(e.StartTime.Time) || e.LastUpdatedAt.After(noon) || len(e.Attendees) == 0 {
				t.Errorf("incomplete event %+v", e)
			}
			if i > 0 && e.StartTime.Before(all[i-1].StartTime.Time) {
				t.Errorf("event %d begins before the one before it", i)
			}
			switch {
			case e.MeetingURL == "":
				counts["none"]++
			case !readLink(e.MeetingURL).valid || failureIn(e.MeetingURL) != nil:
				t.Errorf("%s: %s is not an ordinary meeting's link", e.Name, e.MeetingURL)
			default:
				counts[[]string{"zoom", "meet", "teams"}[readLink(e.MeetingURL).platform]]++
			}
			if e.Deleted {
				counts["deleted"]++
			}
			if e.IsRecurring != (e.RecurringEventID != "") {
				t.Errorf("%s: recurring %v with %q", e.Name, e.IsRecurring, e.RecurringEventID)
			}
			if e.IsRecurring {
				series[e.RecurringEventID]++
			} else {
				counts["single"]++
			}
			raw, _ := e.Raw.(map[string]any)
			title, about := raw["summary"], raw["description"]
			if platform == "Microsoft" {
				title, about = raw["subject"], raw["bodyPreview"]
			}
			if title != e.Name || raw["id"] != e.GoogleID {
				t.Errorf("%s: raw is %v", e.Name, raw)
			}
			if text, ok := about.(string); ok && strings.Contains(text, "AI ASSISTANTS") {
				counts["hostile"]++
			}
		}
		for what, least := range map[string]int{"none": 3, "zoom": 10, "meet": 40, "teams": 5, "deleted": 1, "hostile": 1, "single": 30} {
			if counts[what] < least {
				t.Errorf("%s: %d events of kind %s, want %d or more", platform, counts[what], what, least)
			}
		}
		daily := 0
		for _, n := range series {
			daily = max(daily, n)
		}
		if len(series) < 3 || daily < 30 {
			t.Errorf("%s: series of %v", platform, series)
		}
	}
}

func TestScheduledBotJoins(t *testing.T) {
	t.Parallel()
	s, c := open(t, Options{})
	ctx := t.Context()
	_, all := connect(t, c, "Google")
	event := firstToRecord(all)

	got, err := c.ScheduleRecording(ctx, event.UUID, false, client.Recording{
		BotName: "Ada", EnterMessage: "Hello", WaitingRoomTimeout: 300, SilenceTimeout: 700,
		BotSettings: client.BotSettings{SpeechToText: &client.SpeechToText{Provider: "Gladia", APIKey: client.NewSecret("k")}, Extra: []byte(`{"a":1}`)},
	})
	if err != nil || len(got) != 1 || got[0].UUID != event.UUID {
		t.Fatalf("schedule: got %+v, %v", got, err)
	}
	p := got[0].BotParam
	if p == nil || p.BotName != "Ada" || p.EnterMessage != "Hello" || *p.WaitingRoomTimeout != 300 || p.SpeechToTextProvider != "Gladia" || p.SpeechToTextAPIKey.Reveal() != "k" {
		t.Errorf("bot_param: got %+v", p)
	}
	known := botsOf(t, c)
	s.Advance(event.StartTime.Sub(noon) - time.Second)
	if now := botsOf(t, c); len(now) != len(known) {
		t.Errorf("bots before the event: got %d, want %d", len(now), len(known))
	}
	s.Advance(time.Minute)
	now := botsOf(t, c)
	if len(now) != len(known)+1 || now[0].MeetingURL != event.MeetingURL || now[0].BotName != "Ada" {
		t.Fatalf("bots once it has begun: got %+v", now)
	}
	s.Advance(2 * time.Hour)
	data, err := c.MeetingData(ctx, now[0].UUID, true)
	if err != nil {
		t.Fatal(err)
	}
	bot := data.BotData.Bot
	if data.BotData.EventUUID != event.UUID || bot.EventID == nil || bot.EndedAt.IsZero() || *bot.SilenceTimeout != 700 || len(data.BotData.Transcripts) == 0 {
		t.Errorf("meeting data: event %q, bot %+v, %d turns", data.BotData.EventUUID, bot, len(data.BotData.Transcripts))
	}
	if e, err := c.Event(ctx, event.UUID); err != nil || e.BotParam == nil {
		t.Errorf("event afterwards: got %+v, %v", e, err)
	}
	_, err = c.ScheduleRecording(ctx, event.UUID, false, client.Recording{BotName: "Late"})
	refused(t, "schedule what is over", err, 400, "over")
	s.Advance(24 * time.Hour)
	if later := botsOf(t, c); len(later) != len(now) {
		t.Errorf("bots a day later: got %d, want %d", len(later), len(now))
	}
}

func botsOf(t *testing.T, c *client.Client) []client.ListedBot {
	t.Helper()
	var all []client.ListedBot
	for b, err := range c.AllBots(t.Context(), client.BotQuery{Limit: 50}) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, b)
	}
	return all
}

func TestRecordingOfSeries(t *testing.T) {
	t.Parallel()
	s, c := open(t, Options{})
	ctx := t.Context()
	calendar, all := connect(t, c, "Google")
	i := slices.IndexFunc(all, func(e client.Event) bool { return e.IsRecurring && e.StartTime.After(noon) })
	event := all[i]
	var coming, series int
	for _, e := range all {
		if e.RecurringEventID == event.RecurringEventID {
			series++
			if e.EndTime.After(noon) {
				coming++
			}
		}
	}

	got, err := c.ScheduleRecording(ctx, event.UUID, true, client.Recording{BotName: "Ada", StreamingAudioFrequency: "16khz"})
	if err != nil || len(got) != coming || coming == series {
		t.Fatalf("schedule all: got %d events, %v, want %d of %d", len(got), err, coming, series)
	}
	if n := withBot(t, c, calendar.UUID); n != coming {
		t.Errorf("events with a bot: got %d, want %d", n, coming)
	}
	got, err = c.UpdateRecording(ctx, event.UUID, false, client.RecordingPatch{BotName: "Bea", WaitingRoomTimeout: 900, BotSettings: client.BotSettings{
		WebhookURL: "https://example.com/hook", SpeechToText: &client.SpeechToText{Provider: "Default"},
	}})
	if err != nil || len(got) != 1 || got[0].BotParam.BotName != "Bea" || got[0].BotParam.StreamingAudioFrequency != "16khz" ||
		*got[0].BotParam.WaitingRoomTimeout != 900 || got[0].BotParam.WebhookURL != "https://example.com/hook" || got[0].BotParam.SpeechToTextProvider != "Default" {
		t.Errorf("patch one: got %+v, %v", got, err)
	}
	if e, err := c.Event(ctx, all[len(all)-1].UUID); err != nil || e.BotParam != nil && e.BotParam.BotName != "Ada" {
		t.Errorf("another after the patch: got %+v, %v", e.BotParam, err)
	}
	got, err = c.UpdateRecording(ctx, event.UUID, true, client.RecordingPatch{Clear: map[string]*struct{}{"streaming_audio_frequency": nil, "waiting_room_timeout": nil, "speech_to_text": nil, "webhook_url": nil}})
	if err != nil || len(got) != coming || got[0].BotParam.BotName != "Bea" || got[1].BotParam.BotName != "Ada" {
		t.Fatalf("patch all: got %d, %v", len(got), err)
	}
	for _, e := range got {
		if p := e.BotParam; p.StreamingAudioFrequency != "" || p.WaitingRoomTimeout != nil || p.SpeechToTextProvider != "" || p.WebhookURL != "" {
			t.Errorf("cleared: got %+v", p)
		}
	}
	_, err = c.UpdateRecording(ctx, event.UUID, true, client.RecordingPatch{WaitingRoomTimeout: 5})
	refused(t, "patch out of bounds", err, 400, "waiting_room_timeout")

	if got, err = c.UnscheduleRecording(ctx, event.UUID, false); err != nil || len(got) != 1 || got[0].BotParam != nil {
		t.Errorf("unschedule one: got %+v, %v", got, err)
	}
	if n := withBot(t, c, calendar.UUID); n != coming-1 {
		t.Errorf("events with a bot after unscheduling one: got %d, want %d", n, coming-1)
	}
	_, err = c.UpdateRecording(ctx, event.UUID, false, client.RecordingPatch{BotName: "Cy"})
	refused(t, "patch without a bot", err, 404, "No bot is scheduled")
	for range 2 {
		if got, err = c.UnscheduleRecording(ctx, event.UUID, true); err != nil || len(got) != series {
			t.Errorf("unschedule all: got %d events, %v, want %d", len(got), err, series)
		}
	}
	known := len(botsOf(t, c))
	s.Advance(7 * 24 * time.Hour)
	if n := len(botsOf(t, c)); n != known {
		t.Errorf("bots a week after unscheduling: got %d, want %d", n, known)
	}
}

func withBot(t *testing.T, c *client.Client, calendarID string) int {
	t.Helper()
	n := 0
	for _, e := range eventsOf(t, c, client.EventQuery{CalendarID: calendarID, Status: "all"}) {
		if e.BotParam != nil {
			n++
		}
	}
	return n
}

func TestRecordingRefusals(t *testing.T) {
	t.Parallel()
	s, c := open(t, Options{})
	ctx := t.Context()
	_, all := connect(t, c, "Google")
	event := firstToRecord(all)
	find := func(keep func(client.Event) bool) string {
		return all[slices.IndexFunc(all, func(e client.Event) bool { return e.EndTime.After(noon) && keep(e) })].UUID
	}
	good := client.Recording{BotName: "Ada"}
	for _, step := range []struct {
		what, id string
		in       client.Recording
		status   int
		words    string
	}{
		{"unknown", "7d1e5a90-3b42-4f6c-8a27-c9d04be61f35", good, 404, "event not found"},
		{"cancelled", find(func(e client.Event) bool { return e.Deleted }), good, 400, "cancelled"},
		{"no link", find(func(e client.Event) bool { return e.MeetingURL == "" }), good, 400, "no meeting URL"},
		{"past", all[0].UUID, good, 400, "over"},
		{"bounds", event.UUID, client.Recording{BotName: "Ada", SilenceTimeout: 200}, 400, "silence_timeout"},
		{"enum", event.UUID, client.Recording{BotName: "Ada", BotSettings: client.BotSettings{RecordingMode: "cinema"}}, 422, "unknown variant `cinema`"},
	} {
		_, err := c.ScheduleRecording(ctx, step.id, false, step.in)
		refused(t, step.what, err, step.status, step.words)
	}
	for _, step := range []struct {
		method, path, body string
		status             int
		words              string
	}{
		{"POST", "/calendar_events/" + event.UUID + "/bot", `{}`, 422, "missing field `bot_name`"},
		{"POST", "/calendar_events/" + event.UUID + "/bot?all_occurrences=yes", `{"bot_name":"A"}`, 400, "all_occurrences"},
		{"DELETE", "/calendar_events/" + event.UUID + "/bot/", `null`, 200, `"bot_param":null`},
		{"POST", "/calendar_events/" + event.UUID + "/bot", `{"bot_name":"A","speech_to_text":"Default","extra":null,"entry_message":"ignored","unknown":1}`, 200, `"speech_to_text_provider":"Default"`},
		{"PATCH", "/calendar_events/" + event.UUID + "/bot", `{"bot_name":null,"silence_timeout":1,"extra":[1]}`, 200, `"bot_name":"A"`},
	} {
		if got := ask(t, s, step.method, step.path, step.body); got.status != step.status || !strings.Contains(got.body, step.words) {
			t.Errorf("%s %s: got %d %s, want %d with %q", step.method, step.path, got.status, got.body, step.status, step.words)
		}
	}
	other := client.WithKey(ctx, client.NewSecret(OtherKey))
	_, err := c.ScheduleRecording(other, event.UUID, false, good)
	refused(t, "another account's", err, 404, "event not found")
}
