package client_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"go.uber.org/goleak"

	"github.com/meetmcp/meetmcp/client"
	"github.com/meetmcp/meetmcp/client/sandbox"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var noon = time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)

// open starts a sandbox whose clock stands at noon, and a client of it.
func open(t testing.TB, o sandbox.Options) (*sandbox.Sandbox, *client.Client) {
	t.Helper()
	if o.Start.IsZero() {
		o.Start = noon
	}
	s, err := sandbox.Start(o)
	if err != nil {
		t.Fatalf("start: %v", err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return s, clientOf(t, s.URL(), &client.Options{Pause: time.Millisecond, Now: s.Now})
}

func clientOf(t testing.TB, base string, o *client.Options) *client.Client {
	t.Helper()
	c := client.New(base, client.NewSecret(sandbox.Key), o)
	t.Cleanup(c.Close)
	return c
}

func bot(url string) client.JoinRequest {
	return client.JoinRequest{
		MeetingURL: url, BotName: "Ada",
		BotSettings: client.BotSettings{SpeechToText: &client.SpeechToText{Provider: "Default"}},
	}
}

const link = "https://meet.google.com/abc-defg-hij"

var access = client.CalendarAccess{
	Platform: "Google", OAuthClientID: "id", OAuthClientSecret: client.NewSecret("client secret"), OAuthRefreshToken: client.NewSecret("refresh token"),
}

// ids name one of each kind of thing.
type ids struct{ bot, calendar, event, connection string }

// operation is one of the API's, as every test over all of them calls it.
type operation struct {
	name  string
	write bool
	path  bool // an id is part of the path, or names the thing in the query
	call  func(ctx context.Context, c *client.Client, id ids) error
}

func errOf[T any](_ T, err error) error { return err }

func operations() []operation {
	return []operation{
		{"join", true, false, func(ctx context.Context, c *client.Client, _ ids) error {
			return errOf(c.Join(ctx, bot("https://zoom.us/j/123456789")))
		}},
		{"leave", true, true, func(ctx context.Context, c *client.Client, id ids) error { return c.Leave(ctx, id.bot) }},
		{"bots_with_metadata", false, false, func(ctx context.Context, c *client.Client, _ ids) error {
			return errOf(c.Bots(ctx, client.BotQuery{}))
		}},
		{"get_meeting_data", false, true, func(ctx context.Context, c *client.Client, id ids) error {
			return errOf(c.MeetingData(ctx, id.bot, true))
		}},
		{"get_screenshots", false, true, func(ctx context.Context, c *client.Client, id ids) error {
			return errOf(c.Screenshots(ctx, id.bot))
		}},
		{"retranscribe_bot", true, false, func(ctx context.Context, c *client.Client, id ids) error {
			return c.Retranscribe(ctx, client.Retranscription{BotID: id.bot})
		}},
		{"delete_data", true, true, func(ctx context.Context, c *client.Client, id ids) error {
			return errOf(c.DeleteData(ctx, id.bot))
		}},
		{"webhook_documentation", false, false, func(ctx context.Context, c *client.Client, _ ids) error {
			return errOf(c.WebhookGuide(ctx))
		}},
		{"bot_webhook_documentation", false, false, func(ctx context.Context, c *client.Client, _ ids) error {
			return errOf(c.BotWebhookGuide(ctx))
		}},
		{"calendar_webhook_documentation", false, false, func(ctx context.Context, c *client.Client, _ ids) error {
			return errOf(c.CalendarWebhookGuide(ctx))
		}},
		{"list_raw_calendars", true, false, func(ctx context.Context, c *client.Client, _ ids) error {
			return errOf(c.RawCalendars(ctx, access))
		}},
		{"list_calendars", false, false, func(ctx context.Context, c *client.Client, _ ids) error { return errOf(c.Calendars(ctx)) }},
		{"create_calendar", true, false, func(ctx context.Context, c *client.Client, _ ids) error {
			other := access
			other.Platform = "Microsoft"
			return errOf(c.CreateCalendar(ctx, client.NewCalendar{CalendarAccess: other}))
		}},
		{"resync_all_calendars", true, false, func(ctx context.Context, c *client.Client, _ ids) error {
			return errOf(c.ResyncCalendars(ctx, 7))
		}},
		{"get_calendar", false, true, func(ctx context.Context, c *client.Client, id ids) error {
			return errOf(c.Calendar(ctx, id.calendar))
		}},
		{"list_events", false, false, func(ctx context.Context, c *client.Client, id ids) error {
			return errOf(c.Events(ctx, client.EventQuery{CalendarID: id.calendar}))
		}},
		{"get_event", false, true, func(ctx context.Context, c *client.Client, id ids) error { return errOf(c.Event(ctx, id.event)) }},
		{"schedule_record_event", true, true, func(ctx context.Context, c *client.Client, id ids) error {
			return errOf(c.ScheduleRecording(ctx, id.event, false, client.Recording{BotName: "Ada"}))
		}},
		{"patch_bot", true, true, func(ctx context.Context, c *client.Client, id ids) error {
			return errOf(c.UpdateRecording(ctx, id.event, false, client.RecordingPatch{BotName: "Bea"}))
		}},
		{"unschedule_record_event", true, true, func(ctx context.Context, c *client.Client, id ids) error {
			return errOf(c.UnscheduleRecording(ctx, id.event, true))
		}},
		{"update_calendar", true, true, func(ctx context.Context, c *client.Client, id ids) error {
			return errOf(c.UpdateCalendar(ctx, id.calendar, access))
		}},
		{"delete_calendar", true, true, func(ctx context.Context, c *client.Client, id ids) error {
			return c.DeleteCalendar(ctx, id.calendar)
		}},
		{"list_zoom_oauth_connections", false, false, func(ctx context.Context, c *client.Client, _ ids) error {
			return errOf(c.ZoomConnections(ctx))
		}},
		{"create_zoom_oauth_connection", true, false, func(ctx context.Context, c *client.Client, _ ids) error {
			return errOf(zoomConnection(ctx, c, "second code"))
		}},
		{"get_zoom_oauth_connection", false, true, func(ctx context.Context, c *client.Client, id ids) error {
			return errOf(c.ZoomConnection(ctx, id.connection))
		}},
		{"delete_zoom_oauth_connection", true, true, func(ctx context.Context, c *client.Client, id ids) error {
			return c.DeleteZoomConnection(ctx, id.connection)
		}},
	}
}

func zoomConnection(ctx context.Context, c *client.Client, code string) (*client.ZoomConnection, error) {
	return c.CreateZoomConnection(ctx, client.NewZoomConnection{
		AuthorizationCode: client.NewSecret(code), RedirectURI: "https://example.com/zoom", ZoomClientID: "zoom", ZoomClientSecret: client.NewSecret("zoom secret"),
	})
}

// furnish makes one of each kind of thing: an ended bot, a calendar with an
// event to come that has a link, a Zoom connection.
func furnish(t *testing.T, s *sandbox.Sandbox, c *client.Client) ids {
	t.Helper()
	ctx := t.Context()
	joined, err := c.Join(ctx, bot(link))
	if err != nil {
		t.Fatal(err)
	}
	s.Advance(2 * time.Hour)
	calendar, err := c.CreateCalendar(ctx, client.NewCalendar{CalendarAccess: access})
	if err != nil {
		t.Fatal(err)
	}
	connection, err := zoomConnection(ctx, c, "first code")
	if err != nil {
		t.Fatal(err)
	}
	for event, err := range c.AllEvents(ctx, client.EventQuery{CalendarID: calendar.UUID}) {
		if err != nil {
			t.Fatal(err)
		}
		if event.MeetingURL != "" && !event.Deleted && event.StartTime.After(s.Now()) {
			return ids{joined.BotID, calendar.UUID, event.UUID, connection.UUID}
		}
	}
	t.Fatal("the calendar has no event to come with a link")
	return ids{}
}

// each runs a test of every operation, in order, against one sandbox.
func each(t *testing.T, o sandbox.Options, check func(t *testing.T, s *sandbox.Sandbox, c *client.Client, id ids, op operation)) {
	t.Helper()
	s, c := open(t, o)
	id := furnish(t, s, c)
	if got := len(operations()); got != 26 {
		t.Fatalf("%d operations, want 26", got)
	}
	for _, op := range operations() {
		check(t, s, c, id, op)
	}
}

func refusalOf(err error) client.Error {
	var refusal *client.Error
	if errors.As(err, &refusal) {
		return *refusal
	}
	return client.Error{}
}

func TestOperations(t *testing.T) {
	t.Parallel()
	for _, quirk := range append(sandbox.Quirks(), sandbox.Quirk{}) {
		t.Run(quirk.Name, func(t *testing.T) {
			t.Parallel()
			each(t, sandbox.Options{Quirks: strings.Fields(quirk.Name)}, func(t *testing.T, s *sandbox.Sandbox, c *client.Client, id ids, op operation) {
				before := len(s.Requests())
				err := op.call(t.Context(), c, id)
				if op.name == "leave" && quirk.Name == "leave=404" {
					if refusalOf(err).Status != http.StatusNotFound {
						t.Errorf("leave an ended bot: %v, want 404", err)
					}
				} else if err != nil {
					t.Errorf("%s: %v", op.name, err)
				}
				if got := len(s.Requests()) - before; got != 1 {
					t.Errorf("%s: %d requests, want 1", op.name, got)
				}
			})
		})
	}
}

func TestWritesAreTriedOnce(t *testing.T) {
	t.Parallel()
	for _, status := range []int{429, 500, 503} {
		each(t, sandbox.Options{}, func(t *testing.T, s *sandbox.Sandbox, c *client.Client, id ids, op operation) {
			before := len(s.Requests())
			s.Refuse(status, 1)
			err := op.call(t.Context(), c, id)
			got, refusal := len(s.Requests())-before, refusalOf(err)
			switch {
			case op.write || status == 500:
				if got != 1 || refusal.Status != status || refusal.Op != op.name || refusal.Lost != (op.write && status >= 500) {
					t.Errorf("%s after %d: %v (%+v), %d requests, want one and the refusal", op.name, status, err, refusal, got)
				}
			case err != nil || got != 2:
				t.Errorf("%s after %d: %v, %d requests, want a second to succeed", op.name, status, err, got)
			}
		})
	}
}

func TestReadsGiveUp(t *testing.T) {
	t.Parallel()
	for _, status := range []int{429, 502, 503, 504} {
		s, c := open(t, sandbox.Options{})
		s.Refuse(status, 3)
		_, err := c.Bots(t.Context(), client.BotQuery{})
		if got := len(s.Requests()); got != 3 || refusalOf(err).Status != status {
			t.Errorf("%d thrice: %v after %d requests, want it after 3", status, err, got)
		}
	}
}

func TestIDsAreChecked(t *testing.T) {
	t.Parallel()
	s, c := open(t, sandbox.Options{})
	for _, bad := range []string{"", "../calendars", "a/../b", "..", "a/b", `a\b`, "a\nb", "a b", "a\x00", strings.Repeat("a", 201)} {
		for _, op := range operations() {
			if !op.path {
				continue
			}
			if op.name == "delete_data" {
				s.Advance(time.Minute) // its limit is another matter
			}
			err := op.call(t.Context(), c, ids{bad, bad, bad, bad})
			if !refusalOf(err).Unsent {
				t.Errorf("%s with the id %.20q: %v, want it not sent", op.name, bad, err)
			}
		}
	}
	if got := s.Requests(); len(got) != 0 {
		t.Errorf("%d requests were sent, the first %+v", len(got), got[0])
	}
	if _, err := c.MeetingData(t.Context(), "no%2Fsuch?bot", false); refusalOf(err).Status != http.StatusNotFound {
		t.Errorf("a strange id: %v, want 404", err)
	}
}

func TestDeletionsAreLimited(t *testing.T) {
	t.Parallel()
	s, c := open(t, sandbox.Options{})
	for range 5 {
		if _, err := c.DeleteData(t.Context(), "nobody"); refusalOf(err).Status != http.StatusNotFound {
			t.Fatalf("delete: %v, want 404", err)
		}
		s.Advance(time.Second)
	}
	_, err := c.DeleteData(t.Context(), "nobody")
	if refusal := refusalOf(err); refusal.Status != http.StatusTooManyRequests || refusal.RetryAfter != 55*time.Second || len(s.Requests()) != 5 {
		t.Errorf("the sixth: %+v after %d requests, want it refused here, to wait 55 s", refusal, len(s.Requests()))
	}
	other := client.WithKey(t.Context(), client.NewSecret(sandbox.OtherKey))
	if _, err := c.DeleteData(other, "nobody"); refusalOf(err).Status != http.StatusNotFound {
		t.Errorf("with another key: %v, want it sent", err)
	}
	s.Advance(55 * time.Second)
	if _, err := c.DeleteData(t.Context(), "nobody"); refusalOf(err).Status != http.StatusNotFound {
		t.Errorf("a minute after the first: %v, want it sent", err)
	}
}

func TestWithKey(t *testing.T) {
	t.Parallel()
	s, c := open(t, sandbox.Options{})
	joined, err := c.Join(t.Context(), bot(link))
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]int{sandbox.Key: 0, sandbox.OtherKey: 403, "unknown": 401, "": 401} {
		_, err := c.MeetingData(client.WithKey(t.Context(), client.NewSecret(key)), joined.BotID, false)
		if got := refusalOf(err).Status; got != want {
			t.Errorf("with the key %q: %v, want status %d", key, err, want)
		}
		if requests := s.Requests(); requests[len(requests)-1].Key != key {
			t.Errorf("sent the key %q, want %q", requests[len(requests)-1].Key, key)
		}
	}
}

func TestCalls(t *testing.T) {
	t.Parallel()
	s, c := open(t, sandbox.Options{})
	s.Refuse(503, 1)
	calls := client.Calls{RequestID: "r1"}
	if _, err := c.Bots(client.WithCalls(t.Context(), &calls), client.BotQuery{}); err != nil {
		t.Fatal(err)
	}
	if calls.Status != 200 || calls.Tries != 2 {
		t.Errorf("got %+v, want 200 after 2 tries", calls)
	}
}

// TestForms holds that what the client makes of an answer is the same
// whatever form the API chooses.
func TestForms(t *testing.T) {
	t.Parallel()
	want := ""
	for _, quirks := range [][]string{nil, {"time=zoned"}, {"id=int"}, {"next=url"}, {"time=zoned", "id=int", "next=url", "retranscribe=200"}} {
		s, c := open(t, sandbox.Options{Quirks: quirks})
		id := furnish(t, s, c)
		data, err := c.MeetingData(t.Context(), id.bot, true)
		if err != nil {
			t.Fatal(err)
		}
		got := fmt.Sprint(data.BotData.Bot.CreatedAt, data.BotData.Bot.EndedAt, data.Duration, len(data.BotData.Transcripts))
		for listed, err := range c.AllBots(t.Context(), client.BotQuery{Limit: 3}) {
			if err != nil {
				t.Fatal(err)
			}
			if listed.ID == "" {
				t.Errorf("%v: bot %s has no id", quirks, listed.UUID)
			}
			got += fmt.Sprint(listed.UUID, listed.CreatedAt, listed.EndedAt, *listed.Duration)
		}
		for event, err := range c.AllEvents(t.Context(), client.EventQuery{CalendarID: id.calendar, Status: "all"}) {
			if err != nil {
				t.Fatal(err)
			}
			got += event.UUID
		}
		if want == "" {
			want = got
		}
		if got != want {
			t.Errorf("%v: got %.200s, want %.200s", quirks, got, want)
		}
	}
}

func TestExtraIsSentAsItIs(t *testing.T) {
	t.Parallel()
	s, c := open(t, sandbox.Options{})
	in := bot(link)
	in.Extra = jsontext.Value(`{"n":12345678901234567890}`)
	if _, err := c.Join(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	if body := s.Requests()[0].Body; !strings.Contains(body, `"extra":{"n":12345678901234567890}`) || strings.Contains(body, "null") {
		t.Errorf("sent %s", body)
	}
}
