package tools

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/meetmcp/meetmcp/client"
	"github.com/meetmcp/meetmcp/internal/transcript"
	"github.com/meetmcp/meetmcp/internal/untrusted"
)

// fallbackTitle is where a title comes from that nobody gave.
const fallbackTitle = "bot name and date"

// title names a meeting: by what its sender said in extra, else by its
// calendar event, else by the bot and the day.
func title(extra any, event, bot string, created client.Time) (untrusted.Text, string) {
	if object, ok := extra.(map[string]any); ok {
		for _, name := range []string{"title", "name", "subject"} {
			if text, ok := object[name].(string); ok && transcript.Line(text, transcript.NameLimit) != "" {
				return untrusted.Name(text), "extra." + name
			}
		}
	}
	if event != "" {
		return untrusted.Name(event), "calendar event"
	}
	if created.IsZero() {
		return untrusted.Name(bot), fallbackTitle
	}
	return untrusted.Name(bot + " " + created.UTC().Format(time.DateOnly)), fallbackTitle
}

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

// passedShown is how many of the meetings that latest passes over are named.
const passedShown = 3

// more says how many there are beside those that are named.
func more(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(" and %d more", n)
}

// pass notes which meetings latest passed over. Even an answer that is an error
// has it, as the meeting that was meant may be one of those.
func (c *Call) pass(text string) {
	c.note(text)
	c.passed = append(c.passed, text)
}

// withPassed adds to a mistake which meetings latest passed over.
func (c *Call) withPassed(err error) error {
	var argument *argumentError
	if len(c.passed) == 0 || !errors.As(err, &argument) {
		return err
	}
	return &argumentError{argument.text + "\nNote: " + strings.Join(c.passed, "\nNote: "), argument.decision}
}

// finished resolves "latest", and returns any other id as it is. The id then
// stays the same over pages. Should the latest meeting have no transcript, the
// newest that has one is named.
func finished(ctx context.Context, api *client.Client, call *Call, id string) (string, error) {
	if id != latest {
		return id, nil
	}
	var newest string
	var cut *client.Cut
	var running []string // newer meetings that have not ended
	seen, passed := 0, 0
	take := func() (string, error) {
		if passed > 0 {
			call.pass(fmt.Sprintf("latest passed over %s, not ended yet: %s%s.", counted(passed, "newer meeting"), strings.Join(running, ", "), more(passed-len(running))))
		}
		return newest, nil
	}
	for bot, err := range api.AllBots(ctx, client.BotQuery{Limit: pageSize}) {
		if errors.As(err, &cut) {
			call.note(cut.Error() + "; there may be a newer meeting.")
			break
		}
		if err != nil {
			return "", err
		}
		switch {
		case bot.EndedAt.IsZero():
			if newest != "" {
				break
			}
			if passed++; len(running) < passedShown {
				running = append(running, fmt.Sprintf("bot_id %s of %s", untrusted.ID(bot.UUID), stamp(bot.CreatedAt)))
			}
		case newest == "":
			newest = bot.UUID
			call.keep("bot_id", newest)
			call.latest = &bot
			if len(bot.Speakers) > 0 {
				return take()
			}
		case len(bot.Speakers) > 0:
			call.pass(fmt.Sprintf("the latest meeting has no transcript; the newest that has one is of %s, bot_id %s.", stamp(bot.CreatedAt), untrusted.ID(bot.UUID)))
			return take()
		}
		if seen++; seen == recentBots {
			break
		}
	}
	switch {
	case newest != "":
		return take()
	case cut != nil:
		return "", badArgument("No meeting that has ended was found: %v.\nlist_bots with created_before may reach older ones.", cut)
	case seen == 0:
		return "", badArgument("There is no latest meeting: this key has sent no bot yet.\nSend one with join_meeting.")
	}
	return "", badArgument("There is no latest meeting: none of the newest %d bots has ended yet.\nlist_bots shows them.", seen)
}
