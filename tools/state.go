package tools

import (
	"strings"
	"time"

	"github.com/meetmcp/meetmcp/client"
	"github.com/meetmcp/meetmcp/internal/untrusted"
)

// The states of a bot that the API's answer allows to be told apart.
const (
	stateScheduled = "scheduled"
	stateJoining   = "joining"
	stateInCall    = "in call"
	stateWaiting   = "in the waiting room" // which only webhooks tell
	statePaused    = "paused"              // the same
	stateEnded     = "ended"
	stateFailed    = "failed"
	stateUnknown   = "unknown"
)

// longestWait is how long a bot that works may take to be admitted: 30 minutes
// in the waiting room at most, and some to get there.
const longestWait = 45 * time.Minute

// longestCall is more than the API lets a bot live.
const longestCall = 5*time.Hour + 30*time.Minute

// fate is a bot's state with, where something went wrong, why, whose doing it
// was (host, guests, bot, service or nobody) and what helps.
type fate struct{ state, cause, whose, remedy string }

// fateOf derives a bot's state from what the API tells, and never guesses.
func fateOf(data *client.MeetingData, now time.Time) fate {
	bot := &data.BotData.Bot
	recorded := data.Duration > 0 || data.MP4 != "" || data.Audio != ""
	if bot.Errors != "" {
		why := explain(bot.Errors)
		switch {
		case bot.EndedAt.IsZero() && why.warning:
		case recorded:
			return fate{stateEnded, why.cause, why.whose, why.remedy}
		default:
			return fate{stateFailed, why.cause, why.whose, why.remedy}
		}
	}
	switch {
	case !bot.EndedAt.IsZero() && recorded:
		return fate{state: stateEnded}
	case !bot.EndedAt.IsZero() && bot.BotJoinedAt.IsZero() && bot.MP4S3Path != "":
		return fate{stateFailed, "The bot ended without having joined, and the API gives no reason.", "", "Check the link and that somebody admits the bot, then send another."}
	case !bot.EndedAt.IsZero():
		return fate{stateEnded, "There is no recording: it was deleted or has expired, or nothing was recorded.", "", ""}
	case !bot.BotJoinedAt.IsZero() && bot.BotExitedAt.IsZero() && now.Sub(bot.BotJoinedAt.Time) < longestCall:
		return fate{state: stateInCall}
	case !bot.BotJoinedAt.IsZero() && bot.BotExitedAt.IsZero():
		return fate{stateUnknown, "The bot joined long ago and the API does not tell that it left, though it ends every recording at 4 hours.", "service", "Look again later; leave_meeting ends it."}
	case !bot.BotExitedAt.IsZero():
		return fate{stateUnknown, "The bot has left the meeting and its recording is not ready yet.", "", "Look again in a minute."}
	case bot.SessionID == "" && bot.ScheduledBotID != nil:
		return fate{state: stateScheduled}
	case bot.IsStopped:
		return fate{stateUnknown, "The bot was told to leave, and the API does not tell yet that it did.", "", "Look again in a minute."}
	case now.Sub(bot.CreatedAt.Time) < longestWait:
		return fate{stateJoining, "", "", "If it stays so, somebody in the meeting must admit the bot; the API does not tell whether it waits in the lobby."}
	case bot.CreatedAt.IsZero():
		return fate{stateUnknown, "The API tells neither when the bot was created, nor that it joined or ended.", "", ""}
	}
	return fate{stateUnknown, "The bot was created " + lasted(int64(now.Sub(bot.CreatedAt.Time).Seconds())) + " ago and the API tells neither that it joined nor that it ended.", "", "It may be stuck, or its start may lie ahead: leave_meeting ends it."}
}

// reason explains what the API writes about a bot that failed.
type reason struct {
	words   []string // any of them, in lower case without spaces and marks
	warning bool     // the recording is not touched
	whose   string
	cause   string
	remedy  string
}

