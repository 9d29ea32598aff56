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
