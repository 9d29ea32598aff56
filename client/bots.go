package client

import (
	"context"
	"iter"
	"net/url"
	"strconv"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// SpeechToText chooses who transcribes. The API takes and writes it as an
// object or as the provider's bare name.
type SpeechToText struct {
	Provider string `json:"provider" jsonschema:"enum=Gladia,enum=Runpod,enum=Default"`
	APIKey   Secret `json:"api_key,omitzero" jsonschema_description:"Secret, or env:NAME."`
}

// UnmarshalJSON reads both forms.
func (s *SpeechToText) UnmarshalJSON(raw []byte) error {
	if raw[0] == '"' {
		return json.Unmarshal(raw, &s.Provider)
	}
	type object SpeechToText
	return json.Unmarshal(raw, (*object)(s))
}

// BotSettings are the settings that a bot sent now and a bot for a calendar
// event share, under the same names. Extra and TranscriptionCustomParameters
// are JSON objects, sent as they are.
type BotSettings struct {
	RecordingMode                 string         `json:"recording_mode,omitzero" jsonschema:"enum=speaker_view,enum=gallery_view,enum=audio_only" jsonschema_description:"gallery_view is still in development."`
	SpeechToText                  *SpeechToText  `json:"speech_to_text,omitzero" jsonschema_description:"Who transcribes: a provider, or one with your api_key."`
	TranscriptionCustomParameters jsontext.Value `json:"transcription_custom_parameters,omitzero" jsonschema_description:"JSON object, passed to the transcriber."`
	BotImage                      string         `json:"bot_image,omitzero" jsonschema_extras:"most=4000" jsonschema_description:"URL of the picture it shows, 16:9."`
	Extra                         jsontext.Value `json:"extra,omitzero" jsonschema_description:"Your own data, a JSON object; its title names the meeting."`
	DeduplicationKey              string         `json:"deduplication_key,omitzero" jsonschema_extras:"most=200" jsonschema_description:"A fresh key allows a second bot in the same meeting within 5 minutes."`
	WebhookURL                    Destination    `json:"webhook_url,omitzero" jsonschema_description:"Gets this bot's events instead of the account's webhook."`
	ZoomSDKID                     string         `json:"zoom_sdk_id,omitzero" jsonschema_extras:"most=200" jsonschema_description:"Own Zoom app; needs zoom_sdk_pwd."`
	ZoomSDKPassword               Secret         `json:"zoom_sdk_pwd,omitzero" jsonschema_description:"Secret, or env:NAME."`
	ZoomOBFTokenUserID            string         `json:"zoom_obf_token_user_id,omitzero" jsonschema_extras:"most=200" jsonschema_description:"A Zoom connection's zoom_user_id, to join external meetings."`
	ZoomOBFToken                  Secret         `json:"zoom_obf_token,omitzero" jsonschema_description:"Secret, or env:NAME."`
	ZoomOBFTokenURL               Destination    `json:"zoom_obf_token_url,omitzero" jsonschema_description:"Asked for an OBF token on joining."`
	ZoomAccessTokenURL            Destination    `json:"zoom_access_token_url,omitzero" jsonschema_description:"Asked for a ZAK token on joining."`
}

// AutomaticLeave says when a bot gives up, in seconds; zero leaves the API's
// default of 600. NooneJoinedTimeout and SilenceTimeout work on Google Meet
// and Teams only, and Meet ends the waiting room itself after about 600.
type AutomaticLeave struct {
	WaitingRoomTimeout int `json:"waiting_room_timeout,omitzero" jsonschema:"minimum=120,maximum=1800"`
	NooneJoinedTimeout int `json:"noone_joined_timeout,omitzero" jsonschema:"minimum=120,maximum=1800"`
	SilenceTimeout     int `json:"silence_timeout,omitzero" jsonschema:"minimum=300,maximum=1800"`
}

// Streaming connects the meeting's audio to WebSockets of the caller's.
type Streaming struct {
	Output         Destination `json:"output,omitzero" jsonschema_description:"WebSocket that gets the audio."`
	Input          Destination `json:"input,omitzero" jsonschema_description:"WebSocket whose audio is played."`
	AudioFrequency string      `json:"audio_frequency,omitzero" jsonschema:"enum=16khz,enum=24khz"`
}

// JoinRequest is the body of join.
type JoinRequest struct {
	MeetingURL     string          `json:"meeting_url" jsonschema_extras:"most=4000" jsonschema_description:"Link to a Zoom, Google Meet or Teams meeting."`
	BotName        string          `json:"bot_name" jsonschema_extras:"most=200,free=true" jsonschema_description:"Name shown in the meeting."`
	StartTime      *UnixTime       `json:"start_time,omitzero"`
	EntryMessage   string          `json:"entry_message,omitzero" jsonschema_extras:"free=true" jsonschema_description:"Posted to the chat on joining; not on Teams."`
	AutomaticLeave *AutomaticLeave `json:"automatic_leave,omitzero" jsonschema_description:"When the bot gives up: seconds in the waiting room, with nobody there, without a word. 600 each by default."`
	Streaming      *Streaming      `json:"streaming,omitzero"`
	BotSettings
}

// Joined names the bot that was sent.
type Joined struct {
	BotID string `json:"bot_id"`
}

// Join sends a bot to a meeting, now or at StartTime: POST /bots/.
func (c *Client) Join(ctx context.Context, in JoinRequest) (*Joined, error) {
	return call[Joined](ctx, c, request{op: "join", method: "POST", path: "/bots/", body: in})
}

// Leave takes a bot out of its meeting: DELETE /bots/{uuid}.
func (c *Client) Leave(ctx context.Context, botID string) error {
	return done(ctx, c, request{op: "leave", method: "DELETE", path: "/bots/{}", id: botID})
}

// BotQuery filters the list of bots. Zero fields do not filter. Speaker names
// are not among the filters, since the API takes but ignores them.
type BotQuery struct {
	Limit         int       // page size, 1–50; 0 leaves the API's 10
	Cursor        string    // NextCursor of the page before
	BotName       string    // part of the bot's name, any case
	MeetingURL    string    // part of the link, any case
	CreatedAfter  time.Time // inclusive, whole seconds
	CreatedBefore time.Time // inclusive, whole seconds
	EndedAfter    time.Time // inclusive, whole seconds
	FilterByExtra string    // "key:value,key2:value2", all exact
	SortByExtra   string    // "key" or "key:desc"
}

// ListedBot is one bot as the list shows it.
type ListedBot struct {
	UUID           string   `json:"uuid"`
	ID             ID       `json:"id"`
	BotName        string   `json:"bot_name"`
	MeetingURL     string   `json:"meeting_url"`
	CreatedAt      Time     `json:"created_at"`
	EndedAt        Time     `json:"ended_at"`
	Duration       *int64   `json:"duration"` // seconds
	Speakers       []string `json:"speakers"`
	Extra          any      `json:"extra"`
	SessionID      string   `json:"session_id"` // set while the bot runs
	AccessCount    *int64   `json:"access_count"`
	LastAccessedAt Time     `json:"last_accessed_at"`
}

// BotPage is one page of the list. Since extra is filtered after paging, a
// page may be short or empty while NextCursor is set.
type BotPage struct {
	Bots        []ListedBot `json:"bots"`
	NextCursor  string      `json:"next_cursor"` // "" on the last page
	LastUpdated Time        `json:"last_updated"`
	Cut         bool        `json:"-"` // there may be another page, and what leads there could not be read
}

// Bots lists one page of bots, newest first: GET /bots/bots_with_metadata.
func (c *Client) Bots(ctx context.Context, q BotQuery) (*BotPage, error) {
	values := url.Values{}
	if q.Limit > 0 {
		values.Set("limit", strconv.Itoa(q.Limit))
	}
	setText(values, "cursor", q.Cursor)
	setText(values, "bot_name", q.BotName)
	setText(values, "meeting_url", q.MeetingURL)
	setTime(values, "created_after", q.CreatedAfter, naive)
	setTime(values, "created_before", q.CreatedBefore, naive)
	setTime(values, "ended_after", q.EndedAfter, naive)
	setText(values, "filter_by_extra", q.FilterByExtra)
	setText(values, "sort_by_extra", q.SortByExtra)
	return call[BotPage](ctx, c, request{op: "bots_with_metadata", method: "GET", path: "/bots/bots_with_metadata", query: values})
}

// AllBots lists bots over all pages, newest first and each once, until the last
// page or the first error, which is a *Cut where the pages do not come to an end.
func (c *Client) AllBots(ctx context.Context, q BotQuery) iter.Seq2[ListedBot, error] {
	return pages(c, q.Cursor, func(b ListedBot) string { return b.UUID }, func(cursor string) ([]ListedBot, string, error) {
		q.Cursor = cursor
		page, err := c.Bots(ctx, q)
		if err != nil {
			return nil, "", err
		}
		if page.Cut {
			return page.Bots, "", UnreadableNext
		}
		return page.Bots, page.NextCursor, nil
	})
}

// Retranscription is the body of retranscribe_bot.
type Retranscription struct {
	BotID        string        `json:"bot_uuid"`
	SpeechToText *SpeechToText `json:"speech_to_text,omitzero"`
	WebhookURL   Destination   `json:"webhook_url,omitzero"`
}

// retranscribed is the answer where it has a body, of which the document says
// nothing.
type retranscribed struct {
	BotUUID string `json:"bot_uuid"`
	BotID   string `json:"bot_id"`
}

// Retranscribe has a recording transcribed again, which replaces its
// transcript some minutes later: POST /bots/retranscribe.
func (c *Client) Retranscribe(ctx context.Context, in Retranscription) error {
	if err := checkID(in.BotID); err != nil {
		return err
	}
	_, err := call[retranscribed](ctx, c, request{op: "retranscribe_bot", method: "POST", path: "/bots/retranscribe", id: in.BotID, body: in})
	return err
}

// Deletion says how far deleting a bot's data went: deleted, partiallyDeleted,
// alreadyDeleted or noDataFound.
type Deletion struct {
	Status string `json:"status"`
}

// DeleteData deletes a bot's recording, transcript and logs for good: POST
// /bots/{uuid}/delete_data. The API allows five a minute for one key; a sixth
// is refused here, with the time to wait.
func (c *Client) DeleteData(ctx context.Context, botID string) (*Deletion, error) {
	if err := checkID(botID); err != nil {
		return nil, err
	}
	if err := c.deletions.admit(c.KeyFor(ctx).Reveal()); err != nil {
		return nil, err
	}
	return call[Deletion](ctx, c, request{op: "delete_data", method: "POST", path: "/bots/{}/delete_data", id: botID})
}

// Screenshot is one picture of a meeting, behind a link that expires.
type Screenshot struct {
	Date string `json:"date"`
	URL  string `json:"url"`
}

type screenshotList []Screenshot

// Screenshots lists a bot's pictures, none for Zoom: GET /bots/{uuid}/screenshots.
func (c *Client) Screenshots(ctx context.Context, botID string) ([]Screenshot, error) {
	shots, err := call[screenshotList](ctx, c, request{op: "get_screenshots", method: "GET", path: "/bots/{}/screenshots", id: botID})
	if err != nil {
		return nil, err
	}
	return *shots, nil
}
