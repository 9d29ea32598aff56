package tools

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/meetmcp/meetmcp/client"
	"github.com/meetmcp/meetmcp/internal/untrusted"
)

// bots is the set about bots and what they recorded.
func bots(api *client.Client, archive *archive) Set {
	return Set{"bots", "Send bots to meetings, and look at what they recorded.", []Tool{

		defineCall("join_meeting", "join", "Send a bot to a meeting", Writes,
			"Sends a bot that records a Zoom, Google Meet or Teams meeting, now or at start_time. Returns bot_id at once; follow the bot with get_meeting_data. For an event of a connected calendar use schedule_recording.",
			func(ctx context.Context, call *Call, in joinMeeting) (*joined, error) {
				return join(ctx, api, call, in)
			}, Lost("The bot may have been sent all the same, and counts as sent: look with list_bots (meeting_url) before sending another."),
			Remedy("A bot was sent to this meeting within the last 5 minutes: find it with list_bots (meeting_url). Only if a second bot is wanted, set a new deduplication_key.", http.StatusConflict)),

		defineCall("leave_meeting", "leave", "Take a bot out of a meeting", Writes,
			"Takes a bot out of its meeting, or cancels one that is still to start. What it recorded is kept.",
			func(ctx context.Context, call *Call, in botID) (*left, error) {
				return leave(ctx, api, call, in.BotID)
			}, Lost("It may have been done all the same: look with get_meeting_data before sending it again.")),

		defineCall("list_bots", "bots_with_metadata", "List bots", Reads,
			"Lists bots, newest first: title, times, speakers, bot_id. Says how many it looked at. To see how one bot fared use get_meeting_data.",
			func(ctx context.Context, call *Call, in listBots) (*botList, error) { return list(ctx, api, call, in) }),

		defineCall("get_meeting_data", "get_meeting_data", "Look at a meeting", Reads,
			"One bot's meeting at a glance: title, state (scheduled, joining, in call, ended, failed, unknown) with cause and remedy, times, who spoke how long, files, size of the transcript. The transcript itself is left out unless include_transcripts.",
			func(ctx context.Context, call *Call, in getMeeting) (*meeting, error) {
				return look(ctx, archive, call, in)
			}),

		defineCall("get_screenshots", "get_screenshots", "Get a meeting's screenshots", Reads,
			"Links to screenshots of a Google Meet or Teams meeting (Zoom has none), oldest first; with images the first pictures of the page themselves.",
			func(ctx context.Context, call *Call, in getScreenshots) (*screenshots, error) {
				return shots(ctx, api, call, in)
			}),

		defineCall("retranscribe_meeting", "retranscribe_bot", "Transcribe a recording again", Destroys,
			"Transcribes a recording again, for instance with another provider. The new transcript replaces the old one some minutes later.",
			func(ctx context.Context, call *Call, in retranscribe) (*retranscribing, error) {
				if err := notLatest(in.BotID); err != nil {
					return nil, err
				}
				call.speechToText(&in.SpeechToText)
				err := api.Retranscribe(ctx, client.Retranscription{BotID: in.BotID, SpeechToText: in.SpeechToText, WebhookURL: in.WebhookURL})
				err = errors.Join(err, archive.replaced(ctx, call, in.BotID, err))
				return &retranscribing{BotID: untrusted.ID(in.BotID), OK: true, About: About{Next: "get_meeting_data shows the new transcript when it is made, in some minutes."}}, err
			}, Lost("It may have been done all the same: look with get_meeting_data before sending it again, as each transcription costs.")),

		defineCall("delete_meeting_data", "delete_data", "Delete a meeting's data", Destroys,
			"Deletes a meeting's recording, transcript and logs for good; the bot stays listed. At most 5 a minute.",
			func(ctx context.Context, call *Call, in botID) (*deleted, error) {
				if err := notLatest(in.BotID); err != nil {
					return nil, err
				}
				d, err := api.DeleteData(ctx, in.BotID)
				if err = errors.Join(err, archive.deleted(ctx, call, in.BotID, d, err)); err != nil {
					return nil, err
				}
				return &deleted{BotID: untrusted.ID(in.BotID), OK: true, Status: untrusted.ID(d.Status)}, nil
			}, Lost("It may have been done all the same: look with get_meeting_data before sending it again."),
			Remedy("The API allows 5 deletions a minute: wait one, then try again.", http.StatusTooManyRequests)),
	}}
}

