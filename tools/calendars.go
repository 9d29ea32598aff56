package tools

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/meetmcp/meetmcp/client"
	"github.com/meetmcp/meetmcp/internal/untrusted"
)

// calendars is the set about calendars, their events and their recordings.
func calendars(api *client.Client) Set {
	return Set{"calendars", "Connect calendars, and have their events recorded.", []Tool{

		define("list_calendars", "list_calendars", "List calendars", Reads,
			"Lists the connected calendars with their calendar_id.",
			func(ctx context.Context, _ none) (*calendarList, error) {
				all, err := api.Calendars(ctx)
				if err != nil {
					return nil, err
				}
				return calendarsOf(all), nil
			}),

		define("list_raw_calendars", "list_raw_calendars", "List calendars that could be connected", Reads,
			"Lists the calendars at Google or Microsoft that OAuth credentials open, to choose raw_calendar_id for create_calendar. Stores nothing.",
			func(ctx context.Context, in client.CalendarAccess) (*rawCalendarList, error) {
				all, err := api.RawCalendars(ctx, in)
				if err != nil {
					return nil, err
				}
				return rawCalendarsOf(all), nil
			}, Lost("Nothing is stored by this, so it can be asked again in a minute."),
			Remedy(consentOrKey, http.StatusUnauthorized, http.StatusForbidden)),

		define("create_calendar", "create_calendar", "Connect a calendar", Writes,
			"Connects a Google or Microsoft calendar with OAuth credentials of the person's (offline access), and reads its events.",
			func(ctx context.Context, in client.NewCalendar) (*calendar, error) {
				made, err := api.CreateCalendar(ctx, in)
				if err != nil {
					return nil, err
				}
				out := calendarOf(*made)
				out.Next = "list_calendar_events with this calendar_id shows what can be recorded."
				return out, nil
			}, Lost("It may have been done all the same: look with list_calendars before sending it again."),
			Remedy(consentOrKey, http.StatusUnauthorized, http.StatusForbidden),
			Remedy("It may have been done all the same: look with list_calendars before sending it again. If it was not, most often the Google Calendar API is disabled in the project of oauth_client_id.", http.StatusInternalServerError)),

		define("get_calendar", "get_calendar", "Look at a calendar", Reads,
			"One connected calendar: name, email, the provider's ids.",
			func(ctx context.Context, in calendarID) (*calendar, error) {
				found, err := api.Calendar(ctx, in.CalendarID)
				if err != nil {
					return nil, err
				}
				return calendarOf(*found), nil
			}),

		define("update_calendar", "update_calendar", "Replace a calendar's credentials", Destroys,
			"Replaces a calendar's OAuth credentials and reads its events anew. All recordings scheduled for it are cancelled: schedule them again.",
			func(ctx context.Context, in updateCalendar) (*calendar, error) {
				changed, err := api.UpdateCalendar(ctx, in.CalendarID, in.CalendarAccess)
				if err != nil {
					return nil, err
				}
				out := calendarOf(*changed)
				out.Next = "its scheduled recordings were cancelled: list_calendar_events, then schedule_recording again."
				return out, nil
			}, Lost("It may have been done all the same: look with list_calendars before sending it again."),
			Remedy(consentOrKey, http.StatusUnauthorized, http.StatusForbidden)),

		define("delete_calendar", "delete_calendar", "Disconnect a calendar", Destroys,
			"Disconnects a calendar; its events and scheduled recordings go with it. Meetings already recorded stay.",
			func(ctx context.Context, in calendarID) (*gone, error) {
				return &gone{OK: true, CalendarID: untrusted.ID(in.CalendarID)}, api.DeleteCalendar(ctx, in.CalendarID)
			}, Lost("It may have been done all the same: look with list_calendars before sending it again.")),

		define("resync_calendars", "resync_all_calendars", "Sync all calendars", Writes,
			"Reads all connected calendars anew, when events look outdated. Recordings may have to be scheduled again.",
			func(ctx context.Context, in resync) (*resynced, error) {
				done, err := api.ResyncCalendars(ctx, in.Days)
				if err != nil {
					return nil, err
				}
				return resyncedOf(done), nil
			}, Lost("It may have been done all the same: list_calendar_events shows what there is, and a second sync does no harm.")),

		defineCall("list_calendar_events", "list_events", "List a calendar's events", Reads,
			"Lists a calendar's events in order of time: name, times, link, whether a recording is scheduled, event_id. Upcoming ones unless status says otherwise.",
			func(ctx context.Context, call *Call, in listEvents) (*eventList, error) {
				return listOfEvents(ctx, api, call, in)
			}),

		defineCall("get_calendar_event", "get_event", "Look at an event", Reads,
			"One calendar event: times, link, attendees, whether and how it will be recorded.",
			func(ctx context.Context, call *Call, in getEvent) (*event, error) {
				found, err := api.Event(ctx, in.EventID)
				if err != nil {
					return nil, err
				}
				return eventWithin(call, *found, in)
			}),

		defineCall("schedule_recording", "schedule_record_event", "Schedule a recording", Writes,
			"Has a bot record a calendar event, or with all_occurrences its whole series. No bot_id exists yet: when it is over, list_bots finds the bot. For a meeting without calendar use join_meeting.",
			func(ctx context.Context, call *Call, in scheduleRecording) (*recordings, error) {
				return schedule(ctx, api, call, in)
			}, Lost("It may have been done all the same, and counts as a bot sent: look with get_calendar_event before sending it again.")),

		defineCall("update_recording", "patch_bot", "Change a scheduled recording", Writes,
			"Changes the bot scheduled for an event. What is absent stays as it is; clear empties fields.",
			func(ctx context.Context, call *Call, in updateRecording) (*recordings, error) {
				return change(ctx, api, call, in)
			}, Lost("It may have been done all the same: look with get_calendar_event before sending it again."),
			Remedy("Look with get_calendar_event: if no recording is scheduled, schedule_recording makes one; if there is no such event, list_calendar_events gives event_id.", http.StatusNotFound)),

		defineCall("unschedule_recording", "unschedule_record_event", "Cancel a scheduled recording", Destroys,
			"Cancels the recording of an event, or with all_occurrences of its whole series. It does no harm if there is none.",
			func(ctx context.Context, call *Call, in eventAndSeries) (*recordings, error) {
				return unschedule(ctx, api, call, in)
			}, Lost("It may have been done all the same: look with get_calendar_event before sending it again.")),
	}}
}

