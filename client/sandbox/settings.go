package sandbox

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// botParam is how a bot is set up, as the API keeps and answers it: flat, with
// secrets in clear.
type botParam struct {
	BotName                       string         `json:"bot_name"`
	BotImage                      *string        `json:"bot_image"`
	DeduplicationKey              *string        `json:"deduplication_key"`
	EnterMessage                  *string        `json:"enter_message"`
	Extra                         jsontext.Value `json:"extra"` // nil is written as null
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

// settings is what a request says of a bot, where it is flat. Decoded over
// settings that hold a bot's own botParam, it changes what the request names
// and clears what it names as null.
type settings struct {
	botParam
	SpeechToText   *speechToText `json:"speech_to_text"`
	SilenceTimeout *int64        `json:"silence_timeout"`
}

// settingsOf returns settings to decode a change of p over.
func settingsOf(p botParam) settings {
	in := settings{botParam: p}
	if p.SpeechToTextProvider != nil {
		in.SpeechToText = &speechToText{*p.SpeechToTextProvider, p.SpeechToTextAPIKey}
	}
	return in
}

// param returns the settings as they are kept.
func (in settings) param() botParam {
	p := in.botParam
	p.SpeechToTextProvider, p.SpeechToTextAPIKey = nil, nil
	if in.SpeechToText != nil {
		p.SpeechToTextProvider, p.SpeechToTextAPIKey = &in.SpeechToText.Provider, in.SpeechToText.APIKey
	}
	return p
}

// speechToText is written as an object or as the provider's bare name.
type speechToText struct {
	Provider string  `json:"provider"`
	APIKey   *string `json:"api_key"`
}

// UnmarshalJSON reads both forms.
func (s *speechToText) UnmarshalJSON(raw []byte) error {
	*s = speechToText{}
	if raw[0] == '"' {
		return json.Unmarshal(raw, &s.Provider)
	}
	type object speechToText
	if err := json.Unmarshal(raw, (*object)(s)); err != nil {
		return err
	}
	if s.Provider == "" {
		return errors.New("missing field `provider`")
	}
	return nil
}

// check holds a bot's settings against the API's enums and bounds, and returns
// nil when they are within. It may change timeouts that it is to clamp. Of a
// value that is absent nothing is said.
func (s *Sandbox) check(p *botParam, silence *int64) *response {
	for _, enum := range []struct {
		field string
		value *string
		valid []string
	}{
		{"recording_mode", p.RecordingMode, []string{"speaker_view", "gallery_view", "audio_only"}},
		{"speech_to_text", p.SpeechToTextProvider, []string{"Gladia", "Runpod", "Default"}},
		{"audio_frequency", p.StreamingAudioFrequency, []string{"16khz", "24khz"}},
	} {
		if enum.value != nil && !slices.Contains(enum.valid, *enum.value) {
			return untyped("%s: unknown variant `%s`, expected one of %s", enum.field, *enum.value, quoted(enum.valid))
		}
	}
	if p.BotImage != nil {
		if u, err := url.Parse(*p.BotImage); err != nil || !u.IsAbs() {
			return untyped("bot_image: invalid value: string %q, expected a URL", *p.BotImage)
		}
	}
	for _, bound := range []struct {
		field   string
		value   *int64
		min     int64
		maximum int64
	}{
		{"waiting_room_timeout", p.WaitingRoomTimeout, 120, 1800},
		{"noone_joined_timeout", p.NooneJoinedTimeout, 120, 1800},
		{"silence_timeout", silence, 300, 1800},
	} {
		if bound.value == nil {
			continue
		}
		if *bound.value < 0 || *bound.value > 1<<32-1 {
			return untyped("%s: invalid value: integer `%d`, expected u32", bound.field, *bound.value)
		}
		clamped, refusal := s.within(bound.field, *bound.value, bound.min, bound.maximum)
		if refusal != nil {
			return refusal
		}
		*bound.value = clamped
	}
	if (p.ZoomSDKID == nil) != (p.ZoomSDKPwd == nil) {
		refusal := refuse(http.StatusBadRequest, "InvalidRequest", "zoom_sdk_id and zoom_sdk_pwd must be set together")
		return &refusal
	}
	return nil
}

// within returns value, or what the range quirk makes of one out of bounds.
func (s *Sandbox) within(field string, value, minimum, maximum int64) (int64, *response) {
	if value >= minimum && value <= maximum {
		return value, nil
	}
	switch s.quirks.outOfRange {
	case "clamp":
		return min(max(value, minimum), maximum), nil
	case "422":
		return 0, untyped("%s: invalid value: integer `%d`, expected %d to %d", field, value, minimum, maximum)
	}
	refusal := refuse(http.StatusBadRequest, "InvalidRequest", fmt.Sprintf("%s must be between %d and %d, got %d", field, minimum, maximum, value))
	return 0, &refusal
}

func quoted(words []string) string {
	var all string
	for i, word := range words {
		if i > 0 {
			all += ", "
		}
		all += "`" + word + "`"
	}
	return all
}
