package events

import (
	"errors"
	"io"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/meetmcp/meetmcp/client"
)

// maxEvent bounds an event, in bytes: that of a finished meeting holds its
// whole transcript, which is passed over.
const maxEvent = 32 << 20

// event is what a webhook tells.
type event struct {
	kind string // bot.status_change, complete, failed, transcription_complete, or one that is not known yet
	bot  string
	code string // of a status change, or what failed
	at   time.Time
}

// read reads an event as it arrives, and passes over what is not needed.
func read(r io.Reader) (e event, err error) {
	dec := jsontext.NewDecoder(r, jsontext.AllowInvalidUTF8(true))
	err = members(dec, func(name string) error {
		switch name {
		case "event":
			return text(dec, &e.kind)
		case "data":
			return members(dec, func(name string) error {
				switch name {
				case "bot_id":
					return text(dec, &e.bot)
				case "error":
					return text(dec, &e.code)
				case "status":
					return e.status(dec)
				}
				return dec.SkipValue()
			})
		}
		return dec.SkipValue()
	})
	if err == nil && e.kind == "" {
		err = errors.New("it does not say which event it is")
	}
	if err == nil && len(e.bot) > 200 {
		err = errors.New("its bot_id is no id")
	}
	return e, err
}

// status reads an object {code, created_at}, or takes any other value for none.
func (e *event) status(dec *jsontext.Decoder) error {
	raw, err := dec.ReadValue()
	if err != nil {
		return err
	}
	var status struct {
		Code      string `json:"code"`
		CreatedAt string `json:"created_at"`
	}
	if json.Unmarshal(raw, &status, jsontext.AllowInvalidUTF8(true)) == nil && e.code == "" {
		e.code = status.Code
		at, _ := client.ParseTime(status.CreatedAt) // zero: when it came
		e.at = at.Time
	}
	return nil
}

// members calls each with the name of every member of the object that comes
// next, which must read or skip its value. Any other value is an error.
func members(dec *jsontext.Decoder, each func(name string) error) error {
	start, err := dec.ReadToken()
	if err != nil {
		return err
	}
	if start.Kind() != '{' {
		return errors.New("it is not an object")
	}
	for {
		name, err := dec.ReadToken()
		if err != nil {
			return err
		}
		if name.Kind() == '}' {
			return nil
		}
		if err := each(name.String()); err != nil {
			return err
		}
	}
}

// text reads a text, and passes over any other value.
func text(dec *jsontext.Decoder, into *string) error {
	if dec.PeekKind() != '"' {
		return dec.SkipValue()
	}
	token, err := dec.ReadToken()
	*into = token.String()
	return err
}

// Seen is what was told of a bot: the newest of its states, and the ends that
// it came to.
type Seen struct {
	Code       string    `json:"code,omitzero"` // of the newest status change, such as in_waiting_room
	At         time.Time `json:"at,omitzero"`
	Complete   bool      `json:"complete,omitzero"`
	Failed     string    `json:"failed,omitzero"` // why, in the API's word
	Transcript bool      `json:"transcript,omitzero"`
}

// with adds an event, which may have been told before, or late.
func (s Seen) with(e event, now time.Time) Seen {
	switch e.kind {
	case "complete":
		s.Complete = true
	case "failed":
		if s.Failed == "" {
			s.Failed = clip(e.code)
			if s.Failed == "" {
				s.Failed = "unknown"
			}
		}
	case "transcription_complete":
		s.Transcript = true
	default:
		at := e.at
		if at.IsZero() || at.After(now.Add(time.Hour)) {
			at = now // no clock is right that is so far ahead
		}
		if e.code != "" && !at.Before(s.At) {
			s.Code, s.At = clip(e.code), at.UTC().Round(0)
		}
	}
	return s
}

func clip(code string) string { return strings.ToValidUTF8(code[:min(len(code), 60)], "") }
