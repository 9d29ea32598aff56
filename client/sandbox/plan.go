package sandbox

import (
	"math"
	"time"
)

// How long a bot takes from the moment it sets out, and from a call's end.
const (
	untilJoining   = 3 * time.Second
	untilWaiting   = 10 * time.Second
	untilAdmitted  = 30 * time.Second
	untilRecording = 34 * time.Second
	untilExited    = 2 * time.Second  // after the call's end
	untilEnded     = 10 * time.Second // after the bot's exit: files are stored
	transcribing   = 30 * time.Second // after that
)

// plan is a bot's course, known from the start: what a bot shows at any time
// follows from it. Zero times never come.
type plan struct {
	start       time.Time // it sets out
	steps       []step    // changes of status, in order
	joined      time.Time // admitted
	recording   time.Time // begins
	exited      time.Time
	ended       time.Time // all is over but the transcript
	transcribed time.Time // the transcript is there, or transcription has failed
	seconds     float64   // recorded
	silent      bool      // nothing was said
	alone       bool      // nobody was there
	untold      bool      // the transcription fails
	errors      string    // shown once ended
	failure     string    // the failed event's word, "" when complete is sent
	message     string    // of the failed event
	timer       *timer    // of the next step or final event
	told        int       // steps sent so far, the final event being one
}

// step is one change of a bot's status.
type step struct {
	at      time.Time
	code    string
	message string // of an error
}

func (p *plan) step(at time.Time, code string) { p.steps = append(p.steps, step{at: at, code: code}) }

// fail ends the plan at a moment, without a recording.
func (p *plan) fail(at time.Time, code, shown, word, message string) {
	p.steps = append(p.steps, step{at, code, message})
	p.end(at, false)
	p.ended, p.seconds = at.Add(untilExited), 0 // there are no files to store
	p.errors, p.failure, p.message = shown, word, message
}

// end has the bot go at a moment.
func (p *plan) end(at time.Time, transcribe bool) {
	p.step(at, "call_ended")
	p.exited, p.ended = time.Time{}, at.Add(untilEnded)
	if !p.joined.IsZero() {
		p.exited = at.Add(untilExited)
	}
	p.transcribed = time.Time{}
	if transcribe {
		p.transcribed = p.ended.Add(transcribing)
	}
}

// finished is when the final event is sent.
func (p *plan) finished() time.Time {
	if p.transcribed.IsZero() {
		return p.ended
	}
	return p.transcribed
}

// planned returns the course of b, which sets out at start.
func (s *Sandbox) planned(b *bot, start time.Time) plan {
	p := plan{start: start}
	if b.duplicate {
		p.fail(start, "meeting_error", "AlreadyStarted", "AlreadyStarted", "Cannot start meeting bot, err: AlreadyStarted")
		p.ended = start
		return p
	}
	p.step(start.Add(untilJoining), "joining_call")
	if !b.link.valid {
		p.fail(start.Add(untilWaiting), "invalid_meeting_url", "InvalidMeetingUrl", "InvalidMeetingUrl", "Cannot parse the meeting URL")
		return p
	}
	p.step(start.Add(untilWaiting), "in_waiting_room")
	if b.failure != nil && b.failure.atDoor(&p, b) {
		return p
	}
	p.joined, p.recording = start.Add(untilAdmitted), start.Add(untilRecording)
	p.step(p.joined, "in_call_not_recording")
	p.seconds = b.heard.duration
	if b.failure != nil {
		switch b.failure.Word {
		case removedEarly:
			p.recording = time.Time{}
			p.fail(p.joined.Add(4*time.Second), "bot_removed_too_early", b.failure.Cause, b.failure.Cause, "The bot was removed seconds after it was admitted")
			return p
		case recordingNotAllowed:
			p.recording = time.Time{}
			p.fail(p.joined.Add(30*time.Second), "meeting_error", b.failure.Cause, "RecordingRightsNotGranted", "The host did not allow the bot to record")
			return p
		case removedMidway:
			p.seconds = math.Floor(b.heard.duration / 2)
			p.errors = b.failure.Cause
		case nobodySpeaks:
			p.silent = true
			if b.platform() != zoom { // which has no such timeout
				p.seconds = seconds(b.silence).Seconds()
			}
		case nobodyComes:
			p.silent, p.alone = true, true
			if b.platform() != zoom {
				p.seconds = seconds(b.settings.NooneJoinedTimeout).Seconds()
			}
		case transcriptionFails:
			p.untold = true
		}
	}
	p.step(p.recording, "in_call_recording")
	over := p.recording.Add(time.Duration(p.seconds * float64(time.Second)))
	if p.errors != "" {
		p.step(over, "bot_removed")
	}
	p.end(over, b.transcribed())
	return p
}

// cut has the bot leave now: with what it recorded so far, or, before the
// recording began, with nothing but a failure.
func (p *plan) cut(now time.Time, transcribe bool) {
	for i, step := range p.steps {
		if step.at.After(now) {
			p.steps = p.steps[:i:i]
			break
		}
	}
	p.step(now, "api_request_stop")
	p.start = earlier(p.start, now) // a bot that is no longer to come stands in nobody's way
	if p.recording.IsZero() || p.recording.After(now) {
		if p.joined.After(now) {
			p.joined = time.Time{}
		}
		p.recording = time.Time{}
		p.fail(now.Add(untilExited), "meeting_error", "ExitingMeetingBeforeRecord", "ExitingMeetingBeforeRecord", "The bot was asked to leave before it recorded anything")
		return
	}
	p.errors = ""
	p.seconds = now.Sub(p.recording).Seconds()
	p.end(now.Add(untilExited), transcribe)
}
