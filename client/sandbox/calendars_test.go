package sandbox

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/go-json-experiment/json"

	"github.com/meetmcp/meetmcp/client"
)

func access(platform, token string) client.CalendarAccess {
	return client.CalendarAccess{Platform: platform, OAuthClientID: "id", OAuthClientSecret: client.NewSecret("secret"), OAuthRefreshToken: client.NewSecret(token)}
}

// connect creates a calendar, whose events it returns too.
func connect(t *testing.T, c *client.Client, platform string) (*client.Calendar, []client.Event) {
	t.Helper()
	calendar, err := c.CreateCalendar(t.Context(), client.NewCalendar{CalendarAccess: access(platform, "token")})
	if err != nil {
		t.Fatal(err)
	}
	return calendar, eventsOf(t, c, client.EventQuery{CalendarID: calendar.UUID, Status: "all"})
}

func eventsOf(t *testing.T, c *client.Client, q client.EventQuery) []client.Event {
	t.Helper()
	var all []client.Event
	for e, err := range c.AllEvents(t.Context(), q) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, e)
	}
	return all
}

// refused checks that err is a refusal with that status and words.
func refused(t *testing.T, what string, err error, status int, words string) {
	t.Helper()
	var e *client.Error
	if !errors.As(err, &e) || e.Status != status || !strings.Contains(e.Message, words) {
		t.Errorf("%s: got %v, want %d with %q", what, err, status, words)
	}
}

// hook listens for webhooks of the sandbox's account.
type hook struct {
	mu     sync.Mutex
	events []string // bodies
}

func listenTo(t *testing.T, s *Sandbox) *hook {
	t.Helper()
	h := &hook{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		h.mu.Lock()
		h.events = append(h.events, string(body))
		h.mu.Unlock()
	}))
	t.Cleanup(func() {
		s.Advance(0) // until all are delivered
		server.Close()
	})
	if err := s.SetWebhook(Key, server.URL); err != nil {
		t.Fatal(err)
	}
	return h
}

// synced returns the calendar and number of events of each calendar.sync_events
// since it was last asked, and forgets the other events.
func (h *hook) synced(t *testing.T, s *Sandbox) (calendars []string, counts []int) {
	t.Helper()
	s.Advance(0) // until all are delivered
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, body := range h.events {
		var e struct {
			Event string `json:"event"`
			Data  struct {
				CalendarID  string      `json:"calendar_id"`
				LastUpdated client.Time `json:"last_updated_ts"`
				Affected    []string    `json:"affected_event_uuids"`
			} `json:"data"`
		}
		if err := json.Unmarshal([]byte(body), &e); err != nil {
			t.Fatal(err)
		}
		if e.Event == "calendar.sync_events" {
			calendars, counts = append(calendars, e.Data.CalendarID), append(counts, len(e.Data.Affected))
			if e.Data.LastUpdated.IsZero() {
				t.Errorf("no last_updated_ts in %s", body)
			}
		}
	}
	h.events = nil
	return calendars, counts
}

func TestCalendars(t *testing.T) {
	t.Parallel()
	s, c := open(t, Options{})
	ctx := t.Context()
	h := listenTo(t, s)

	for _, platform := range []string{"Google", "Microsoft"} {
		raw, err := c.RawCalendars(ctx, access(platform, "any"))
		primary := slices.IndexFunc(raw, func(r client.RawCalendar) bool { return r.IsPrimary })
		if err != nil || len(raw) < 2 || primary != 0 || raw[0].Email == "" {
			t.Fatalf("raw calendars of %s: got %+v, %v", platform, raw, err)
		}
	}
	if all, err := c.Calendars(ctx); err != nil || len(all) != 0 {
		t.Fatalf("calendars before any: got %+v, %v", all, err)
	}

	calendar, events := connect(t, c, "Google")
	if calendar.Email != "robin.marlow@example.com" || calendar.GoogleID != calendar.Email || calendar.Name == "" || calendar.ResourceID == "" {
		t.Errorf("created: got %+v", calendar)
	}
	if calendars, counts := h.synced(t, s); len(calendars) != 1 || calendars[0] != calendar.UUID || counts[0] != len(events) {
		t.Errorf("webhooks after create: got %v with %v events, want %d", calendars, counts, len(events))
	}
	raw, err := c.RawCalendars(ctx, access("Microsoft", "any"))
	if err != nil {
		t.Fatal(err)
	}
	second, err := c.CreateCalendar(ctx, client.NewCalendar{CalendarAccess: access("Microsoft", "revoked"), RawCalendarID: raw[1].ID})
	if err != nil || second.GoogleID != raw[1].ID {
		t.Fatalf("create chosen: got %+v, %v", second, err)
	}
	if got, err := c.Calendar(ctx, calendar.UUID); err != nil || *got != *calendar {
		t.Errorf("get: got %+v, %v, want %+v", got, err, calendar)
	}
	if all, err := c.Calendars(ctx); err != nil || !slices.Equal(all, []client.Calendar{*calendar, *second}) {
		t.Errorf("list: got %+v, %v", all, err)
	}
	h.synced(t, s)

	answer, err := c.ResyncCalendars(ctx, 0)
	if err != nil || !slices.Equal(answer.SyncedCalendars, []string{calendar.UUID}) || len(answer.Errors) != 1 ||
		answer.Errors[0].CalendarUUID != second.UUID || !strings.Contains(answer.Errors[0].Message, "revoked") {
		t.Errorf("resync: got %+v, %v", answer, err)
	}
	if calendars, _ := h.synced(t, s); len(calendars) != 0 {
		t.Errorf("webhooks after a resync without news: got %v", calendars)
	}
	if _, err := c.ResyncCalendars(ctx, 37); err != nil {
		t.Fatal(err)
	}
	more := len(eventsOf(t, c, client.EventQuery{CalendarID: calendar.UUID, Status: "all"})) - len(events)
	if calendars, counts := h.synced(t, s); more < 10 || len(calendars) != 1 || counts[0] != more {
		t.Errorf("resync of a week more: %d new events, webhooks of %v with %v", more, calendars, counts)
	}
	_, err = c.ResyncCalendars(ctx, 1000)
	refused(t, "resync of 1000 days", err, 400, "days")

	scheduled, err := c.ScheduleRecording(ctx, firstToRecord(events).UUID, false, client.Recording{BotName: "Ada"})
	if err != nil {
		t.Fatal(err)
	}
	updated, err := c.UpdateCalendar(ctx, calendar.UUID, access("Google", "fresh"))
	if err != nil || *updated != *calendar {
		t.Errorf("update: got %+v, %v, want %+v", updated, err, calendar)
	}
	if e, err := c.Event(ctx, scheduled[0].UUID); err != nil || e.BotParam != nil {
		t.Errorf("event after update: got %+v, %v, want it without a bot", e, err)
	}
	if calendars, _ := h.synced(t, s); len(calendars) != 1 {
		t.Errorf("webhooks after update: got %v", calendars)
	}
	if moved, err := c.UpdateCalendar(ctx, calendar.UUID, access("Microsoft", "fresh")); err != nil || moved.UUID != calendar.UUID || moved.Email == calendar.Email {
		t.Errorf("update to another provider: got %+v, %v", moved, err)
	}

	if err := c.DeleteCalendar(ctx, calendar.UUID); err != nil {
		t.Fatal(err)
	}
	_, err = c.Calendar(ctx, calendar.UUID)
	refused(t, "get deleted", err, 404, "Calendar not found")
	_, err = c.Events(ctx, client.EventQuery{CalendarID: calendar.UUID})
	refused(t, "list deleted", err, 404, "Calendar not found")
	_, err = c.Event(ctx, scheduled[0].UUID)
	refused(t, "event of deleted", err, 404, "event not found")
	refused(t, "delete deleted", c.DeleteCalendar(ctx, calendar.UUID), 404, "Calendar not found")
}

