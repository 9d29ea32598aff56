package client

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
)

// layouts are the forms in which the API has written times. Those without a
// zone are UTC (its columns are "timestamp without time zone"). Fractions of
// 0 to 9 digits are read by each.
var layouts = []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02 15:04:05Z07:00",
	"2006-01-02T15:04:05-0700", "2006-01-02 15:04:05-0700", "2006-01-02 15:04:05 -0700", "2006-01-02T15:04:05-07", "2006-01-02 15:04:05-07",
	"2006-01-02T15:04:05 MST", "2006-01-02 15:04:05 MST", "2006-01-02 15:04:05 -0700 MST", "2006-01-02T15:04Z07:00", time.RFC1123, time.DateOnly}

// The first and the last time that a number stands for in seconds since 1970, of
// the years 2001 and 2100; a greater one is in milliseconds.
const (
	earliestNumber = 1_000_000_000
	latestNumber   = 4_102_444_800
)

// Time is a time as the API writes it: with or without zone, as a number since
// 1970, or as seconds in an object of 2024. The zero Time stands for null and "".
type Time struct{ time.Time }

// ParseTime reads a time in any of the API's forms.
func ParseTime(text string) (Time, error) {
	for _, layout := range layouts {
		t, err := time.Parse(layout, text)
		if name, _ := t.Zone(); strings.HasSuffix(layout, "MST") && name != "UTC" && name != "GMT" {
			continue // the name of a zone says no more than that there is one
		}
		if err == nil {
			return Time{t.UTC()}, nil
		}
	}
	return Time{}, fmt.Errorf("%q is not a time that the API writes", text)
}

// UnmarshalJSON reads any of the API's forms of a time.
func (t *Time) UnmarshalJSON(raw []byte) error {
	switch raw[0] {
	case 'n':
		*t = Time{}
		return nil
	case '{':
		var epoch struct {
			Seconds int64 `json:"secs_since_epoch"`
			Nanos   int64 `json:"nanos_since_epoch"`
		}
		err := json.Unmarshal(raw, &epoch)
		*t = Time{time.Unix(epoch.Seconds, epoch.Nanos).UTC()}
		return err
	case '"':
	default:
		number, err := strconv.ParseFloat(string(raw), 64)
		if err != nil || number < earliestNumber || number > latestNumber*1000 {
			return fmt.Errorf("%.40s is not a time", raw)
		}
		if number > latestNumber {
			number /= 1000
		}
		*t = Time{time.UnixMicro(int64(number * 1e6)).UTC()}
		return nil
	}
	text, err := strconv.Unquote(string(raw))
	if err != nil {
		return fmt.Errorf("%s is not a time", raw)
	}
	if text == "" {
		*t = Time{}
		return nil
	}
	*t, err = ParseTime(text)
	return err
}

// naive writes a query filter of the bots' list: UTC without a zone.
func naive(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05") }

// UnixTime is a moment that travels upstream as whole seconds since 1970.
type UnixTime struct{ time.Time }

// MarshalJSON writes whole seconds.
func (t UnixTime) MarshalJSON() ([]byte, error) {
	return strconv.AppendInt(nil, t.Unix(), 10), nil
}

// UnmarshalJSON reads seconds since 1970, as a number.
func (t *UnixTime) UnmarshalJSON(raw []byte) error {
	seconds, err := strconv.ParseInt(string(bytes.TrimSpace(raw)), 10, 64)
	if err != nil {
		return fmt.Errorf("%s is not a number of seconds since 1970", raw)
	}
	t.Time = time.Unix(seconds, 0).UTC()
	return nil
}
