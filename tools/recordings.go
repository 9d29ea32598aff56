package tools

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/meetmcp/meetmcp/client"
)

type eventAndSeries struct {
	EventID        string `json:"event_id" jsonschema_extras:"most=200" jsonschema_description:"From list_calendar_events."`
	AllOccurrences bool   `json:"all_occurrences,omitzero" jsonschema_description:"The whole series."`
}

type scheduleRecording struct {
	eventAndSeries
	client.Recording
}

type updateRecording struct {
	eventAndSeries
	client.RecordingPatch
	Clear []string `json:"clear,omitzero" jsonschema_description:"Names of arguments to empty, such as webhook_url."`
}

// recordings are the events whose recording was scheduled, changed or
// cancelled.
type recordings struct {
	About
	Done   string       `json:"done"`
	Events []eventEntry `json:"events"`
	More   int          `json:"more_events,omitzero"`
}

func (o *recordings) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s.", o.Done, counted(len(o.Events)+o.More, "event"))
	for _, e := range o.Events {
		b.WriteString("\n- " + e.text())
	}
	if len(o.Events) == 1 && o.Events[0].BotParam != nil {
		b.WriteString("\n  bot_param " + compact(o.Events[0].BotParam))
	}
	if o.More > 0 {
		fmt.Fprintf(&b, "\nand %d more of the series; list_calendar_events shows them.", o.More)
	}
	return b.String()
}

// recordingsOf shows the events that were touched, as far as there is room.
func recordingsOf(call *Call, done string, events []client.Event, next string) (*recordings, error) {
	if len(events) == 0 {
		next = "no event was touched: look at it with get_calendar_event."
	}
	return most(call, len(events), defaultTokens, brief, func(k int, d detail) (*recordings, error) {
		out := &recordings{Done: done, Events: make([]eventEntry, 0, k), More: len(events) - k, About: About{Next: next}}
		for _, e := range events[:k] {
			// One event is shown with its settings, a series in brief.
			out.Events = append(out.Events, entryOfEvent(e, d, attendeesListed))
			if len(events) == 1 && e.BotParam != nil && d > least {
				settings := settingsOf(e.BotParam)
				out.Events[0].BotParam = &settings
			}
		}
		return out, nil
	})
}

func schedule(ctx context.Context, api *client.Client, call *Call, in scheduleRecording) (*recordings, error) {
	body := in.Recording
	if err := call.settings(&body.BotSettings); err != nil {
		return nil, err
	}
	call.speechToText(&body.SpeechToText)
	call.reports(ctx, &body.WebhookURL)
	var events []client.Event
	err := call.tool.policy.spend(ctx, func() (err error) {
		events, err = api.ScheduleRecording(ctx, in.EventID, in.AllOccurrences, body)
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, e := range events {
		if e.MeetingURL == "" {
			call.note("an event has no meeting link, so no bot can join it.")
			break
		}
		if _, refusal := linkIn(e.MeetingURL); refusal != "" {
			call.note("an event's link leads to no meeting as far as known here; the bot may find none.")
			break
		}
		call.platformNotes(e.MeetingURL, body.EnterMessage, body.WaitingRoomTimeout, body.BotSettings)
	}
	if n := unconfirmedIn(events); n > 0 {
		return recordingsOf(call, fmt.Sprintf("Sent, but the answer shows no recording for %d of", n), events, "look with get_calendar_event before scheduling again.")
	}
	return recordingsOf(call, "Scheduled", events, "the bot joins by itself; afterwards list_bots finds it by time or link. update_recording changes it, unschedule_recording cancels it.")
}

// scheduledOf counts the recordings that are scheduled for an event, or for all
// of its series that are still to come.
func scheduledOf(ctx context.Context, api *client.Client, e *client.Event, series bool) (n int, err error) {
	if !series || e.RecurringEventID == "" {
		if e.BotParam != nil {
			n = 1
		}
		return n, nil
	}
	for other, err := range api.AllEvents(ctx, client.EventQuery{CalendarID: e.CalendarUUID}) {
		var cut *client.Cut
		if errors.As(err, &cut) {
			break
		}
		if err != nil {
			return 0, err
		}
		if other.RecurringEventID == e.RecurringEventID && other.BotParam != nil {
			n++
		}
	}
	if n == 0 && e.BotParam != nil { // of an event that is over
		n = 1
	}
	return n, nil
}

// unschedule cancels recordings, and says so where there was none.
func unschedule(ctx context.Context, api *client.Client, call *Call, in eventAndSeries) (*recordings, error) {
	const none = "Nothing was scheduled, so nothing was cancelled"
	if event, err := api.Event(ctx, in.EventID); err == nil { // else the API itself says what is wrong
		n, err := scheduledOf(ctx, api, event, in.AllOccurrences)
		switch {
		case err == nil && n == 0:
			return recordingsOf(call, none, []client.Event{*event}, "schedule_recording schedules one.")
		case call.idle:
			return nil, badArgument("A recording was scheduled just now. Call again, and the person is asked.")
		}
	}
	events, err := api.UnscheduleRecording(ctx, in.EventID, in.AllOccurrences)
	if err != nil {
		return nil, err
	}
	left := 0
	for _, e := range events {
		if e.BotParam != nil {
			left++
		}
	}
	if left > 0 {
		return recordingsOf(call, fmt.Sprintf("Not all cancelled, as %s still have a recording", counted(left, "event")), events, "look with get_calendar_event.")
	}
	return recordingsOf(call, "Cancelled", events, "")
}

// unconfirmedIn counts events whose recording the API's answer does not show.
func unconfirmedIn(events []client.Event) (n int) {
	for _, e := range events {
		if e.BotParam == nil {
			n++
		}
	}
	return n
}

// clearable are the settings of a recording that can be emptied.
func clearable(call *Call) []string {
	keep := []string{"event_id", "all_occurrences", "bot_name", "clear"}
	return slices.DeleteFunc(propertyNames(call.tool.schemas().in), func(name string) bool { return slices.Contains(keep, name) })
}

func change(ctx context.Context, api *client.Client, call *Call, in updateRecording) (*recordings, error) {
	body := in.RecordingPatch
	if err := call.settings(&body.BotSettings); err != nil {
		return nil, err
	}
	valid := clearable(call)
	body.Clear = map[string]*struct{}{}
	for _, name := range in.Clear {
		_, set := call.args[name]
		switch {
		case !slices.Contains(valid, name):
			return nil, badArgument("clear: %q cannot be emptied. Valid: %s.", clip(name, 40), strings.Join(valid, ", "))
		case set:
			return nil, badArgument("%s is both set and cleared. Do one.", name)
		}
		body.Clear[name] = nil
	}
	changes := len(in.Clear)
	for name := range call.args {
		if !slices.Contains([]string{"event_id", "all_occurrences", "clear"}, name) {
			changes++
		}
	}
	if changes == 0 {
		return nil, badArgument("Nothing to change was given. Name at least one setting, or clear.")
	}
	events, err := api.UpdateRecording(ctx, in.EventID, in.AllOccurrences, body)
	if err != nil {
		return nil, err
	}
	if n := unconfirmedIn(events); n > 0 {
		return recordingsOf(call, fmt.Sprintf("Sent, but the answer shows no recording for %d of", n), events, "look with get_calendar_event; schedule_recording schedules one.")
	}
	return recordingsOf(call, "Changed", events, "unschedule_recording cancels it.")
}
