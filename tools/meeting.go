package tools

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/meetmcp/meetmcp/client"
	"github.com/meetmcp/meetmcp/internal/transcript"
)

// The states of a bot that the API's answer allows to be told apart.
const (
	stateScheduled = "scheduled"
	stateJoining   = "joining"
	stateInCall    = "in call"
	stateEnded     = "ended"
	stateFailed    = "failed"
	stateUnknown   = "unknown"
)

// longestWait is how long a bot that works may take to be admitted: 30 minutes
// in the waiting room at most, and some to get there.
const longestWait = 45 * time.Minute

// fate is a bot's state with, where something went wrong, whose fault it was
// and what helps.
type fate struct{ state, cause, remedy string }

// fateOf derives a bot's state from what the API tells, and never guesses.
func fateOf(data *client.MeetingData, now time.Time) fate {
	bot := &data.BotData.Bot
	recorded := data.Duration > 0 || data.MP4 != "" || data.Audio != ""
	if bot.Errors != "" {
		why := explain(bot.Errors)
		switch {
		case why.warning || recorded:
			if bot.EndedAt.IsZero() {
				break
			}
			return fate{stateEnded, why.cause, why.remedy}
		default:
			return fate{stateFailed, why.cause, why.remedy}
		}
	}
	switch {
	case !bot.EndedAt.IsZero() && recorded:
		return fate{state: stateEnded}
	case !bot.EndedAt.IsZero() && bot.BotJoinedAt.IsZero() && bot.MP4S3Path != "":
		return fate{stateFailed, "The bot ended without having joined, and the API gives no reason.", "Check the link and that somebody admits the bot, then send another."}
	case !bot.EndedAt.IsZero():
		return fate{stateEnded, "There is no recording: it was deleted, or nothing was recorded.", ""}
	case !bot.BotJoinedAt.IsZero() && bot.BotExitedAt.IsZero():
		return fate{state: stateInCall}
	case !bot.BotExitedAt.IsZero():
		return fate{stateUnknown, "The bot has left the meeting and its recording is not ready yet.", "Look again in a minute."}
	case bot.SessionID == "" && bot.ScheduledBotID != nil:
		return fate{state: stateScheduled}
	case now.Sub(bot.CreatedAt.Time) < longestWait:
		return fate{stateJoining, "", "If it stays so, somebody in the meeting must admit the bot; the API does not tell whether it waits in the lobby."}
	}
	return fate{stateUnknown, "The bot was created " + lasted(int64(now.Sub(bot.CreatedAt.Time).Seconds())) + " ago and the API tells neither that it joined nor that it ended.", "It may be stuck, or its start may lie ahead: leave_meeting ends it."}
}

// reason explains what the API writes about a bot that failed.
type reason struct {
	words   []string // any of them, in lower case without spaces and marks
	warning bool     // the recording is not touched
	cause   string
	remedy  string
}

// reasons are in the order in which they are looked for.
var reasons = []reason{
	{[]string{"webhook", "buildererror", "status:"}, true, "The webhook could not be reached; the recording is not touched.", "Check webhook_url."},
	{[]string{"alreadystarted", "botalreadyexists"}, false, "Another bot was sent to this meeting within 5 minutes.", "Use that bot (list_bots, meeting_url), or send one with a new deduplication_key."},
	{[]string{"insufficienttokens"}, false, "The account has no tokens left.", "Buy tokens at Meeting BaaS, then send another bot."},
	{[]string{"botnotaccepted", "botrejected", "accessdenied"}, false, "Somebody in the meeting refused the bot.", "Ask the host to admit it, then send another."},
	{[]string{"timeoutwaitingtostart", "waitingroomtimeout"}, false, "Nobody admitted the bot from the waiting room in time.", "Ask the host to admit it, then send another; waiting_room_timeout can be up to 1800."},
	{[]string{"waitingforhosttimeout", "waitingforauthorizeduser"}, false, "The host, or the Zoom user on whose behalf the bot joins, did not come in time.", "Send another bot when they are in the meeting."},
	{[]string{"botremovedtooearly"}, false, "Somebody removed the bot seconds after it was admitted.", "Agree on the recording with the host, then send another."},
	{[]string{"botremoved", "removedbyhost"}, false, "Somebody removed the bot from the meeting.", "What it recorded until then is kept."},
	{[]string{"invalidmeetingurl", "cannotparsemeetingurl", "meetingnotexist", "meetingnotfound"}, false, "The link leads to no meeting.", "Check meeting_url and send another bot."},
	{[]string{"meetingover", "meetingendedprematurely"}, false, "The meeting was over when the bot came.", "Send the next one earlier."},
	{[]string{"recordingright", "recordingrightsnotgranted"}, false, "The bot was not given the right to record.", "The Zoom host must allow recording."},
	{[]string{"zoomsdkauthfailed", "sdkauthfailed", "cannotgetjwttoken", "zoomaccesstoken", "zoomobftoken", "externalmeeting"}, false, "Zoom did not accept the bot's credentials for this meeting.", "External Zoom meetings need zoom_obf_token_user_id (see list_zoom_connections) or an own Zoom app."},
	{[]string{"streamingsetupfailed"}, false, "The audio stream could not be set up.", "Check the streaming URLs."},
	{[]string{"noattendees", "noonejoined"}, false, "Nobody joined the meeting.", "Nothing is wrong with the bot; noone_joined_timeout can be up to 1800."},
	{[]string{"nospeaker"}, false, "Nobody spoke.", ""},
	{[]string{"exitingmeetingbeforerecord", "apirequest"}, false, "The bot was told to leave before it recorded.", ""},
	{[]string{"transcription"}, true, "The transcription failed; the recording is kept.", "retranscribe_meeting tries again."},
	{[]string{"cannotjoinmeeting"}, false, "The bot could not join the meeting.", "Check the link, and that guests may join."},
	{[]string{"pendingfor"}, false, "The bot was never started.", "Send another."},
	{[]string{"duration"}, true, "The recording was stopped at 4 hours, the API's limit.", ""},
	{[]string{"internalerror", "networkerror", "unknownerror", "outofmemory", "oomkilled"}, false, "Meeting BaaS had an error of its own.", "Send another bot."},
}