type botID struct {
	BotID string `json:"bot_id" jsonschema_extras:"most=200" jsonschema_description:"From join_meeting or list_bots."`
}

// botOrLatest is the argument of tools that read something finished.
type botOrLatest struct {
	BotID string `json:"bot_id" jsonschema_extras:"most=200" jsonschema_description:"A bot_id, or latest: the newest ended meeting."`
}

// notLatest holds "latest" away from what cannot be undone.
func notLatest(id string) error {
	if id != latest {
		return nil
	}
	return badArgument("bot_id cannot be latest here, where something is changed or lost. Find the id with list_bots.")
}

type joinMeeting struct {
	client.JoinRequest
	StartTime string `json:"start_time,omitzero" jsonschema_extras:"most=100" jsonschema_description:"When to join; now when absent. RFC 3339, Unix seconds, or +15m."`
	zone
}

type joined struct {
	About
	BotID      untrusted.Word `json:"bot_id"`
	Platform   string         `json:"platform"`
	MeetingURL untrusted.Text `json:"meeting_url"`
	JoinsAt    string         `json:"joins_at,omitzero"`
}

func (o *joined) Text() string {
	when := "is on its way to"
	if o.JoinsAt != "" {
		when = "will join at " + o.JoinsAt + ":"
	}
	return fmt.Sprintf("Bot %s %s %s (%s).", o.BotID, when, o.MeetingURL, o.Platform)
}

func join(ctx context.Context, api *client.Client, call *Call, in joinMeeting) (*joined, error) {
	loc, err := call.location(in.zone)
	if err != nil {
		return nil, err
	}
	req := in.JoinRequest
	if req.MeetingURL, err = call.meetingLink(req.MeetingURL); err != nil {
		return nil, err
	}
	if req.StartTime, err = call.start(in.StartTime, loc); err != nil {
		return nil, err
	}
	if err := call.settings(&req.BotSettings); err != nil {
		return nil, err
	}
	call.speechToText(&req.SpeechToText)
	call.reports(ctx, &req.WebhookURL)
	waiting := 0
	if req.AutomaticLeave != nil {
		waiting = req.AutomaticLeave.WaitingRoomTimeout
	}
	call.platformNotes(req.MeetingURL, req.EntryMessage, waiting, req.BotSettings)
	var answer *client.Joined
	err = call.tool.policy.spend(ctx, func() (err error) {
		answer, err = api.Join(ctx, req)
		return err
	})
	if err != nil {
		return nil, err
	}
	out := &joined{BotID: untrusted.ID(answer.BotID), Platform: platform(req.MeetingURL), MeetingURL: untrusted.Link(req.MeetingURL)}
	out.Next = "get_meeting_data with this bot_id tells whether it was admitted (allow a minute or two), and has the transcript when the meeting is over. leave_meeting takes it out."
	if req.StartTime != nil {
		out.JoinsAt = stamp(client.Time{Time: req.StartTime.Time})
		out.Next = "get_meeting_data with this bot_id after that time. leave_meeting cancels it."
	}
	return out, nil
}

// settings checks what bots sent now and bots of calendar events
// have in common.
func (c *Call) settings(s *client.BotSettings) error {
	if (s.ZoomSDKID == "") != s.ZoomSDKPassword.IsZero() {
		return badArgument("zoom_sdk_id and zoom_sdk_pwd belong together: give both or neither.")
	}
	if s.BotImage != "" {
		var err error
		if s.BotImage, err = c.source("bot_image", s.BotImage); err != nil {
			return badArgument("bot_image must be the https:// URL of an image: %v.", err)
		}
	}
	return c.destinations("transcription_custom_parameters", s.TranscriptionCustomParameters)
}

// speechToText asks for a transcript where the caller says nothing, as there
// is none otherwise, and says so.
func (c *Call) speechToText(s **client.SpeechToText) {
	if *s != nil || c.tool.policy.SpeechToText == "none" {
		return
	}
	*s = &client.SpeechToText{Provider: "Default"}
	c.note("speech_to_text: Default was added, as there is no transcript without it.")
}