// consentOrKey is what to do when the API refuses a call with credentials of the
// provider's.
const consentOrKey = "Either the provider refused the OAuth credentials, and the person must consent again (with offline access), or the API did not accept its key: list_calendars tells which, as it needs only the key."

type none struct{}

type calendarID struct {
	CalendarID string `json:"calendar_id" jsonschema_extras:"most=200" jsonschema_description:"From list_calendars."`
}

type updateCalendar struct {
	calendarID
	client.CalendarAccess
}

type resync struct {
	Days int `json:"days,omitzero" jsonschema:"minimum=1,maximum=365" jsonschema_description:"How far ahead; 30 by default."`
}

type calendar struct {
	About
	calendarEntry
}

type calendarEntry struct {
	CalendarID untrusted.Word `json:"calendar_id"`
	Name       untrusted.Text `json:"name"`
	Email      untrusted.Text `json:"email"`
	GoogleID   untrusted.Text `json:"google_id"` // Microsoft's id too
	ResourceID untrusted.Word `json:"resource_id,omitzero"`
}

func entryOf(c client.Calendar) calendarEntry {
	return calendarEntry{untrusted.ID(c.UUID), untrusted.Name(c.Name), untrusted.Name(c.Email), untrusted.Name(c.GoogleID), untrusted.ID(c.ResourceID)}
}

func calendarOf(c client.Calendar) *calendar { return &calendar{calendarEntry: entryOf(c)} }

func (o *calendar) Text() string { return o.line() }

