package client

import (
	"context"
	"net/url"
	"strconv"

	"github.com/go-json-experiment/json"
)

// CalendarAccess lets the API read somebody's calendars. The tokens come from
// an OAuth consent with offline access, which happens outside of this API.
type CalendarAccess struct {
	Platform          string `json:"platform" jsonschema:"enum=Google,enum=Microsoft"`
	OAuthClientID     string `json:"oauth_client_id"`
	OAuthClientSecret Secret `json:"oauth_client_secret" jsonschema_description:"Secret, or env:NAME."`
	OAuthRefreshToken Secret `json:"oauth_refresh_token" jsonschema_description:"Secret, or env:NAME; from a consent with offline access."`
}

// RawCalendar is a calendar at its provider, not connected yet.
type RawCalendar struct {
	ID        string `json:"id"`
	Email     string `json:"email"`
	IsPrimary bool   `json:"is_primary"`
}

// Calendar is a connected calendar.
type Calendar struct {
	UUID       string `json:"uuid"`
	Name       string `json:"name"`
	Email      string `json:"email"`
	GoogleID   string `json:"google_id"` // the provider's id, Microsoft's too
	ResourceID string `json:"resource_id"`
}

// NewCalendar is the body of create_calendar.
type NewCalendar struct {
	CalendarAccess
	RawCalendarID string `json:"raw_calendar_id,omitzero" jsonschema_description:"From list_raw_calendars; the primary one when absent."`
}

// rawCalendars wraps the list, as the API answers it.
type rawCalendars struct {
	Calendars []RawCalendar `json:"calendars"`
}

// RawCalendars lists the calendars that the access opens; nothing is stored:
// POST /calendars/raw.
func (c *Client) RawCalendars(ctx context.Context, in CalendarAccess) ([]RawCalendar, error) {
	answer, err := call[rawCalendars](ctx, c, request{op: "list_raw_calendars", method: "POST", path: "/calendars/raw", body: in})
	if err != nil {
		return nil, err
	}
	return answer.Calendars, nil
}

type calendarList []Calendar

// Calendars lists all connected calendars: GET /calendars/.
func (c *Client) Calendars(ctx context.Context) ([]Calendar, error) {
	all, err := call[calendarList](ctx, c, request{op: "list_calendars", method: "GET", path: "/calendars/"})
	if err != nil {
		return nil, err
	}
	return *all, nil
}

// calendarAnswer wraps a calendar, as the writes answer it.
type calendarAnswer struct {
	Calendar Calendar `json:"calendar"`
}

// CreateCalendar connects a calendar and syncs its events: POST /calendars/.
func (c *Client) CreateCalendar(ctx context.Context, in NewCalendar) (*Calendar, error) {
	answer, err := call[calendarAnswer](ctx, c, request{op: "create_calendar", method: "POST", path: "/calendars/", body: in})
	if err != nil {
		return nil, err
	}
	return &answer.Calendar, nil
}

// Calendar fetches one connected calendar: GET /calendars/{uuid}.
func (c *Client) Calendar(ctx context.Context, calendarID string) (*Calendar, error) {
	return call[Calendar](ctx, c, request{op: "get_calendar", method: "GET", path: "/calendars/{}", id: calendarID})
}

// UpdateCalendar replaces a calendar's access. Its bots are unscheduled and
// its events synced anew: PATCH /calendars/{uuid}.
func (c *Client) UpdateCalendar(ctx context.Context, calendarID string, in CalendarAccess) (*Calendar, error) {
	answer, err := call[calendarAnswer](ctx, c, request{op: "update_calendar", method: "PATCH", path: "/calendars/{}", id: calendarID, body: in})
	if err != nil {
		return nil, err
	}
	return &answer.Calendar, nil
}

// DeleteCalendar disconnects a calendar with its events and scheduled bots:
// DELETE /calendars/{uuid}.
func (c *Client) DeleteCalendar(ctx context.Context, calendarID string) error {
	return done(ctx, c, request{op: "delete_calendar", method: "DELETE", path: "/calendars/{}", id: calendarID})
}

// Resync says which calendars were synced and why others were not.
type Resync struct {
	SyncedCalendars []string      `json:"synced_calendars"`
	Errors          []ResyncError `json:"errors"`
}

// ResyncError is one calendar that could not be synced. The API writes it as a
// pair.
type ResyncError struct {
	CalendarUUID string
	Message      string
}

// UnmarshalJSON reads the pair.
func (e *ResyncError) UnmarshalJSON(raw []byte) error {
	var pair [2]string
	err := json.Unmarshal(raw, &pair)
	e.CalendarUUID, e.Message = pair[0], pair[1]
	return err
}

// MarshalJSON writes the pair.
func (e ResyncError) MarshalJSON() ([]byte, error) {
	return json.Marshal([2]string{e.CalendarUUID, e.Message})
}

// ResyncCalendars syncs all calendars for the coming days, 30 when days is 0:
// POST /calendars/resync_all.
func (c *Client) ResyncCalendars(ctx context.Context, days int) (*Resync, error) {
	query := url.Values{}
	if days > 0 {
		query.Set("days", strconv.Itoa(days))
	}
	return call[Resync](ctx, c, request{op: "resync_all_calendars", method: "POST", path: "/calendars/resync_all", query: query})
}
