package tools

import (
	"net/url"
	"strings"

	"github.com/meetmcp/meetmcp/client"
	"github.com/meetmcp/meetmcp/internal/transcript"
)

// botSettings are how a bot was set up, secrets aside.
type botSettings struct {
	BotName                       said     `json:"bot_name,omitzero"`
	BotImage                      said     `json:"bot_image,omitzero"`
	DeduplicationKey              said     `json:"deduplication_key,omitzero"`
	EnterMessage                  said     `json:"enter_message,omitzero"`
	Extra                         anything `json:"extra,omitzero"`
	NooneJoinedTimeout            *int     `json:"noone_joined_timeout,omitzero"`
	WaitingRoomTimeout            *int     `json:"waiting_room_timeout,omitzero"`
	RecordingMode                 string   `json:"recording_mode,omitzero"`
	SpeechToTextProvider          string   `json:"speech_to_text_provider,omitzero"`
	StreamingAudioFrequency       string   `json:"streaming_audio_frequency,omitzero"`
	TranscriptionCustomParameters anything `json:"transcription_custom_parameters,omitzero"`
	WebhookURL                    said     `json:"webhook_url,omitzero"`
	ZoomOBFTokenUserID            said     `json:"zoom_obf_token_user_id,omitzero"`
	ZoomSDKID                     said     `json:"zoom_sdk_id,omitzero"`
	// Where data or keys go, without what may be a token in the URL.
	StreamingInputHost     said `json:"streaming_input_host,omitzero"`
	StreamingOutputHost    said `json:"streaming_output_host,omitzero"`
	ZoomAccessTokenURLHost said `json:"zoom_access_token_url_host,omitzero"`
	ZoomOBFTokenURLHost    said `json:"zoom_obf_token_url_host,omitzero"`
}

func settingsOf(p *client.BotParam) botSettings {
	return botSettings{
		BotName: short(p.BotName), BotImage: link(p.BotImage), DeduplicationKey: short(p.DeduplicationKey),
		EnterMessage: said(transcript.Line(p.EnterMessage, freeText)), Extra: cleaned(p.Extra),
		NooneJoinedTimeout: p.NooneJoinedTimeout, WaitingRoomTimeout: p.WaitingRoomTimeout,
		RecordingMode: p.RecordingMode, SpeechToTextProvider: p.SpeechToTextProvider,
		StreamingAudioFrequency:       p.StreamingAudioFrequency,
		TranscriptionCustomParameters: cleaned(p.TranscriptionCustomParameters), WebhookURL: withoutQuery(p.WebhookURL),
		ZoomOBFTokenUserID: short(p.ZoomOBFTokenUserID), ZoomSDKID: short(p.ZoomSDKID),
		StreamingInputHost: hostOf(p.StreamingInput), StreamingOutputHost: hostOf(p.StreamingOutput),
		ZoomAccessTokenURLHost: hostOf(p.ZoomAccessTokenURL), ZoomOBFTokenURLHost: hostOf(p.ZoomOBFTokenURL),
	}
}

// withoutQuery shows a URL up to its query, in which there may be a token.
func withoutQuery(text string) said {
	if before, _, found := strings.Cut(text, "?"); found {
		text = before + "?…"
	}
	return link(text)
}

// hostOf shows of a URL only its scheme and host.
func hostOf(text string) said {
	u, err := url.Parse(text)
	switch {
	case text == "":
		return ""
	case err != nil || u.Host == "":
		return "set, but no URL"
	}
	return short(u.Scheme + "://" + u.Host)
}
