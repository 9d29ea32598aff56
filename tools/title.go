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

// finished resolves "latest", and returns any other id as it is. The id then
// stays the same over pages. Should the latest meeting have no transcript, the
// newest that has one is named.
func finished(ctx context.Context, api *client.Client, call *Call, id string) (string, error) {
	if id != latest {
		return id, nil
	}
	var newest string
	var cut *client.Cut
	seen := 0
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
		case newest == "":
			newest = bot.UUID
			call.keep("bot_id", newest)
			call.latest = &bot
			if len(bot.Speakers) > 0 {
				return newest, nil
			}
		case len(bot.Speakers) > 0:
			call.note(fmt.Sprintf("the latest meeting has no transcript; the newest that has one is of %s, bot_id %s.", stamp(bot.CreatedAt), bot.UUID))
			return newest, nil
		}
		if seen++; seen == recentBots {
			break
		}
	}
	switch {
	case newest != "":
		return newest, nil
	case cut != nil:
		return "", badArgument("No meeting that has ended was found: %v.\nlist_bots with created_before may reach older ones.", cut)
	case seen == 0:
		return "", badArgument("There is no latest meeting: this key has sent no bot yet.\nSend one with join_meeting.")
	}
	return "", badArgument("There is no latest meeting: none of the newest %d bots has ended yet.\nlist_bots shows them.", seen)
}
