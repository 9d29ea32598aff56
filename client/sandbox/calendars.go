package sandbox

import (
	"net/http"
	"slices"
	"time"
)

// calendarState is an account's calendars.
type calendarState struct {
	calendars []*calendar // in the order of their creation
}

// calendar is a connected calendar with its events.
type calendar struct {
	calendarRow
	platform string
	token    string    // its refresh token, which may be one that fails
	until    time.Time // events are synced up to here
	entries  []*entry  // by start
}

// calendarRow is a calendar as the API writes it.
type calendarRow struct {
	UUID       string  `json:"uuid"`
	Name       string  `json:"name"`
	Email      string  `json:"email"`
	GoogleID   string  `json:"google_id"`
	ResourceID *string `json:"resource_id"`
}

type calendarAnswer struct {
	Calendar calendarRow `json:"calendar"`
}

// calendarAccess is the OAuth part of a body. Any strings do, but for refresh
// tokens that make a failure happen: "expired" and "disabled" are refused at
// once, "revoked" fails at the next sync.
type calendarAccess struct {
	Platform     string `json:"platform"`
	ClientID     string `json:"oauth_client_id"`
	ClientSecret string `json:"oauth_client_secret"`
	RefreshToken string `json:"oauth_refresh_token"`
}

// open reads a body's access into in, whose calendarAccess is access.
func (access *calendarAccess) open(r *http.Request, body []byte, in any) *response {
	if refusal := decode(r, body, in, "oauth_client_id", "oauth_client_secret", "oauth_refresh_token", "platform"); refusal != nil {
		return refusal
	}
	if access.Platform != google && access.Platform != microsoft {
		return untyped("platform: unknown variant `%s`, expected `Google` or `Microsoft`", access.Platform)
	}
	var refusal response
	switch access.RefreshToken {
	case "expired":
		refusal = refuse(http.StatusUnauthorized, "OAuthError", "The refresh token was refused by "+access.Platform+": token has been expired or revoked")
	case "disabled":
		refusal = refuse(http.StatusInternalServerError, "InternalServerError", "Internal Server Error")
	default:
		return nil
	}
	return &refusal
}

func listRawCalendars(s *Sandbox, a *account, r *http.Request, body []byte) response {
	var in calendarAccess
	if refusal := in.open(r, body, &in); refusal != nil {
		return *refusal
	}
	return ok(struct {
		Calendars []rawCalendar `json:"calendars"`
	}{rawCalendars(in.Platform)})
}

func listCalendars(s *Sandbox, a *account, r *http.Request, body []byte) response {
	rows := make([]calendarRow, len(a.calendars))
	for i, c := range a.calendars {
		rows[i] = c.calendarRow
	}
	return ok(rows)
}

func createCalendar(s *Sandbox, a *account, r *http.Request, body []byte) response {
	var in struct {
		calendarAccess
		RawCalendarID *string `json:"raw_calendar_id"`
	}
	if refusal := in.open(r, body, &in); refusal != nil {
		return *refusal
	}
	chosen := rawCalendars(in.Platform)[0]
	if in.RawCalendarID != nil {
		raw := rawCalendars(in.Platform)
		i := slices.IndexFunc(raw, func(c rawCalendar) bool { return c.ID == *in.RawCalendarID })
		if i < 0 {
			return refuse(http.StatusNotFound, "CalendarNotFound", "The provider has no calendar with this raw_calendar_id")
		}
		chosen = raw[i]
	}
	c := &calendar{platform: in.Platform, token: in.RefreshToken}
	resource := s.newUUID()
	c.calendarRow = calendarRow{UUID: s.newUUID(), Name: chosen.name, Email: chosen.Email, GoogleID: chosen.ID, ResourceID: &resource}
	a.calendars = append(a.calendars, c)
	s.tellSynced(a, c, s.sync(c, defaultDays))
	return ok(calendarAnswer{c.calendarRow})
}

