package client

import (
	"context"
	"errors"
	"net/url"
	"strconv"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// BotParam is how a bot was set up, as the API answers it: flat, and with
// secrets in clear, which Secret hides again.
type BotParam struct {
	BotName                       string `json:"bot_name"`
	BotImage                      string `json:"bot_image,omitzero"`
	DeduplicationKey              string `json:"deduplication_key,omitzero"`
	EnterMessage                  string `json:"enter_message,omitzero"`
	Extra                         any    `json:"extra"`
	NooneJoinedTimeout            *int   `json:"noone_joined_timeout,omitzero"` // seconds
	RecordingMode                 string `json:"recording_mode,omitzero"`
	SpeechToTextAPIKey            Secret `json:"speech_to_text_api_key,omitzero"`
	SpeechToTextProvider          string `json:"speech_to_text_provider,omitzero"`
	StreamingAudioFrequency       string `json:"streaming_audio_frequency,omitzero"`
	StreamingInput                string `json:"streaming_input,omitzero"`
	StreamingOutput               string `json:"streaming_output,omitzero"`
	TranscriptionCustomParameters any    `json:"transcription_custom_parameters"`
	WaitingRoomTimeout            *int   `json:"waiting_room_timeout,omitzero"` // seconds
	WebhookURL                    string `json:"webhook_url"`
	ZoomAccessTokenURL            string `json:"zoom_access_token_url,omitzero"`
	ZoomOBFToken                  Secret `json:"zoom_obf_token,omitzero"`
	ZoomOBFTokenURL               string `json:"zoom_obf_token_url,omitzero"`
	ZoomOBFTokenUserID            string `json:"zoom_obf_token_user_id,omitzero"`
	ZoomSDKID                     string `json:"zoom_sdk_id,omitzero"`
	ZoomSDKPassword               Secret `json:"zoom_sdk_pwd,omitzero"`
}

// Bot is one bot and how it fared. The API tells no more about a bot under way
// than these times: not whether it waits in a lobby, nor that it is paused.
type Bot struct {
	BotParam
	UUID                  string `json:"uuid"`
	ID                    ID     `json:"id"`
	AccountID             int64  `json:"account_id"`
	BotParamID            int64  `json:"bot_param_id"`
	MeetingURL            string `json:"meeting_url"`
	CreatedAt             Time   `json:"created_at"`
	BotJoinedAt           Time   `json:"bot_joined_at"` // zero until admitted
	BotExitedAt           Time   `json:"bot_exited_at"` // zero until it left
	EndedAt               Time   `json:"ended_at"`      // zero until all is over
	Errors                string `json:"errors"`        // free text, "" when all went well
	DiarizationFails      *int   `json:"diarization_fails"`
	DiarizationV2         bool   `json:"diarization_v2"`
	EventID               *int64 `json:"event_id"`
	IsStopped             bool   `json:"is_stopped"`
	MP4S3Path             string `json:"mp4_s3_path"` // emptied by delete_data
	Reserved              bool   `json:"reserved"`
	ScheduledBotID        *int64 `json:"scheduled_bot_id"`
	SessionID             string `json:"session_id"`      // set while the bot runs
	SilenceTimeout        *int   `json:"silence_timeout"` // seconds
	TranscriptionFails    *int   `json:"transcription_fails"`
	TranscriptionPayloads any    `json:"transcription_payloads"`
	UserReportedError     any    `json:"user_reported_error"`
}

// Word is one spoken word, timed in seconds from the recording's start. A long
// meeting has hundreds of thousands: what nobody reads of them is not kept.
type Word struct {
	Text      string  `json:"text"`
	StartTime float64 `json:"start_time"`
	EndTime   float64 `json:"end_time"`
}

func (*Word) kind() jsontext.Kind { return jsontext.KindBeginObject }

// UnmarshalJSONFrom reads a word in both spellings: text, start_time and
// end_time over REST; word, start and end in webhooks.
func (w *Word) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	switch dec.PeekKind() {
	case jsontext.KindNull:
		return dec.SkipValue()
	case jsontext.KindBeginObject:
	default:
		return errNoObject
	}
	if _, err := dec.ReadToken(); err != nil {
		return err
	}
	for dec.PeekKind() != jsontext.KindEndObject {
		name, err := dec.ReadToken()
		if err != nil {
			return err
		}
		switch name.String() {
		case "text", "word":
			err = json.UnmarshalDecode(dec, &w.Text)
		case "start_time", "start":
			err = json.UnmarshalDecode(dec, &w.StartTime)
		case "end_time", "end":
			err = json.UnmarshalDecode(dec, &w.EndTime)
		default:
			err = dec.SkipValue()
		}
		if err != nil {
			return err
		}
	}
	_, err := dec.ReadToken()
	return err
}

