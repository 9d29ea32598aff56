package client

import (
	"fmt"
	"hash/fnv"
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

// Cut says that a list was not read to its end, as its pages lead nowhere.
type Cut struct{ Why string }

// Error says why.
func (c *Cut) Error() string { return "the list was not read to its end, as " + c.Why }

// How far pages are followed.
const (
	pagesMost = 400 // of one list, at 50 bots each
	idleMost  = 10  // with nothing new in them, one after the other
)

// Trail notices where the pages of a list lead nowhere: back to one that was read,
// on and on without anything new, or on and on. It is small enough to go along in
// a cursor, so that no page is remembered but one, which moves on (Brent's way to
// find a cycle).
type Trail struct {
	Pages int    `json:"n,omitzero"`
	Idle  int    `json:"i,omitzero"` // pages without anything new, of late
	Mark  uint32 `json:"m,omitzero"` // of the cursor that the next ones are compared with
}

// On takes note that a page had so many things that no page before it had, and
// that next leads on. It answers a *Cut when there is no point in going on.
func (t *Trail) On(next string, fresh int) error {
	t.Pages++
	t.Idle++
	if fresh > 0 {
		t.Idle = 0
	}
	sum := fnv.New32a()
	_, _ = sum.Write([]byte(next)) // a hash takes everything
	mark := max(1, sum.Sum32())
	switch {
	case mark == t.Mark:
		return &Cut{"its pages lead back to one that was read before"}
	case t.Idle >= idleMost:
		return &Cut{fmt.Sprintf("%d pages had nothing new", t.Idle)}
	case t.Pages >= pagesMost:
		return &Cut{fmt.Sprintf("it has more than %d pages", pagesMost)}
	case t.Pages&(t.Pages-1) == 0:
		t.Mark = mark
	}
	return nil
}

// UnreadableNext is a Cut of a list whose next page is named by something else
// than a text.
var UnreadableNext = &Cut{"what leads to its next page cannot be read"}

// pages walks over a paged list. It goes on while there is a cursor, even past an
// empty page, shows each thing once, and ends with a *Cut where the cursors lead
// nowhere.
func pages[T any](c *Client, cursor string, id func(T) string, fetch func(cursor string) ([]T, string, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var trail Trail
		seen := map[string]bool{}
		for {
			items, next, err := fetch(cursor)
			fresh := 0
			for _, item := range items {
				if seen[id(item)] {
					continue
				}
				seen[id(item)] = true
				if fresh++; !yield(item, nil) {
					return
				}
			}
			if err == nil && next != "" && c.rules.trail {
				err = trail.On(next, fresh)
			}
			if err != nil {
				var none T
				yield(none, err)
				return
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
