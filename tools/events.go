package tools

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/meetmcp/meetmcp/client"
	"github.com/meetmcp/meetmcp/internal/transcript"
	"github.com/meetmcp/meetmcp/internal/untrusted"
)

type listEvents struct {
	calendarID
	Status         string `json:"status,omitzero" jsonschema:"enum=upcoming,enum=past,enum=all"`
	StartDateGTE   string `json:"start_date_gte,omitzero" jsonschema_extras:"most=100" jsonschema_description:"RFC 3339, a date, or +7d (in 7 days); inclusive."`
	StartDateLTE   string `json:"start_date_lte,omitzero" jsonschema_extras:"most=100" jsonschema_description:"Same forms as start_date_gte."`
	UpdatedAtGTE   string `json:"updated_at_gte,omitzero" jsonschema_extras:"most=100" jsonschema_description:"Same forms; 7d is 7 days ago."`
	AttendeeEmail  string `json:"attendee_email,omitzero" jsonschema_extras:"most=320" jsonschema_description:"One whole address."`
	OrganizerEmail string `json:"organizer_email,omitzero" jsonschema_extras:"most=320" jsonschema_description:"One whole address."`
	Detail         string `json:"detail,omitzero" jsonschema:"enum=brief,enum=full"`
	zone
	paged
}

type getEvent struct {
	EventID string `json:"event_id" jsonschema_extras:"most=200" jsonschema_description:"From list_calendar_events."`
	Detail  string `json:"detail,omitzero" jsonschema:"enum=brief,enum=full" jsonschema_description:"full adds the provider's own event and every field."`
	budget
}

type eventList struct {
	About
	Events     []eventEntry `json:"events"`
	Coverage   coverage     `json:"coverage"`
	NextCursor string       `json:"next_cursor,omitzero"`
}

type event struct {
	About
	eventEntry
}

type eventEntry struct {
	EventID    untrusted.Word `json:"event_id"`
	CalendarID untrusted.Word `json:"calendar_id,omitzero"`
	Name       untrusted.Text `json:"name"`
	StartTime  string         `json:"start_time"`
	EndTime    string         `json:"end_time"`
	MeetingURL untrusted.Text `json:"meeting_url,omitzero"`
	Recurring  bool           `json:"is_recurring,omitzero"`
	Organizer  bool           `json:"is_organizer,omitzero"`
	Deleted    bool           `json:"deleted,omitzero"`
	Attendees  []attendee     `json:"attendees,omitzero"`
	More       int            `json:"more_attendees,omitzero"`
	BotParam   *botSettings   `json:"bot_param,omitzero"` // present when a recording is scheduled
	// with detail full
	GoogleID         untrusted.Text `json:"google_id,omitzero"` // Microsoft's id too
	RecurringEventID untrusted.Text `json:"recurring_event_id,omitzero"`
	LastUpdatedAt    string         `json:"last_updated_at,omitzero"`
	Raw              untrusted.JSON `json:"raw,omitzero"`
}

type attendee struct {
	Email untrusted.Text `json:"email"`
	Name  untrusted.Text `json:"name,omitzero"`
}

// Attendees that a list shows of each event, and one event by itself or in full.
const (
	attendeesListed = 6
	attendeesShown  = 50
)

func entryOfEvent(e client.Event, d detail, attendees int) eventEntry {
	out := eventEntry{
		EventID: untrusted.ID(e.UUID), Name: d.name(e.Name), StartTime: stamp(e.StartTime), EndTime: stamp(e.EndTime),
		MeetingURL: d.link(e.MeetingURL), Recurring: e.IsRecurring, Deleted: e.Deleted,
	}
	if e.BotParam != nil {
		out.BotParam = &botSettings{}
	}
	if d == least {
		return out
	}
	if d == full {
		attendees = max(attendees, attendeesShown)
	}
	out.CalendarID, out.Organizer = untrusted.ID(e.CalendarUUID), e.IsOrganizer
	for _, a := range e.Attendees[:min(attendees, len(e.Attendees))] {
		out.Attendees = append(out.Attendees, attendee{untrusted.Name(a.Email), untrusted.Name(a.Name)})
	}
	out.More = len(e.Attendees) - len(out.Attendees)
	switch {
	case e.BotParam == nil:
	case d == full:
		*out.BotParam = settingsOf(e.BotParam)
	default:
		out.BotParam.BotName = untrusted.Name(e.BotParam.BotName)
	}
	if d == full {
		out.GoogleID, out.RecurringEventID, out.LastUpdatedAt, out.Raw = untrusted.Name(e.GoogleID), untrusted.Name(e.RecurringEventID), stamp(e.LastUpdatedAt), untrusted.Of(e.Raw)
	}
	return out
}

func (e eventEntry) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "event_id %s · %s · %s to %s", e.EventID, e.Name.Quoted(), e.StartTime, e.EndTime)
	for _, f := range []struct {
		on   bool
		word string
	}{{e.Recurring, "recurring"}, {e.Organizer, "organized by the calendar's owner"}, {e.Deleted, "DELETED"}} {
		if f.on {
			b.WriteString(" · " + f.word)
		}
	}
	if e.MeetingURL.IsZero() {
		b.WriteString("\n  no link, so it cannot be recorded")
	} else {
		fmt.Fprintf(&b, "\n  %s", e.MeetingURL)
	}
	switch {
	case e.BotParam == nil:
		b.WriteString(" · no recording scheduled")
	case e.BotParam.BotName.IsZero():
		b.WriteString(" · recording scheduled")
	default:
		fmt.Fprintf(&b, " · recording scheduled, bot %s", e.BotParam.BotName.Quoted())
	}
	if len(e.Attendees) > 0 {
		all := make([]untrusted.Text, len(e.Attendees))
		for i, a := range e.Attendees {
			all[i] = a.shown()
		}
		b.WriteString("\n  with " + names(all, e.More))
	}
	return b.String()
}