func getCalendar(s *Sandbox, a *account, r *http.Request, body []byte) response {
	c := a.calendar(r.PathValue("uuid"))
	if c == nil {
		return noCalendar()
	}
	return ok(c.calendarRow)
}

func updateCalendar(s *Sandbox, a *account, r *http.Request, body []byte) response {
	c := a.calendar(r.PathValue("uuid"))
	if c == nil {
		return noCalendar()
	}
	var in calendarAccess
	if refusal := in.open(r, body, &in); refusal != nil {
		return *refusal
	}
	for _, e := range c.entries {
		s.unschedule(e)
	}
	c.token = in.RefreshToken
	if in.Platform != c.platform { // another provider, so its primary calendar and other events
		chosen := rawCalendars(in.Platform)[0]
		c.platform, c.Name, c.Email, c.GoogleID = in.Platform, chosen.name, chosen.Email, chosen.ID
		c.entries, c.until = nil, time.Time{}
	}
	s.sync(c, defaultDays)
	s.tellSynced(a, c, c.entries)
	return ok(calendarAnswer{c.calendarRow})
}

func deleteCalendar(s *Sandbox, a *account, r *http.Request, body []byte) response {
	c := a.calendar(r.PathValue("uuid"))
	if c == nil {
		return noCalendar()
	}
	for _, e := range c.entries {
		s.unschedule(e)
	}
	a.calendars = slices.DeleteFunc(a.calendars, func(other *calendar) bool { return other == c })
	return empty(http.StatusOK)
}

func resyncCalendars(s *Sandbox, a *account, r *http.Request, body []byte) response {
	q := queryOf(r)
	days := q.number("days", defaultDays)
	if q.refusal != nil {
		return *q.refusal
	}
	days, refusal := s.within("days", days, 1, 365)
	if refusal != nil {
		return *refusal
	}
	synced, failed := []string{}, [][2]string{}
	for _, c := range a.calendars {
		if c.token == "revoked" {
			failed = append(failed, [2]string{c.UUID, "The refresh token was refused by " + c.platform + ": access has been revoked"})
			continue
		}
		synced = append(synced, c.UUID)
		s.tellSynced(a, c, s.sync(c, int(days)))
	}
	return ok(struct {
		Synced []string    `json:"synced_calendars"`
		Errors [][2]string `json:"errors"`
	}{synced, failed})
}

// defaultDays is how far ahead a sync looks.
const defaultDays = 30

// sync takes a calendar's events over from its provider, up to some days
// ahead, and returns those that are new.
func (s *Sandbox) sync(c *calendar, days int) []*entry {
	from, until := c.until, s.now().AddDate(0, 0, days)
	if from.IsZero() {
		from = s.now().AddDate(0, 0, -14)
	}
	if !until.After(from) {
		return nil
	}
	added := s.agenda(c, from, until)
	c.until = until
	c.entries = append(c.entries, added...)
	slices.SortFunc(c.entries, inOrder)
	return added
}

// tellSynced sends calendar.sync_events to the account's webhook, which alone
// gets it.
func (s *Sandbox) tellSynced(a *account, c *calendar, changed []*entry) {
	if a.webhook == "" || len(changed) == 0 {
		return
	}
	uuids := make([]string, len(changed))
	for i, e := range changed {
		uuids[i] = e.uuid
	}
	s.notify(a, a.webhook, event{"calendar.sync_events", struct {
		CalendarID  string   `json:"calendar_id"`
		LastUpdated string   `json:"last_updated_ts"`
		Affected    []string `json:"affected_event_uuids"`
	}{c.UUID, s.now().Format(time.RFC3339), uuids}}, nil)
}

func (a *account) calendar(uuid string) *calendar {
	for _, c := range a.calendars {
		if c.UUID == uuid {
			return c
		}
	}
	return nil
}

func noCalendar() response {
	return refuse(http.StatusNotFound, "CalendarNotFound", "Calendar not found")
}
