package client

import (
	"fmt"
	"iter"
	"net/url"
	"strconv"
	"time"

	"github.com/go-json-experiment/json"
)

// ID is the API's legacy id of a bot, a number in some answers and a UUID in
// others.
type ID string

// UnmarshalJSON reads both.
func (id *ID) UnmarshalJSON(raw []byte) error {
	if raw[0] == '"' {
		return json.Unmarshal(raw, (*string)(id))
	}
	var n *int64
	if err := json.Unmarshal(raw, &n); err != nil || n == nil {
		return err
	}
	*id = ID(strconv.FormatInt(*n, 10))
	return nil
}

// pages walks over a paged list. It goes on while there is a cursor, even past
// an empty page, and stops with an error should a cursor come twice in a row.
func pages[T any](cursor string, fetch func(cursor string) ([]T, string, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for {
			items, next, err := fetch(cursor)
			if err == nil && next != "" && next == cursor {
				err = fmt.Errorf("the list's next page is the same page again (cursor %.40q)", next)
			}
			if err != nil {
				var none T
				yield(none, err)
				return
			}
			for _, item := range items {
				if !yield(item, nil) {
					return
				}
			}
			if next == "" {
				return
			}
			cursor = next
		}
	}
}

// cursorOf returns the cursor in next, which the API's document calls a URL in
// one place and a cursor in another.
func cursorOf(next string) string {
	u, err := url.Parse(next)
	if err != nil || !u.Query().Has("cursor") {
		return next
	}
	return u.Query().Get("cursor")
}

func setText(values url.Values, name, text string) {
	if text != "" {
		values.Set(name, text)
	}
}

func setTime(values url.Values, name string, t time.Time, format func(time.Time) string) {
	if !t.IsZero() {
		values.Set(name, format(t))
	}
}

// list is an answer that is a bare list, which null is not.
type list[T any] []T

// Answers that are not whole without one field say so, as any JSON object
// decodes into them. Nothing must be read out of an answer that is another's.

func (j *Joined) whole() bool         { return j.BotID != "" }
func (l *list[T]) whole() bool        { return *l != nil }
func (r *rawCalendars) whole() bool   { return r.Calendars != nil }
func (p *BotPage) whole() bool        { return p.Bots != nil }
func (p *EventPage) whole() bool      { return p.Data != nil }
func (m *MeetingData) whole() bool    { return m.BotData.Bot.UUID != "" }
func (c *Calendar) whole() bool       { return c.UUID != "" }
func (c *calendarAnswer) whole() bool { return c.Calendar.UUID != "" }
func (e *Event) whole() bool          { return e.UUID != "" }
func (z *ZoomConnection) whole() bool { return z.UUID != "" }
func (d *Deletion) whole() bool       { return d.Status != "" }
func (r *Resync) whole() bool         { return r.SyncedCalendars != nil || r.Errors != nil }