func TestCalendarRefusals(t *testing.T) {
	t.Parallel()
	s, c := open(t, Options{})
	ctx := t.Context()
	calendar, _ := connect(t, c, "Google")
	for _, step := range []struct {
		platform, token string
		status          int
		words           string
	}{
		{"Google", "expired", 401, "refresh token"},
		{"Microsoft", "disabled", 500, "Internal Server Error"},
		{"google", "any", 422, "unknown variant `google`"},
	} {
		_, err := c.RawCalendars(ctx, access(step.platform, step.token))
		refused(t, "raw with "+step.token, err, step.status, step.words)
		_, err = c.CreateCalendar(ctx, client.NewCalendar{CalendarAccess: access(step.platform, step.token)})
		refused(t, "create with "+step.token, err, step.status, step.words)
		_, err = c.UpdateCalendar(ctx, calendar.UUID, access(step.platform, step.token))
		refused(t, "update with "+step.token, err, step.status, step.words)
	}
	_, err := c.CreateCalendar(ctx, client.NewCalendar{CalendarAccess: access("Google", "any"), RawCalendarID: "nope"})
	refused(t, "create of unknown", err, 404, "raw_calendar_id")
	if all, err := c.Calendars(ctx); err != nil || len(all) != 1 {
		t.Errorf("calendars after refusals: got %+v, %v", all, err)
	}

	other := client.WithKey(ctx, client.NewSecret(OtherKey))
	_, err = c.Calendar(other, calendar.UUID)
	refused(t, "another account's", err, 404, "Calendar not found")
	if all, err := c.Calendars(other); err != nil || len(all) != 0 {
		t.Errorf("calendars of another account: got %+v, %v", all, err)
	}

	for _, step := range []struct {
		method, path, body string
		status             int
		words              string
	}{
		{"POST", "/calendars", `{"platform":"Google","oauth_client_id":"a","oauth_client_secret":"b"}`, 422, "missing field `oauth_refresh_token`"},
		{"POST", "/calendars/raw/", `{`, 400, "Failed to parse"},
		{"POST", "/calendars/resync_all?days=soon", `null`, 400, "days: invalid digit"},
		{"GET", "/calendar_events/", ``, 400, "missing field `calendar_id`"},
		{"GET", "/calendar_events?calendar_id=" + calendar.UUID + "&status=later", `{}`, 400, "unknown variant `later`"},
		{"GET", "/calendar_events?calendar_id=" + calendar.UUID + "&start_date_gte=2025-01-01", ``, 400, "start_date_gte"},
		{"GET", "/calendar_events?calendar_id=" + calendar.UUID + "&cursor=xx", ``, 400, "cursor"},
	} {
		if got := ask(t, s, step.method, step.path, step.body); got.status != step.status || !strings.Contains(got.body, step.words) {
			t.Errorf("%s %s: got %d %s, want %d with %q", step.method, step.path, got.status, got.body, step.status, step.words)
		}
	}
}

// firstToRecord is the first single event to come that has a link.
func firstToRecord(events []client.Event) client.Event {
	i := slices.IndexFunc(events, func(e client.Event) bool {
		return e.StartTime.After(noon) && e.MeetingURL != "" && !e.Deleted && !e.IsRecurring
	})
	return events[i]
}