// platformNotes says what will not work with this link.
func (c *Call) platformNotes(link, message string, waiting int, s client.BotSettings) {
	switch platform(link) {
	case "unknown":
		c.note("the link is not one of Zoom, Google Meet or Teams as far as known here; the bot may find no meeting.")
	case "Teams":
		if message != "" {
			c.note("the message on joining is not posted on Teams, where guests have no chat.")
		}
	case "Zoom":
		if s.Extra != nil && (s.ZoomOBFTokenURL != "" || s.ZoomAccessTokenURL != "") {
			c.note("extra goes along to the token URL, as a part of its query.")
		}
		if s.ZoomOBFToken.IsZero() && s.ZoomOBFTokenURL == "" && s.ZoomOBFTokenUserID == "" && s.ZoomSDKID == "" && s.ZoomAccessTokenURL == "" {
			c.note("Zoom admits bots to meetings outside of the account only with zoom_obf_token_user_id (list_zoom_connections) or an own Zoom app.")
		}
	}
	if waiting > 600 && platform(link) == "Google Meet" {
		c.note("Google Meet itself ends the waiting after about 600 s.")
	}
}

type left struct {
	About
	BotID untrusted.Word `json:"bot_id"`
	OK    bool           `json:"ok"`             // false when there was nothing to leave
	State string         `json:"state,omitzero"` // then, ended or failed
}

func (o *left) Text() string {
	if !o.OK {
		return "Bot " + o.BotID.String() + " has " + o.State + " already, so nothing was to be left."
	}
	return "Bot " + o.BotID.String() + " is leaving."
}

// leave takes a bot out of its meeting, unless it is known not to be there any
// more: the API says yes to that, too.
func leave(ctx context.Context, api *client.Client, call *Call, id string) (*left, error) {
	if err := notLatest(id); err != nil {
		return nil, err
	}
	if data, err := api.MeetingData(ctx, id, false); err == nil {
		if f := fateOf(data, call.Now); f.state == stateEnded || f.state == stateFailed {
			return &left{BotID: untrusted.ID(id), State: f.state, About: About{Next: "get_meeting_data says what became of it."}}, nil
		}
	}
	return &left{BotID: untrusted.ID(id), OK: true, About: About{Next: "get_meeting_data shows the recording some minutes later."}}, api.Leave(ctx, id)
}

type retranscribe struct {
	botID
	SpeechToText *client.SpeechToText `json:"speech_to_text,omitzero" jsonschema_description:"Who transcribes: a provider, or one with your api_key."`
	WebhookURL   client.Destination   `json:"webhook_url,omitzero" jsonschema_description:"Gets transcription_complete."`
}

type retranscribing struct {
	About
	BotID untrusted.Word `json:"bot_id"`
	OK    bool           `json:"ok"`
}

func (o *retranscribing) Text() string {
	return "The recording of bot " + o.BotID.String() + " is being transcribed again."
}

type deleted struct {
	About
	BotID  untrusted.Word `json:"bot_id"`
	OK     bool           `json:"ok"`
	Status untrusted.Word `json:"status"`
}

func (o *deleted) Text() string {
	words := map[string]string{
		"deleted":          "The recording, transcript and logs are deleted.",
		"partiallyDeleted": "Only a part could be deleted: try again later.",
		"alreadyDeleted":   "Everything was deleted before.",
		"noDataFound":      "There was no data to delete.",
	}
	return fmt.Sprintf("Bot %s: %s (%s)", o.BotID, words[o.Status.String()], o.Status)
}

// names joins cleaned names for a line of text, with how many more there are.
func names(all []untrusted.Text, more int) string {
	texts := make([]string, len(all), len(all)+1)
	for i, name := range all {
		texts[i] = name.Quoted()
	}
	if more > 0 {
		texts = append(texts, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(texts, ", ")
}

// listOf joins words for a line of text.
func listOf(all []untrusted.Word) string {
	texts := make([]string, len(all))
	for i, word := range all {
		texts[i] = word.String()
	}
	return strings.Join(texts, ", ")
}

// texts joins clean words for a line of text.
func texts(all []untrusted.Text) string {
	out := make([]string, len(all))
	for i, text := range all {
		out[i] = text.String()
	}
	return strings.Join(out, ", ")
}

// shortAll cleans names.
func shortAll(all []string) []untrusted.Text {
	out := make([]untrusted.Text, 0, len(all))
	for _, name := range all {
		if clean := untrusted.Name(name); !clean.IsZero() && !slices.Contains(out, clean) {
			out = append(out, clean)
		}
	}
	return out
}
