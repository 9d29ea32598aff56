package sandbox

import (
	"strings"
	"time"
)

// Failure is a meeting in which something goes wrong, as it does in practice.
// Its Code or Word anywhere in a meeting's link makes it that meeting, such as
// https://meet.google.com/nev-erad-mit or https://zoom.us/my/never-admitted.
type Failure struct {
	Code, Word string
	Effect     string
	Cause      string // the API's word in a bot's errors or, for out-of-tokens, join's refusal; "" when it has none
}

// The words by which failures are told apart.
const (
	neverAdmitted       = "never-admitted"
	rejectedByHost      = "rejected-by-host"
	removedMidway       = "removed-midway"
	removedEarly        = "removed-early"
	meetingNotFound     = "meeting-not-found"
	nobodySpeaks        = "nobody-speaks"
	nobodyComes         = "nobody-comes"
	transcriptionFails  = "transcription-fails"
	outOfTokens         = "out-of-tokens"
	hostNeverComes      = "host-never-comes"
	recordingNotAllowed = "recording-not-allowed"
)

// Failures lists the meetings in which something goes wrong.
func Failures() []Failure {
	return []Failure{
		{"nev-erad-mit", neverAdmitted, "nobody lets the bot in; it gives up after waiting_room_timeout", "TimeoutWaitingToStart"},
		{"rej-ectd-hst", rejectedByHost, "the host turns the bot away at the door", "BotNotAccepted"},
		{"rem-oved-mid", removedMidway, "the host removes the bot halfway; what it recorded until then is kept", "RemovedByHost"},
		{"rem-oved-ear", removedEarly, "the host removes the bot seconds after admitting it; nothing is kept", "BotRemovedTooEarly"},
		{"not-foun-dxx", meetingNotFound, "the link leads to no meeting", "MeetingNotExist"},
		{"nob-odys-pks", nobodySpeaks, "somebody is there, but nobody speaks; the bot leaves after silence_timeout with a recording and no words", ""},
		{"nob-odyc-oms", nobodyComes, "the bot is admitted, but stays alone; it leaves after noone_joined_timeout", ""},
		{"hos-tnev-ers", hostNeverComes, "the host never starts the meeting; the bot gives up after waiting_room_timeout", "WaitingForHostTimeout"},
		{"rec-ordn-oty", recordingNotAllowed, "the bot is admitted, but not allowed to record", "recording rights denied"},
		{"stt-fail-sxx", transcriptionFails, "the meeting is recorded, but its transcription fails; retranscribing works", ""},
		{"out-ofto-kns", outOfTokens, "join is refused with 402, as the account has no tokens left", "InsufficientTokens"},
	}
}

// failureIn returns the failure that a link stands for, nil for an ordinary
// meeting.
func failureIn(link string) *Failure {
	link = strings.ToLower(link)
	for _, f := range Failures() {
		if strings.Contains(link, f.Code) || strings.Contains(link, f.Word) {
			return &f
		}
	}
	return nil
}

// atDoor plans the end of b's course if it comes no further than the door of
// its meeting, and reports whether it does not.
func (f *Failure) atDoor(p *plan, b *bot) bool {
	waiting := p.start.Add(untilWaiting)
	waited := waiting.Add(seconds(b.settings.WaitingRoomTimeout))
	if b.platform() == meet {
		waited = earlier(waited, waiting.Add(600*time.Second)) // Meet itself shuts the door then
	}
	switch f.Word {
	case neverAdmitted:
		p.fail(waited, "waiting_room_timeout", f.Cause, f.Cause, "The bot waited in the waiting room and was not admitted in time")
	case hostNeverComes:
		p.fail(waited, "waiting_room_timeout", f.Cause, f.Cause, "The host did not start the meeting in time")
	case rejectedByHost:
		p.fail(waiting.Add(20*time.Second), "bot_rejected", f.Cause, f.Cause, "The bot was not accepted into the meeting")
	case meetingNotFound:
		p.steps = p.steps[:1] // there is no waiting room
		p.fail(p.start.Add(untilWaiting), "meeting_error", f.Cause, "CannotJoinMeeting", "Cannot join the meeting: it does not exist")
	default:
		return false
	}
	return true
}

func seconds(n *int64) time.Duration {
	if n == nil {
		return 600 * time.Second // the API's default of each timeout
	}
	return time.Duration(*n) * time.Second
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