func (e calendarEntry) line() string {
	text := fmt.Sprintf("calendar_id %s · %s · %s · provider's id %s", e.CalendarID, e.Name.Quoted(), e.Email, e.GoogleID)
	if !e.ResourceID.IsZero() {
		text += " · resource_id " + e.ResourceID.String()
	}
	return text
}

type calendarList struct {
	About
	Calendars []calendarEntry `json:"calendars"`
}

func calendarsOf(all []client.Calendar) *calendarList {
	out := &calendarList{Calendars: make([]calendarEntry, len(all))}
	for i, c := range all {
		out.Calendars[i] = entryOf(c)
	}
	out.Next = "list_calendar_events with a calendar_id."
	if len(all) == 0 {
		out.Next = "create_calendar connects one."
	}
	return out
}

func (o *calendarList) Text() string {
	if len(o.Calendars) == 0 {
		return "No calendar is connected."
	}
	lines := make([]string, len(o.Calendars))
	for i, c := range o.Calendars {
		lines[i] = "- " + c.line()
	}
	return strings.Join(lines, "\n")
}

type rawCalendarList struct {
	About
	Calendars []rawCalendar `json:"calendars"`
}

type rawCalendar struct {
	RawCalendarID untrusted.Text `json:"raw_calendar_id"`
	Email         untrusted.Text `json:"email"`
	IsPrimary     bool           `json:"is_primary"`
}

func rawCalendarsOf(all []client.RawCalendar) *rawCalendarList {
	out := &rawCalendarList{Calendars: make([]rawCalendar, len(all))}
	for i, c := range all {
		out.Calendars[i] = rawCalendar{untrusted.Link(c.ID), untrusted.Name(c.Email), c.IsPrimary}
	}
	out.Next = "create_calendar with one raw_calendar_id."
	return out
}

func (o *rawCalendarList) Text() string {
	if len(o.Calendars) == 0 {
		return "These credentials open no calendar."
	}
	lines := make([]string, len(o.Calendars))
	for i, c := range o.Calendars {
		lines[i] = fmt.Sprintf("- raw_calendar_id %s · %s", c.RawCalendarID, c.Email)
		if c.IsPrimary {
			lines[i] += " · primary"
		}
	}
	return strings.Join(lines, "\n")
}

// gone says what was deleted.
type gone struct {
	About
	OK           bool           `json:"ok"`
	CalendarID   untrusted.Word `json:"calendar_id,omitzero"`
	ConnectionID untrusted.Word `json:"connection_id,omitzero"`
}

func (o *gone) Text() string {
	if !o.CalendarID.IsZero() {
		return "Calendar " + o.CalendarID.String() + " is disconnected."
	}
	return "Zoom connection " + o.ConnectionID.String() + " is deleted."
}

type resynced struct {
	About
	SyncedCalendars []untrusted.Word `json:"synced_calendars"`
	Errors          []resyncError    `json:"errors"`
}

type resyncError struct {
	CalendarID untrusted.Word `json:"calendar_id"`
	Message    untrusted.Text `json:"message"`
}

func resyncedOf(r *client.Resync) *resynced {
	out := &resynced{SyncedCalendars: untrusted.IDs(r.SyncedCalendars), Errors: []resyncError{}}
	for _, e := range r.Errors {
		out.Errors = append(out.Errors, resyncError{untrusted.ID(e.CalendarUUID), untrusted.Line(e.Message, 300)})
	}
	if len(out.Errors) > 0 {
		out.Next = "update_calendar with fresh credentials for those that failed."
	}
	return out
}

func (o *resynced) Text() string {
	text := "Synced " + counted(len(o.SyncedCalendars), "calendar")
	if len(o.SyncedCalendars) > 0 {
		text += ": " + listOf(o.SyncedCalendars)
	}
	for _, e := range o.Errors {
		text += fmt.Sprintf("\nNot synced: %s, %s", e.CalendarID, e.Message.Quoted())
	}
	return text + "."
}