// reasons are in the order in which they are looked for.
var reasons = []reason{
	{[]string{"webhook", "buildererror"}, true, "bot", "The webhook could not be reached.", "Check webhook_url."},
	{[]string{"alreadystarted", "botalreadyexists"}, false, "bot", "Another bot was sent to this meeting within 5 minutes.", "Use that bot (list_bots, meeting_url), or send one with a new deduplication_key."},
	{[]string{"insufficienttokens"}, false, "service", "The account has no tokens left.", "Buy tokens at Meeting BaaS, then send another bot."},
	{[]string{"botnotaccepted", "botrejected", "accessdenied"}, false, "host", "Somebody in the meeting refused the bot.", "Ask the host to admit it, then send another."},
	{[]string{"timeoutwaitingtostart", "waitingroomtimeout"}, false, "host", "Nobody admitted the bot from the waiting room in time.", "Ask the host to admit it, then send another; waiting_room_timeout can be up to 1800."},
	{[]string{"waitingforhosttimeout", "waitingforauthorizeduser"}, false, "host", "The host, or the Zoom user on whose behalf the bot joins, did not come in time.", "Send another bot when they are in the meeting."},
	{[]string{"botremovedtooearly"}, false, "host", "Somebody removed the bot seconds after it was admitted.", "Agree on the recording with the host, then send another."},
	{[]string{"botremoved", "removedbyhost"}, false, "host", "Somebody removed the bot from the meeting.", "What it recorded until then is kept."},
	{[]string{"invalidmeetingurl", "cannotparsemeetingurl", "meetingnotexist", "meetingnotfound"}, false, "bot", "The link leads to no meeting.", "Check meeting_url and send another bot."},
	{[]string{"meetingover", "meetingendedprematurely"}, false, "nobody", "The meeting was over when the bot came.", "Send the next one earlier."},
	{[]string{"recordingright", "recordingrightsnotgranted"}, false, "host", "The bot was not given the right to record.", "The Zoom host must allow recording."},
	{[]string{"zoomsdkauthfailed", "sdkauthfailed", "cannotgetjwttoken", "zoomaccesstoken", "zoomobftoken", "externalmeeting"}, false, "bot", "Zoom did not accept the bot's credentials for this meeting.", "External Zoom meetings need zoom_obf_token_user_id (see list_zoom_connections) or an own Zoom app."},
	{[]string{"streamingsetupfailed"}, false, "bot", "The audio stream could not be set up.", "Check the streaming URLs."},
	{[]string{"noattendees", "noonejoined"}, false, "guests", "Nobody joined the meeting.", "Nothing is wrong with the bot; noone_joined_timeout can be up to 1800."},
	{[]string{"nospeaker"}, false, "guests", "Nobody spoke.", ""},
	{[]string{"exitingmeetingbeforerecord", "apirequest"}, false, "bot", "The bot was told to leave before it recorded.", ""},
	{[]string{"transcription"}, true, "service", "The transcription failed; the recording is kept.", "retranscribe_meeting tries again."},
	{[]string{"cannotjoinmeeting"}, false, "nobody", "The bot could not join the meeting.", "Check the link, and that guests may join."},
	{[]string{"pendingfor"}, false, "service", "The bot was never started.", "Send another."},
	{[]string{"durationover"}, true, "nobody", "The recording was stopped at 4 hours, the API's limit.", ""},
	{[]string{"internalerror", "networkerror", "unknownerror", "outofmemory", "oomkilled"}, false, "service", "Meeting BaaS had an error of its own.", "Send another bot."},
}

// explain finds the reason for the API's words, which come in several
// spellings (BotNotAccepted, bot_not_accepted, "Cannot start …, err: …").
func explain(text string) reason {
	text = text[:min(len(text), 4096)]
	folded := strings.Map(func(r rune) rune {
		if r == ' ' || r == '_' || r == '-' {
			return -1
		}
		return r
	}, strings.ToLower(text))
	for _, why := range reasons {
		for _, word := range why.words {
			if strings.Contains(folded, word) {
				return why
			}
		}
	}
	return reason{cause: "The API says: " + untrusted.Line(text, 200).Quoted() + "."}
}