// errNoObject is of JSON that cannot be a word.
var errNoObject = errors.New("a word is not an object")

// Words are the words of a turn, without those in which there is nothing.
type Words []Word

func (*Words) kind() jsontext.Kind { return jsontext.KindBeginArray }

// UnmarshalJSONFrom reads them one by one.
func (all *Words) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	switch dec.PeekKind() {
	case jsontext.KindNull:
		*all = nil
		return dec.SkipValue()
	case jsontext.KindBeginArray:
	default:
		return errNoList
	}
	if _, err := dec.ReadToken(); err != nil {
		return err
	}
	for dec.PeekKind() != jsontext.KindEndArray {
		var w Word
		if err := json.UnmarshalDecode(dec, &w); err != nil {
			return err
		}
		if w.Text != "" {
			*all = append(*all, w)
		}
	}
	_, err := dec.ReadToken()
	return err
}

// errNoList is of JSON that cannot be words.
var errNoList = errors.New("words are not a list")

// Transcript is what one speaker said in one go. Times are seconds from the
// recording's start.
type Transcript struct {
	ID        int64    `json:"id"`
	BotID     int64    `json:"bot_id"`
	UserID    *int64   `json:"user_id"`
	Speaker   string   `json:"speaker"`
	Lang      string   `json:"lang"` // "" when the transcriber did not say
	StartTime float64  `json:"start_time"`
	EndTime   *float64 `json:"end_time"`
	Words     Words    `json:"words"`
}

// BotData is the part of the answer about the bot and what it heard.
type BotData struct {
	Bot         Bot          `json:"bot"`
	EventUUID   string       `json:"event_uuid"` // "" unless a calendar sent it
	Transcripts []Transcript `json:"transcripts"`
	Unread      bool         `json:"-"` // there is something in place of transcripts that cannot be read
}

// MeetingData is a meeting: its bot, its transcript and links to its files. A
// link is "" when there is no such file, and expires after some hours (the API
// names 2, 4 and 24 in different places; reckon with 2).
type MeetingData struct {
	MP4                           string  `json:"mp4"`
	Audio                         string  `json:"audio"` // WAV
	MeetingParticipantsFile       string  `json:"meeting_participants_file"`
	SpeakerDiarizationFile        string  `json:"speaker_diarization_file"`
	SpeakerDiarizationFileNetwork string  `json:"speaker_diarization_file_network"`
	Duration                      int64   `json:"duration"` // seconds recorded
	BotData                       BotData `json:"bot_data"`
	Unsure                        bool    `json:"-"` // what tells how the meeting stands could not be read
}

// MeetingData fetches a meeting, about 1 MB an hour with its transcript: GET
// /bots/meeting_data.
func (c *Client) MeetingData(ctx context.Context, botID string, transcripts bool) (*MeetingData, error) {
	if err := checkID(botID); err != nil {
		return nil, err
	}
	data, err := call[MeetingData](ctx, c, request{
		op: "get_meeting_data", method: "GET", path: "/bots/meeting_data", id: botID,
		query: url.Values{"bot_id": {botID}, "include_transcripts": {strconv.FormatBool(transcripts)}},
	})
	if err != nil {
		return nil, err
	}
	// What went wrong may be told with the key that was refused.
	bot := &data.BotData.Bot
	hide := maskOf(c.KeyFor(ctx).Reveal(), bot.SpeechToTextAPIKey.Reveal(), bot.ZoomSDKPassword.Reveal(), bot.ZoomOBFToken.Reveal())
	bot.Errors, bot.UserReportedError = hide.text(bot.Errors), hide.json(bot.UserReportedError)
	bot.TranscriptionPayloads = hide.json(bot.TranscriptionPayloads)
	return data, nil
}
