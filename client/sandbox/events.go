package sandbox

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// eventsPage is how many events the API lists at a time.
const eventsPage = 100

// entry is one event of a calendar.
type entry struct {
	uuid       string
	id         int64 // the row's, which bots carry as event_id
	calendar   *calendar
	providerID string
	seriesID   string // the provider's, "" when it does not recur
	name       string
	meetingURL string
	start, end time.Time
	updated    time.Time
	organizer  person
	attendees  []person
	deleted    bool
	raw        jsontext.Value

	param   *botParam // of the bot to come; replaced, never changed, as answers share it
	silence *int64
	timer   *timer // sends the bot
}

type person struct {
	Email string `json:"email"`
	Name  string `json:"name"`
}

// eventRow is an event as the API writes it.
type eventRow struct {
	UUID             string         `json:"uuid"`
	CalendarUUID     string         `json:"calendar_uuid"`
	GoogleID         string         `json:"google_id"`
	Name             string         `json:"name"`
	MeetingURL       string         `json:"meeting_url"`
	StartTime        string         `json:"start_time"`
	EndTime          string         `json:"end_time"`
	LastUpdatedAt    string         `json:"last_updated_at"`
	Attendees        []person       `json:"attendees"`
	Deleted          bool           `json:"deleted"`
	IsOrganizer      bool           `json:"is_organizer"`
	IsRecurring      bool           `json:"is_recurring"`
	RecurringEventID *string        `json:"recurring_event_id"`
	BotParam         *botParam      `json:"bot_param"`
	Raw              jsontext.Value `json:"raw"`
}

func (e *entry) row() eventRow {
	row := eventRow{
		UUID: e.uuid, CalendarUUID: e.calendar.UUID, GoogleID: e.providerID, Name: e.name, MeetingURL: e.meetingURL,
		StartTime: e.start.Format(time.RFC3339), EndTime: e.end.Format(time.RFC3339), LastUpdatedAt: e.updated.Format(time.RFC3339Nano),
		Attendees: e.attendees, Deleted: e.deleted, IsOrganizer: e.organizer.Email == e.calendar.Email,
		IsRecurring: e.seriesID != "", BotParam: e.param, Raw: e.raw,
	}
	if e.seriesID != "" {
		row.RecurringEventID = &e.seriesID
	}
	return row
}

func rows(entries []*entry) []eventRow {
	all := make([]eventRow, len(entries))
	for i, e := range entries {
		all[i] = e.row()
	}
	return all
}

// inOrder is by start, the order of the list.
func inOrder(a, b *entry) int {
	return cmp.Or(a.start.Compare(b.start), strings.Compare(a.uuid, b.uuid))
}

// entry returns the event of that UUID, or nil.
func (a *account) entry(uuid string) *entry {
	for _, c := range a.calendars {
		for _, e := range c.entries {
			if e.uuid == uuid {
				return e
			}
		}
	}
	return nil
}

func noEvent() response {
	return refuse(http.StatusNotFound, "EventNotFound", "Calendar event not found")
}

func getEvent(s *Sandbox, a *account, r *http.Request, body []byte) response {
	e := a.entry(r.PathValue("uuid"))
	if e == nil {
		return noEvent()
	}
	return ok(e.row())
}

func listEvents(s *Sandbox, a *account, r *http.Request, body []byte) response {
	q := queryOf(r)
	calendarID := q.required("calendar_id")
	keep := s.eventFilter(q)
	if q.refusal != nil {
		return *q.refusal
	}
	c := a.calendar(calendarID)
	if c == nil {
		return noCalendar()
	}
	var found []*entry
	for _, e := range c.entries {
		if keep(e) {
			found = append(found, e)
		}
	}
	var page struct {
		Data []eventRow `json:"data"`
		Next *string    `json:"next"`
	}
	if len(found) > eventsPage {
		found = found[:eventsPage]
		next := eventCursor(found[eventsPage-1])
		if s.quirks.nextURL {
			q.values.Set("cursor", next)
			next = s.url + r.URL.Path + "?" + q.values.Encode()
		}
		page.Next = &next
	}
	page.Data = rows(found)
	return ok(page)
}

// eventFilter reads the query of the list.
func (s *Sandbox) eventFilter(q *query) func(*entry) bool {
	now := s.now()
	status := cmp.Or(q.text("status"), "upcoming")
	if !slices.Contains([]string{"upcoming", "past", "all"}, status) {
		q.fault("status: unknown variant `%s`, expected one of `upcoming`, `past`, `all`", status)
	}
	startsFrom, startsUntil, updatedFrom := q.zoned("start_date_gte"), q.zoned("start_date_lte"), q.zoned("updated_at_gte")
	attendee, organizer := q.text("attendee_email"), q.text("organizer_email")
	var last *entry // of the page before
	if cursor := q.text("cursor"); cursor != "" {
		var err error
		if last, err = readEventCursor(cursor); err != nil {
			q.fault("cursor: %v", err)
		}
	}
	return func(e *entry) bool {
		switch over := !e.end.After(now); {
		case status == "upcoming" && over, status == "past" && !over:
			return false
		}
		if e.start.Before(startsFrom) || !startsUntil.IsZero() && e.start.After(startsUntil) || e.updated.Before(updatedFrom) {
			return false
		}
		if attendee != "" && !slices.ContainsFunc(e.attendees, func(p person) bool { return strings.EqualFold(p.Email, attendee) }) {
			return false
		}
		if organizer != "" && !strings.EqualFold(e.organizer.Email, organizer) {
			return false
		}
		return last == nil || inOrder(e, last) > 0
	}
}

