package client

import (
	"context"
	"iter"
	"net/url"
	"time"
)

// Attendee is one person invited to an event.
type Attendee struct {
	Email string `json:"email"`
	Name  string `json:"name,omitzero"`
}

// Event is one event of a connected calendar.
type Event struct {
	UUID             string     `json:"uuid"`
	CalendarUUID     string     `json:"calendar_uuid"`
	GoogleID         string     `json:"google_id"` // the provider's id, Microsoft's too
	Name             string     `json:"name"`
	MeetingURL       string     `json:"meeting_url"` // "" when there is no link
	StartTime        Time       `json:"start_time"`
	EndTime          Time       `json:"end_time"`
	LastUpdatedAt    Time       `json:"last_updated_at"`
	Attendees        []Attendee `json:"attendees"`
	Deleted          bool       `json:"deleted"`
	IsOrganizer      bool       `json:"is_organizer"`
	IsRecurring      bool       `json:"is_recurring"`
	RecurringEventID string     `json:"recurring_event_id"`
	BotParam         *BotParam  `json:"bot_param"` // nil when no bot is scheduled
	Raw              any        `json:"raw"`       // the provider's own event
}

// EventQuery filters the events of one calendar. Zero fields do not filter.
type EventQuery struct {
	CalendarID     string
	Status         string // upcoming (the API's default), past or all
	StartDateGTE   time.Time
	StartDateLTE   time.Time
	UpdatedAtGTE   time.Time
	AttendeeEmail  string
	OrganizerEmail string
	Cursor         string // Next of the page before
}

// EventPage is one page of at most 100 events.
type EventPage struct {
	Data []Event `json:"data"`
	Next string  `json:"next"` // cursor of the next page, "" on the last
	Cut  bool    `json:"-"`    // there may be another page, and what leads there could not be read
}

// Events lists one page of a calendar's events: GET /calendar_events/.
func (c *Client) Events(ctx context.Context, q EventQuery) (*EventPage, error) {
	if err := checkID(q.CalendarID); err != nil {
		return nil, err
	}
	values := url.Values{"calendar_id": {q.CalendarID}}
	zoned := func(t time.Time) string { return t.UTC().Format(time.RFC3339) }
	setText(values, "status", q.Status)
	setTime(values, "start_date_gte", q.StartDateGTE, zoned)
	setTime(values, "start_date_lte", q.StartDateLTE, zoned)
	setTime(values, "updated_at_gte", q.UpdatedAtGTE, zoned)
	setText(values, "attendee_email", q.AttendeeEmail)
	setText(values, "organizer_email", q.OrganizerEmail)
	setText(values, "cursor", q.Cursor)
	page, err := call[EventPage](ctx, c, request{op: "list_events", method: "GET", path: "/calendar_events/", id: q.CalendarID, query: values})
	if err != nil {
		return nil, err
	}
	page.Next = cursorOf(page.Next)
	return page, nil
}

// AllEvents lists events over all pages, each once, until the last page or the
// first error, which is a *Cut where the pages do not come to an end.
func (c *Client) AllEvents(ctx context.Context, q EventQuery) iter.Seq2[Event, error] {
	return pages(c, q.Cursor, func(e Event) string { return e.UUID }, func(cursor string) ([]Event, string, error) {
		q.Cursor = cursor
		page, err := c.Events(ctx, q)
		if err != nil {
			return nil, "", err
		}
		if page.Cut {
			return page.Data, "", UnreadableNext
		}
		return page.Data, page.Next, nil
	})
}

// Event fetches one event: GET /calendar_events/{uuid}.
func (c *Client) Event(ctx context.Context, eventID string) (*Event, error) {
	return call[Event](ctx, c, request{op: "get_event", method: "GET", path: "/calendar_events/{}", id: eventID})
}

