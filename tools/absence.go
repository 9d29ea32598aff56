package tools

import (
	"time"

	"github.com/meetmcp/meetmcp/client"
)

// transcriptLate is how long after a meeting's end a transcript may still come.
const transcriptLate = 30 * time.Minute

// absence is why a meeting has no transcript, whose doing that is, what helps,
// and whether it may still come.
type absence struct {
	fate
	comes bool
}

// absenceOf says why there is no transcript in what the API tells of a meeting.
func absenceOf(data *client.MeetingData, now time.Time) absence {
	const wait = "wait_for_meeting until transcript, then call again."
	bot, f := &data.BotData.Bot, fateOf(data, now)
	because := func(cause, whose, remedy string) absence { return absence{fate{f.state, cause, whose, remedy}, false} }
	switch f.state {
	case stateScheduled:
		return absence{fate{f.state, "The bot is still to be sent.", "nobody", wait}, true}
	case stateJoining:
		return absence{fate{f.state, "The bot is on its way into the meeting.", "nobody", wait}, true}
	case stateInCall:
		return absence{fate{f.state, "The meeting is still being recorded; its transcript is made afterwards.", "nobody", wait}, true}
	case stateUnknown:
		return absence{f, true}
	case stateFailed:
		return absence{f, false}
	}
	if data.BotData.Unread {
		return because("What the API answers in place of the transcript cannot be read.", "service", "Try again later; retranscribe_meeting makes a new one.")
	}
	switch failed := bot.TranscriptionFails != nil && *bot.TranscriptionFails > 0; {
	case data.Duration == 0 && data.MP4 == "" && data.Audio == "":
		return because("The data was deleted or has expired, or nothing was recorded.", "nobody", "Deleted data does not come back; list_bots finds other meetings.")
	case bot.SpeechToTextProvider == "":
		return because("No speech_to_text was asked for when the bot was sent.", "bot", "retranscribe_meeting makes a transcript of the recording.")
	case failed:
		return because("The transcription failed.", "service", "retranscribe_meeting tries again.")
	case now.Sub(bot.EndedAt.Time) < transcriptLate:
		return absence{fate{f.state, "Its transcript is being made, or nobody spoke.", "nobody", wait}, true}
	}
	return because("There is no transcript long after the end: most likely nobody spoke.", "guests", "get_meeting_data shows the recording; retranscribe_meeting tries again.")
}
