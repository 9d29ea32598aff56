package tools

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/meetmcp/meetmcp/internal/untrusted"
)

// What wait_for_meeting can wait for.
const (
	untilJoined     = "joined"
	untilRecording  = "recording"
	untilEnded      = "ended"
	untilTranscript = "transcript"
)

const (
	defaultWait  = 40 * time.Second
	stateRunning = "running" // the wait goes on: call again
	// How long a bot is in the call before it is taken to record: who may not
	// record is out again sooner.
	settling = time.Minute
)

type waitFor struct {
	botID
	Until   string `json:"until,omitzero" jsonschema:"enum=joined,enum=recording,enum=ended,enum=transcript" jsonschema_description:"transcript by default."`
	Timeout int    `json:"timeout_s,omitzero" jsonschema:"minimum=1,maximum=600" jsonschema_description:"Seconds to wait in this call; 40 by default, and less than the server's limit of a call."`
}

// waited is how far a wait came.
type waited struct {
	About
	BotID      untrusted.Word `json:"bot_id"`
	Title      untrusted.Text `json:"title,omitzero"`
	Until      string         `json:"until"`
	Reached    bool           `json:"reached"`
	State      string         `json:"state"` // of the bot; running while there is still something to wait for
	BotState   string         `json:"bot_state"`
	Cause      untrusted.Text `json:"cause,omitzero"`
	Whose      string         `json:"whose,omitzero"` // host, guests, bot, service or nobody
	Remedy     string         `json:"remedy,omitzero"`
	RetryAfter int            `json:"retry_after_s,omitzero"`
	Unknown    string         `json:"unknown,omitzero"` // what the API does not tell, and what would
}

func (o *waited) Text() string {
	var b strings.Builder
	switch {
	case o.Reached:
		fmt.Fprintf(&b, "Reached: %s. %s is %s.", o.Until, o.Title.Quoted(), o.BotState)
	case o.State == stateRunning:
		fmt.Fprintf(&b, "Not yet: %s (state %s). The bot is: %s. Call again in %d s (retry_after_s).", o.Until, stateRunning, o.BotState, o.RetryAfter)
	default:
		fmt.Fprintf(&b, "It will not come to %q: %s is %s.", o.Until, o.Title.Quoted(), o.BotState)
	}
	if !o.Cause.IsZero() {
		fmt.Fprintf(&b, "\nCause: %s", o.Cause)
		if o.Whose != "" {
			fmt.Fprintf(&b, " (whose doing: %s)", o.Whose)
		}
	}
	if o.Remedy != "" {
		b.WriteString("\nWhat helps: " + o.Remedy)
	}
	if o.Unknown != "" {
		b.WriteString("\nUnknown: " + o.Unknown)
	}
	b.WriteString("\nbot_id " + o.BotID.String())
	return b.String()
}

func wait(ctx context.Context, watches *watches, call *Call, in waitFor) (*waited, error) {
	if in.BotID == latest {
		return nil, badArgument("bot_id cannot be latest here: the latest meeting has ended. Give the bot_id that join_meeting returned, or find one with list_bots.")
	}
	if in.Until == "" {
		in.Until = untilTranscript
	}
	patience := defaultWait
	if in.Timeout > 0 {
		patience = time.Duration(in.Timeout) * time.Second
	}
	if limit := call.tool.policy.CallLimit; limit > 0 {
		patience = min(patience, limit-limit/10)
	}
	seen, done := watches.see(ctx, in.BotID)
	defer done()
	over := watches.after(patience)
	var last *waited
	state := ""
	for {
		select {
		case s := <-seen:
			switch {
			case s.err != nil && (last == nil || !passing(s.err)):
				return nil, s.err
			case s.err != nil:
				continue
			}
			last = judge(s.bot, s.told, in.Until, call.tool.policy.Now())
			if last.BotState != state {
				state = last.BotState
				call.progress(ctx, state)
			}
			if last.State != stateRunning {
				return last, nil
			}
		case <-over:
			if last == nil {
				last = &waited{
					BotID: untrusted.ID(in.BotID), Until: in.Until, State: stateRunning, BotState: stateUnknown, RetryAfter: int(firstPoll / time.Second),
					Unknown: "how the bot is: the API has not answered yet.",
					About:   About{Next: "wait_for_meeting with the same arguments waits on."},
				}
			}
			return last, nil
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// judge says whether a bot has come so far, still may, or never will, by what
// was seen of it and the newest status that the bot reported, "" when none.
func judge(bot *observation, told, until string, now time.Time) *waited {
	fate := bot.fate
	out := &waited{
		BotID: untrusted.ID(bot.id), Title: untrusted.Name(bot.title), Until: until, State: fate.state, BotState: fate.state,
		Cause: untrusted.Long(fate.cause), Whose: fate.whose, Remedy: fate.remedy,
	}
	over := fate.state == stateEnded || fate.state == stateFailed
	if over {
		told = "" // it is older than the end
	}
	admitted := !bot.joined.IsZero() || inCall(told)
	switch told {
	case "in_waiting_room":
		out.BotState, out.Remedy = stateWaiting, "Ask the host to admit the bot from the lobby."
	case "recording_paused":
		out.BotState, out.Remedy = statePaused, "Ask the host to let the recording go on."
	}
	switch until {
	case untilJoined:
		out.Reached = admitted
	case untilRecording:
		switch told {
		case "in_call_recording", "recording_resumed":
			out.Reached = true
		case "in_call_not_recording", "recording_paused":
		default:
			out.Reached = bot.recorded || admitted && !over && now.Sub(bot.joined) >= settling
		}
		if out.Reached && !over && told == "" {
			out.Unknown = "whether it is paused: the API tells only that the bot has been in the call for a minute without trouble; the webhook bot.status_change (in_call_recording, recording_paused) tells."
		}
	case untilEnded:
		out.Reached = fate.state == stateEnded
	case untilTranscript:
		if out.Reached = fate.state == stateEnded && bot.spoken; !out.Reached {
			why := bot.absence
			over = !why.comes
			if over {
				out.Cause, out.Whose, out.Remedy = untrusted.Long(why.cause), why.whose, why.remedy
			}
		}
	}
	switch {
	case out.Reached:
		out.Next = reachedNext(until)
	case over && out.Cause.IsZero():
		out.Cause, out.Whose = untrusted.Name("The meeting is over."), "nobody"
	case over:
	default:
		out.State, out.RetryAfter = stateRunning, int(lastPoll/time.Second)
		out.Next = "wait_for_meeting with the same arguments waits on; leave_meeting takes the bot out."
		if fate.state == stateEnded {
			out.Next = "wait_for_meeting with the same arguments waits on; the transcript is being made."
		}
		if fate.state == stateJoining && told == "" {
			out.Unknown = "whether it waits in the lobby: the API does not tell; the webhook bot.status_change (in_waiting_room) does. Ask the host to look for it."
		}
		if fate.state == stateScheduled {
			out.RetryAfter = 300
		}
	}
	return out
}

// inCall reports that a bot with this status has been let in.
func inCall(status string) bool {
	return slices.Contains([]string{"in_call_not_recording", "in_call_recording", "recording_paused", "recording_resumed"}, status)
}

func reachedNext(until string) string {
	switch until {
	case untilTranscript:
		return "get_transcript with this bot_id reads it."
	case untilEnded:
		return "wait_for_meeting until transcript, then get_transcript."
	}
	return "wait_for_meeting until ended or transcript."
}
