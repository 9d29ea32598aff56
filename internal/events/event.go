package events

import (
	"errors"
	"io"
	"strings"
	"time"

	"github.com/meetmcp/meetmcp/client"
)

// maxEvent bounds an event, in bytes: that of a finished meeting has its whole
// transcript, which is passed over and not held.
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
	in := scan(r)
	switch first, err := in.next(); {
	case err != nil:
		return e, err
	case first != '{':
		return e, errors.New("it is not an object")
	}
	err = in.members(func(name string, first byte) error {
		switch name {
		case "event":
			return in.textInto(&e.kind, first)
		case "data":
			if first != '{' {
				return errors.New("its data is not an object")
			}
			return e.data(in)
		}
		return in.skip(first)
	}, "event", "data")
	if err == nil && e.kind == "" {
		err = errors.New("it does not say which event it is")
	}
	if err == nil && len(e.bot) > 200 {
		err = errors.New("its bot_id is no id")
	}
	return e, err
}

func (e *event) data(in scanner) error {
	return in.members(func(name string, first byte) error {
		switch name {
		case "bot_id":
			return in.textInto(&e.bot, first)
		case "error":
			return in.textInto(&e.code, first)
		case "status":
			if first == '{' {
				return e.status(in)
			}
		}
		return in.skip(first)
	}, "bot_id", "error", "status")
}

// status reads what is left of an object {code, created_at}.
func (e *event) status(in scanner) error {
	var code, created string
	err := in.members(func(name string, first byte) error {
		switch name {
		case "code":
			return in.textInto(&code, first)
		case "created_at":
			return in.textInto(&created, first)
		}
		return in.skip(first)
	}, "code", "created_at")
	if err == nil && e.code == "" {
		e.code = code
		at, _ := client.ParseTime(created) // zero: when it came
		e.at = at.Time
	}
	return err
}

// textInto reads a text, and passes over any other value.
func (s scanner) textInto(into *string, first byte) (err error) {
	if first != '"' {
		return s.skip(first)
	}
	*into, err = s.text()
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