// explain finds the reason for the API's words, which come in several
// spellings (BotNotAccepted, bot_not_accepted, "Cannot start …, err: …").
func explain(text string) reason {
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
	return reason{cause: "The API says: " + transcript.Line(text, 200)}
}

// fallbackTitle is where a title comes from that nobody gave.
const fallbackTitle = "bot name and date"

// title names a meeting: by what its sender said in extra, else by its
// calendar event, else by the bot and the day.
func title(extra any, event, bot string, created client.Time) (said, string) {
	if object, ok := extra.(map[string]any); ok {
		for _, name := range []string{"title", "name", "subject"} {
			if text, ok := object[name].(string); ok && transcript.Line(text, transcript.NameLimit) != "" {
				return short(text), "extra." + name
			}
		}
	}
	if event != "" {
		return short(event), "calendar event"
	}
	return short(bot + " " + created.UTC().Format(time.DateOnly)), fallbackTitle
}

// short cleans a name or title that people outside made.
func short(text string) said { return said(transcript.Line(text, transcript.NameLimit)) }

// link cleans a URL that people outside made.
func link(text string) said { return said(transcript.Line(text, 300)) }

// platform recognises a meeting's provider as the API's bot does.
func platform(meetingURL string) string {
	lower := strings.ToLower(meetingURL)
	switch {
	case strings.Contains(lower, "meet.google."):
		return "Google Meet"
	case strings.Contains(lower, "teams.microsoft."), strings.Contains(lower, "teams.live."), strings.Contains(lower, "teams.cloud."):
		return "Teams"
	case strings.Contains(lower, "zoom.us"), strings.Contains(lower, "zoom.com"), strings.Contains(lower, "zoomgov."):
		return "Zoom"
	}
	return "unknown"
}

// latest stands for the newest meeting that has ended.
const latest = "latest"

// recentBots is how many bots are looked through for the latest meeting.
const recentBots = 200

// finished resolves "latest", and returns any other id as it is. The id then
// stays the same over pages. Should the latest meeting have no transcript, the
// newest that has one is named.
func finished(ctx context.Context, api *client.Client, call *Call, id string) (string, error) {
	if id != latest {
		return id, nil
	}
	var newest string
	seen := 0
	for bot, err := range api.AllBots(ctx, client.BotQuery{Limit: pageSize}) {
		if err != nil {
			return "", err
		}
		name, _ := title(bot.Extra, "", bot.BotName, bot.CreatedAt)
		switch {
		case bot.EndedAt.IsZero():
		case newest == "":
			newest = bot.UUID
			call.keep("bot_id", newest)
			if len(bot.Speakers) > 0 {
				return newest, nil
			}
		case len(bot.Speakers) > 0:
			call.note(fmt.Sprintf("the latest meeting has no transcript; the newest that has one is %q of %s, bot_id %s.", name, stamp(bot.CreatedAt), bot.UUID))
			return newest, nil
		}
		if seen++; seen == recentBots {
			break
		}
	}
	switch {
	case newest != "":
		return newest, nil
	case seen == 0:
		return "", badArgument("There is no latest meeting: this key has sent no bot yet.\nSend one with join_meeting.")
	}
	return "", badArgument("There is no latest meeting: none of the newest %d bots has ended yet.\nlist_bots shows them.", seen)
}