// Recording is the body of schedule_record_event. Unlike join's its settings
// are flat, and the message is called enter_message.
type Recording struct {
	BotName                 string      `json:"bot_name" jsonschema_extras:"most=200,free=true" jsonschema_description:"Name shown in the meeting."`
	EnterMessage            string      `json:"enter_message,omitzero" jsonschema_extras:"free=true" jsonschema_description:"Posted to the chat on joining; not on Teams."`
	WaitingRoomTimeout      int         `json:"waiting_room_timeout,omitzero" jsonschema:"minimum=120,maximum=1800" jsonschema_description:"Seconds until it gives up waiting to be admitted."`
	NooneJoinedTimeout      int         `json:"noone_joined_timeout,omitzero" jsonschema:"minimum=120,maximum=1800" jsonschema_description:"Seconds until it leaves an empty meeting."`
	SilenceTimeout          int         `json:"silence_timeout,omitzero" jsonschema:"minimum=300,maximum=1800" jsonschema_description:"Seconds of silence until it leaves."`
	StreamingOutput         Destination `json:"streaming_output,omitzero" jsonschema_description:"WebSocket that gets the audio."`
	StreamingInput          Destination `json:"streaming_input,omitzero" jsonschema_description:"WebSocket whose audio is played."`
	StreamingAudioFrequency string      `json:"streaming_audio_frequency,omitzero" jsonschema:"enum=16khz,enum=24khz"`
	BotSettings
}

// RecordingPatch is the body of patch_bot: what is absent stays as it is, what
// Clear names is set to null. It has no silence_timeout.
type RecordingPatch struct {
	BotName                 string      `json:"bot_name,omitzero" jsonschema_extras:"most=200,free=true"`
	EnterMessage            string      `json:"enter_message,omitzero"`
	WaitingRoomTimeout      int         `json:"waiting_room_timeout,omitzero" jsonschema:"minimum=120,maximum=1800" jsonschema_description:"Seconds until it gives up waiting to be admitted."`
	NooneJoinedTimeout      int         `json:"noone_joined_timeout,omitzero" jsonschema:"minimum=120,maximum=1800" jsonschema_description:"Seconds until it leaves an empty meeting."`
	StreamingOutput         Destination `json:"streaming_output,omitzero" jsonschema_description:"WebSocket that gets the audio."`
	StreamingInput          Destination `json:"streaming_input,omitzero" jsonschema_description:"WebSocket whose audio is played."`
	StreamingAudioFrequency string      `json:"streaming_audio_frequency,omitzero" jsonschema:"enum=16khz,enum=24khz"`
	BotSettings
	Clear map[string]*struct{} `json:",embed" jsonschema:"-"` // each name written as null
}

// ScheduleRecording has a bot record an event, or with all every occurrence of
// its series: POST /calendar_events/{uuid}/bot. No bot exists yet, so no bot
// id is known until the meeting.
func (c *Client) ScheduleRecording(ctx context.Context, eventID string, all bool, in Recording) ([]Event, error) {
	return recording[scheduledEvents](ctx, c, request{op: "schedule_record_event", method: "POST", id: eventID, body: in}, all)
}

// UpdateRecording changes the bot scheduled for an event: PATCH
// /calendar_events/{uuid}/bot.
func (c *Client) UpdateRecording(ctx context.Context, eventID string, all bool, in RecordingPatch) ([]Event, error) {
	return recording[scheduledEvents](ctx, c, request{op: "patch_bot", method: "PATCH", id: eventID, body: in}, all)
}

// UnscheduleRecording cancels the bot of an event; it is no error if there is
// none: DELETE /calendar_events/{uuid}/bot.
func (c *Client) UnscheduleRecording(ctx context.Context, eventID string, all bool) ([]Event, error) {
	return recording[unscheduledEvents](ctx, c, request{op: "unschedule_record_event", method: "DELETE", id: eventID}, all)
}

type (
	scheduledEvents   []Event
	unscheduledEvents []Event
)

// recording sends one of the three requests about an event's bot, and returns
// the events that it touched.
func recording[T ~[]Event](ctx context.Context, c *Client, req request, all bool) ([]Event, error) {
	req.path = "/calendar_events/{}/bot"
	if all {
		req.query = url.Values{"all_occurrences": {"true"}}
	}
	events, err := call[T](ctx, c, req)
	if err != nil {
		return nil, err
	}
	return *events, nil
}