// zoned reads a time with a zone.
func (q *query) zoned(name string) time.Time {
	if !q.values.Has(name) {
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339, q.values.Get(name))
	if err != nil {
		q.fault("%s: expected a time such as 2025-01-31T09:00:00Z, with a zone", name)
	}
	return t
}

func eventCursor(last *entry) string {
	return base64.URLEncoding.EncodeToString([]byte(last.start.Format(time.RFC3339) + " " + last.uuid))
}

func readEventCursor(cursor string) (*entry, error) {
	raw, err := base64.URLEncoding.DecodeString(cursor)
	if err != nil {
		return nil, fmt.Errorf("not one of this list: %w", err)
	}
	text, uuid, _ := strings.Cut(string(raw), " ")
	start, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return nil, fmt.Errorf("not one of this list: %w", err)
	}
	return &entry{start: start, uuid: uuid}, nil
}

// occurrences reads which events a request about a bot means: the one of its
// path, or with all_occurrences the whole series.
func (a *account) occurrences(r *http.Request) ([]*entry, *response) {
	e := a.entry(r.PathValue("uuid"))
	if e == nil {
		refusal := noEvent()
		return nil, &refusal
	}
	q := queryOf(r)
	all := q.flag("all_occurrences", false)
	if q.refusal != nil {
		return nil, q.refusal
	}
	if !all || e.seriesID == "" {
		return []*entry{e}, nil
	}
	var series []*entry
	for _, other := range e.calendar.entries {
		if other.seriesID == e.seriesID {
			series = append(series, other)
		}
	}
	return series, nil
}

func scheduleRecording(s *Sandbox, a *account, r *http.Request, body []byte) response {
	entries, refusal := a.occurrences(r)
	if refusal != nil {
		return *refusal
	}
	var in settings
	if refusal := decode(r, body, &in, "bot_name"); refusal != nil {
		return *refusal
	}
	p := in.param()
	if refusal := s.check(&p, in.SilenceTimeout); refusal != nil {
		return *refusal
	}
	var chosen []*entry
	for _, e := range entries {
		if e.end.After(s.now()) && !e.deleted && e.meetingURL != "" {
			chosen = append(chosen, e)
		}
	}
	if len(chosen) == 0 {
		switch e := entries[0]; {
		case e.deleted:
			return refuse(http.StatusBadRequest, "EventCancelled", "The event was cancelled")
		case e.meetingURL == "":
			return refuse(http.StatusBadRequest, "NoMeetingUrl", "The event has no meeting URL")
		}
		return refuse(http.StatusBadRequest, "EventOver", "The event is over")
	}
	for _, e := range chosen {
		s.schedule(a, e, p, in.SilenceTimeout)
	}
	return ok(rows(chosen))
}

// schedule has a bot go to an event when it starts, at once if it has started,
// in place of the one there was to be.
func (s *Sandbox) schedule(a *account, e *entry, p botParam, silence *int64) {
	sent := e.param != nil && e.timer == nil // the bot is in the meeting already
	s.unschedule(e)
	e.param, e.silence = &p, silence
	send := func() {
		e.timer = nil
		s.launch(a, e.meetingURL, *e.param, e.silence, s.now(), e.uuid, e.id)
	}
	switch {
	case sent:
	case e.start.After(s.now()):
		e.timer = s.at(e.start, send)
	default:
		send()
	}
}

func (s *Sandbox) unschedule(e *entry) {
	s.stop(e.timer)
	e.param, e.silence, e.timer = nil, nil, nil
}

func updateRecording(s *Sandbox, a *account, r *http.Request, body []byte) response {
	entries, refusal := a.occurrences(r)
	if refusal != nil {
		return *refusal
	}
	changed := map[*entry]*botParam{}
	var order []*entry
	for _, e := range entries {
		if e.param == nil {
			continue
		}
		p, refusal := s.patched(r, body, *e.param)
		if refusal != nil {
			return *refusal
		}
		changed[e] = p
		order = append(order, e)
	}
	if len(order) == 0 {
		return refuse(http.StatusNotFound, "BotNotFound", "No bot is scheduled for this event")
	}
	for e, p := range changed {
		e.param = p
	}
	return ok(rows(order))
}

// patched returns p as a body changes it: what is absent stays, null clears.
func (s *Sandbox) patched(r *http.Request, body []byte, p botParam) (*botParam, *response) {
	var own botParam // nothing of p's may be written through its pointers
	raw, err := json.Marshal(p)
	if err == nil {
		err = json.Unmarshal(raw, &own)
	}
	if err != nil {
		panic(fmt.Sprintf("copy bot settings: %v", err))
	}
	in := settingsOf(own)
	if refusal := decode(r, body, &in); refusal != nil {
		return nil, refusal
	}
	next := in.param()
	if next.BotName == "" { // the one name that cannot be cleared
		next.BotName = p.BotName
	}
	if refusal := s.check(&next, nil); refusal != nil {
		return nil, refusal
	}
	return &next, nil
}

func unscheduleRecording(s *Sandbox, a *account, r *http.Request, body []byte) response {
	entries, refusal := a.occurrences(r)
	if refusal != nil {
		return *refusal
	}
	for _, e := range entries {
		s.unschedule(e)
	}
	return ok(rows(entries))
}