// shown is a name with its address, or the address alone.
func (a attendee) shown() untrusted.Text {
	if a.Name.IsZero() {
		return a.Email
	}
	return untrusted.Line(a.Name.String()+" <"+a.Email.String()+">", 2*transcript.NameLimit)
}

func (e eventEntry) details() string {
	if e.LastUpdatedAt == "" {
		return ""
	}
	text := fmt.Sprintf("\n  calendar_id %s · provider's id %s · updated %s", e.CalendarID, e.GoogleID, e.LastUpdatedAt)
	if !e.RecurringEventID.IsZero() {
		text += " · series " + e.RecurringEventID.String()
	}
	if e.BotParam != nil {
		text += "\n  bot_param " + compact(e.BotParam)
	}
	if !e.Raw.IsZero() {
		text += "\n  raw " + compact(e.Raw)
	}
	return text
}

func (o *event) Text() string { return o.text() + o.details() }

func (o *eventList) Text() string {
	var b strings.Builder
	for _, e := range o.Events {
		b.WriteString("- " + e.text() + e.details() + "\n")
	}
	if len(o.Events) == 0 {
		b.WriteString("No event matches.\n")
	}
	thing := "event"
	if o.Coverage.Status != "all" {
		thing = o.Coverage.Status + " event"
	}
	b.WriteString(o.Coverage.text(thing))
	if o.NextCursor != "" {
		b.WriteString("\nnext_cursor " + o.NextCursor)
	}
	return b.String()
}

func listOfEvents(ctx context.Context, api *client.Client, call *Call, in listEvents) (*eventList, error) {
	query, err := eventQuery(call, in)
	if err != nil {
		return nil, err
	}
	var from listPlace
	if err := call.at(&from); err != nil {
		return nil, err
	}
	query.Cursor = from.Cursor
	page, err := api.Events(ctx, query)
	if err != nil {
		return nil, err
	}
	end, err := from.further(page.Next, page.Cut, len(page.Data))
	var cut *client.Cut
	if errors.As(err, &cut) {
		call.note(cut.Error() + ".")
	}
	rest := page.Data[min(max(from.Skip, 0), len(page.Data)):]
	status := in.Status
	if status == "" {
		status = "upcoming"
	}
	filters := call.given("start_date_gte", "start_date_lte", "updated_at_gte", "attendee_email", "organizer_email")
	return most(call, len(rest), in.tokens(), detailOf(in.Detail), func(k int, d detail) (*eventList, error) {
		out := &eventList{Events: make([]eventEntry, 0, k), Coverage: coverage{Status: status, FilteredBy: filters}}
		for _, e := range rest[:k] {
			out.Coverage.see(e.StartTime)
			out.Events = append(out.Events, entryOfEvent(e, d, attendeesListed))
		}
		var place *listPlace
		switch {
		case k < len(rest):
			place = &listPlace{from.Cursor, from.Skip + k, from.Trail}
		case end != nil:
			place = end
		case cut != nil:
			out.Next = "list_calendar_events with other dates may reach what is left."
			return out, nil
		default:
			out.Coverage.Complete = true
			out.Next = "schedule_recording with an event_id records one."
			if len(out.Events) == 0 {
				out.Next = "if events are missing: other status or dates, another calendar (list_calendars), or resync_calendars."
			}
			return out, nil
		}
		var err error
		out.NextCursor, err = call.next(place)
		out.Next = "list_calendar_events with next_cursor as cursor goes on"
		if d > least {
			out.Next += "; schedule_recording with an event_id records one"
		}
		out.Next += "."
		return out, err
	})
}

func eventQuery(call *Call, in listEvents) (client.EventQuery, error) {
	q := client.EventQuery{CalendarID: in.CalendarID, Status: in.Status, AttendeeEmail: in.AttendeeEmail, OrganizerEmail: in.OrganizerEmail}
	loc, err := call.location(in.zone)
	if err != nil {
		return q, err
	}
	if q.StartDateGTE, err = call.moment("start_date_gte", in.StartDateGTE, loc, false); err != nil {
		return q, err
	}
	if q.StartDateLTE, err = call.moment("start_date_lte", in.StartDateLTE, loc, true); err != nil {
		return q, err
	}
	if q.UpdatedAtGTE, err = call.moment("updated_at_gte", in.UpdatedAtGTE, loc, false); err != nil {
		return q, err
	}
	return q, inOrder("start_date_gte", q.StartDateGTE, "start_date_lte", q.StartDateLTE)
}

// eventWithin shows one event with as many attendees as the budget has room for.
func eventWithin(call *Call, e client.Event, in getEvent) (*event, error) {
	return most(call, min(len(e.Attendees), attendeesShown), in.tokens(), detailOf(in.Detail), func(k int, d detail) (*event, error) {
		out := &event{eventEntry: entryOfEvent(e, d, k)}
		switch {
		case e.Deleted:
			out.Next = "the event was cancelled in the calendar; nothing is to be done."
		case e.BotParam == nil && e.MeetingURL != "":
			out.Next = "schedule_recording with this event_id records it."
		case e.BotParam != nil:
			out.Next = "update_recording changes, unschedule_recording cancels the recording."
		}
		return out, nil
	})
}
