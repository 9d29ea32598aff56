package client

import (
	"fmt"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// answer says what one operation answers when it was done. Whatever else comes
// with a success is an error of a read, and leaves open whether a write was done.
type answer struct {
	shape shape
	rows  string // what a list is of
	empty bool   // no body at all is an answer too
	ok    bool   // it says "ok": true
	same  bool   // it is about the id that was asked about
}

type shape byte

const (
	object shape = iota
	list
	anything // an object whose members have no known names, or other JSON
)

// answers has all 26 operations. What an object must have beside, wrong says of
// its type.
var answers = map[string]answer{
	"join":                    {},
	"leave":                   {ok: true},
	"bots_with_metadata":      {},
	"get_meeting_data":        {same: true},
	"delete_data":             {ok: true},
	"get_screenshots":         {shape: list, rows: "screenshots"},
	"retranscribe_bot":        {empty: true, same: true}, // 202 without a body, or 200 with any object
	"list_raw_calendars":      {},
	"list_calendars":          {shape: list, rows: "calendars"},
	"create_calendar":         {},
	"get_calendar":            {same: true},
	"update_calendar":         {same: true},
	"delete_calendar":         {ok: true, empty: true},
	"resync_all_calendars":    {},
	"list_events":             {same: true},
	"get_event":               {same: true},
	"schedule_record_event":   {shape: list, rows: "events", same: true},
	"patch_bot":               {shape: list, rows: "events", same: true},
	"unschedule_record_event": {shape: list, rows: "events", same: true},

	"list_zoom_oauth_connections":  {shape: list, rows: "connections"},
	"create_zoom_oauth_connection": {},
	"get_zoom_oauth_connection":    {same: true},
	"delete_zoom_oauth_connection": {ok: true, empty: true},

	"webhook_documentation":          {shape: anything},
	"bot_webhook_documentation":      {shape: anything},
	"calendar_webhook_documentation": {shape: anything},
}

// asked is what an answer is held against.
type asked struct {
	id    string                 // that it must be about, "" for any
	same  func(a, b string) bool // whether two ids are one
	found *oddities              // gets the rows that are left out
}

// about says why an answer with an id is not what was due, "" when it is.
func (a asked) about(id, thing string) string {
	switch {
	case checkID(id) != nil:
		return lacking
	case a.id != "" && !a.same(a.id, id):
		return fmt.Sprintf("it is about another %s than was asked for", thing)
	}
	return ""
}

// lacking is wrong with an answer that other JSON could be as well.
const lacking = "it lacks what the API's document promises"

// sameID compares ids, of which UUIDs have several spellings.
func sameID(a, b string) bool { return plainID(a) == plainID(b) }

func plainID(id string) string {
	if plain := strings.ToLower(strings.ReplaceAll(id, "-", "")); len(plain) == 32 && strings.Trim(plain, "0123456789abcdef") == "" {
		return plain
	}
	return id
}

// sift leaves out rows that have no id, or are not of what was asked for.
func sift[T any](a asked, at string, rows []T, fits func(*T) (ok bool, why string)) []T {
	kept := rows[:0]
	for i := range rows {
		if ok, why := fits(&rows[i]); !ok {
			a.found.row(at, i, why)
			continue
		}
		kept = append(kept, rows[i])
	}
	return kept
}

// Each answer says why it is not the one that was due, "" when it is: any object
// can be read as any other, and nothing must be read out of an answer that is
// another's.

func (j *Joined) wrong(a asked) string { return a.about(j.BotID, "bot") }

func (d *Deletion) wrong(asked) string {
	if !oneOf(d.Status, "deleted", "partiallyDeleted", "alreadyDeleted", "noDataFound") {
		return lacking
	}
	return ""
}

func (r *retranscribed) wrong(a asked) string {
	for _, id := range []string{r.BotUUID, r.BotID} {
		if id != "" && !a.same(a.id, id) {
			return a.about(id, "bot")
		}
	}
	return ""
}

func (p *BotPage) wrong(a asked) string {
	if p.Bots == nil {
		return lacking
	}
	p.Bots = sift(a, "/bots", p.Bots, func(b *ListedBot) (bool, string) { return checkID(b.UUID) == nil, "it has no id" })
	p.Cut = a.found.has("/next_cursor")
	return ""
}

func (p *EventPage) wrong(a asked) string {
	if p.Data == nil {
		return lacking
	}
	others := 0
	p.Data = sift(a, "/data", p.Data, func(e *Event) (bool, string) {
		if e.CalendarUUID != "" && !a.same(a.id, e.CalendarUUID) {
			others++
			return false, "it is of another calendar"
		}
		return checkID(e.UUID) == nil, "it has no id"
	})
	if others > 0 && len(p.Data) == 0 {
		return "it is about another calendar than was asked for"
	}
	p.Cut = a.found.has("/next")
	return ""
}

func (m *MeetingData) wrong(a asked) string {
	m.BotData.Unread = a.found.has("/bot_data/transcripts")
	m.Unsure = m.BotData.Unread
	for _, name := range []jsontext.Pointer{"ended_at", "bot_exited_at", "bot_joined_at", "errors"} {
		m.Unsure = m.Unsure || a.found.has("/bot_data/bot/"+name)
	}
	m.BotData.Transcripts = sift(a, "/bot_data/transcripts", m.BotData.Transcripts, func(t *Transcript) (bool, string) {
		return t.ID != 0 || t.Speaker != "" || t.StartTime != 0 || len(t.Words) > 0, "there is nothing in it"
	})
	return a.about(m.BotData.Bot.UUID, "bot")
}

func (r *rawCalendars) wrong(a asked) string {
	if r.Calendars == nil {
		return lacking
	}
	r.Calendars = sift(a, "/calendars", r.Calendars, func(c *RawCalendar) (bool, string) { return c.ID != "", "it has no id" })
	return ""
}

func (c *Calendar) wrong(a asked) string       { return a.about(c.UUID, "calendar") }
func (c *calendarAnswer) wrong(a asked) string { return a.about(c.Calendar.UUID, "calendar") }
func (e *Event) wrong(a asked) string          { return a.about(e.UUID, "event") }
func (z *ZoomConnection) wrong(a asked) string { return a.about(z.UUID, "connection") }

func (r *Resync) wrong(asked) string {
	if r.SyncedCalendars == nil {
		return lacking
	}
	return ""
}

func (all *calendarList) wrong(a asked) string {
	*all = sift(a, "", *all, func(c *Calendar) (bool, string) { return checkID(c.UUID) == nil, "it has no id" })
	return ""
}

func (all *connectionList) wrong(a asked) string {
	*all = sift(a, "", *all, func(z *ZoomConnection) (bool, string) { return checkID(z.UUID) == nil, "it has no id" })
	return ""
}

func (all *screenshotList) wrong(a asked) string {
	*all = sift(a, "", *all, func(s *Screenshot) (bool, string) { return s.URL != "", "it has no link" })
	return ""
}

// wrong holds that the event asked about is among those touched, with a bot.
func (all *scheduledEvents) wrong(a asked) string {
	return touched(a, (*[]Event)(all), true)
}

// wrong holds that the event asked about, if any was touched, has no bot any more.
func (all *unscheduledEvents) wrong(a asked) string {
	if len(*all) == 0 {
		return ""
	}
	return touched(a, (*[]Event)(all), false)
}

func touched(a asked, all *[]Event, bot bool) string {
	*all = sift(a, "", *all, func(e *Event) (bool, string) { return checkID(e.UUID) == nil, "it has no id" })
	if len(*all) == 0 {
		return lacking
	}
	for _, e := range *all {
		if a.same(a.id, e.UUID) {
			if (e.BotParam != nil) != bot {
				return "it shows the event as it was before"
			}
			return ""
		}
	}
	return "it is about another event than was asked for"
}
