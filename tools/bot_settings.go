package tools

import (
	"context"
	"net/url"
	"strings"

	"github.com/meetmcp/meetmcp/client"
	"github.com/meetmcp/meetmcp/internal/untrusted"
)

// botSettings are how a bot was set up, secrets aside.
type botSettings struct {
	BotName                       untrusted.Text `json:"bot_name,omitzero"`
	BotImage                      untrusted.Text `json:"bot_image,omitzero"`
	DeduplicationKey              untrusted.Text `json:"deduplication_key,omitzero"`
	EnterMessage                  untrusted.Text `json:"enter_message,omitzero"`
	Extra                         untrusted.JSON `json:"extra,omitzero"`
	NooneJoinedTimeout            *int           `json:"noone_joined_timeout,omitzero"`
	WaitingRoomTimeout            *int           `json:"waiting_room_timeout,omitzero"`
	RecordingMode                 untrusted.Word `json:"recording_mode,omitzero"`
	SpeechToTextProvider          untrusted.Word `json:"speech_to_text_provider,omitzero"`
	StreamingAudioFrequency       untrusted.Word `json:"streaming_audio_frequency,omitzero"`
	TranscriptionCustomParameters untrusted.JSON `json:"transcription_custom_parameters,omitzero"`
	WebhookURL                    untrusted.Text `json:"webhook_url,omitzero"`
	ZoomOBFTokenUserID            untrusted.Text `json:"zoom_obf_token_user_id,omitzero"`
	ZoomSDKID                     untrusted.Text `json:"zoom_sdk_id,omitzero"`
	// Where data or keys go, without what may be a token in the URL.
	StreamingInputHost     untrusted.Text `json:"streaming_input_host,omitzero"`
	StreamingOutputHost    untrusted.Text `json:"streaming_output_host,omitzero"`
	ZoomAccessTokenURLHost untrusted.Text `json:"zoom_access_token_url_host,omitzero"`
	ZoomOBFTokenURLHost    untrusted.Text `json:"zoom_obf_token_url_host,omitzero"`
}

func settingsOf(p *client.BotParam) botSettings {
	conceal(p, nil)
	return botSettings{
		BotName: untrusted.Name(p.BotName), BotImage: withoutQuery(p.BotImage), DeduplicationKey: untrusted.Name(p.DeduplicationKey),
		EnterMessage: untrusted.Long(p.EnterMessage), Extra: untrusted.Of(p.Extra),
		NooneJoinedTimeout: p.NooneJoinedTimeout, WaitingRoomTimeout: p.WaitingRoomTimeout,
		RecordingMode: untrusted.ID(p.RecordingMode), SpeechToTextProvider: untrusted.ID(p.SpeechToTextProvider),
		StreamingAudioFrequency:       untrusted.ID(p.StreamingAudioFrequency),
		TranscriptionCustomParameters: untrusted.Of(p.TranscriptionCustomParameters), WebhookURL: withoutQuery(p.WebhookURL),
		ZoomOBFTokenUserID: untrusted.Name(p.ZoomOBFTokenUserID), ZoomSDKID: untrusted.Name(p.ZoomSDKID),
		StreamingInputHost: hostOf(p.StreamingInput), StreamingOutputHost: hostOf(p.StreamingOutput),
		ZoomAccessTokenURLHost: hostOf(p.ZoomAccessTokenURL), ZoomOBFTokenURLHost: hostOf(p.ZoomOBFTokenURL),
	}
}

// conceal hides the secrets that a bot was set up with wherever else they stand
// in what the API answers about it.
func conceal(p *client.BotParam, bot *client.Bot) {
	var m untrusted.Mask
	m.Add(p.SpeechToTextAPIKey.Reveal(), p.ZoomSDKPassword.Reveal(), p.ZoomOBFToken.Reveal())
	for _, v := range []any{p.Extra, p.TranscriptionCustomParameters} {
		m.AddFrom(v)
	}
	if bot != nil {
		m.AddFrom(bot.TranscriptionPayloads)
		bot.Errors, bot.MeetingURL = m.Text(bot.Errors), m.Text(bot.MeetingURL)
		bot.TranscriptionPayloads, bot.UserReportedError = m.JSON(bot.TranscriptionPayloads), m.JSON(bot.UserReportedError)
	}
	for _, text := range []*string{&p.BotName, &p.BotImage, &p.EnterMessage, &p.DeduplicationKey, &p.WebhookURL, &p.StreamingInput, &p.StreamingOutput, &p.ZoomAccessTokenURL, &p.ZoomOBFTokenURL} {
		*text = m.Text(*text)
	}
	p.Extra, p.TranscriptionCustomParameters = m.JSON(p.Extra), m.JSON(p.TranscriptionCustomParameters)
}

// meetingData reads a meeting from the API, without the secrets of its bot.
func meetingData(ctx context.Context, api *client.Client, id string) (*client.MeetingData, error) {
	data, err := api.MeetingData(ctx, id, true)
	if err == nil {
		conceal(&data.BotData.Bot.BotParam, &data.BotData.Bot)
	}
	return data, err
}

// withoutQuery shows a URL up to its query, in which there may be a token.
func withoutQuery(text string) untrusted.Text {
	text, _, _ = strings.Cut(text, "#")
	if before, _, found := strings.Cut(text, "?"); found {
		text = before + "?…"
	}
	return untrusted.Link(text)
}

// hostOf shows of a URL only its scheme and host.
func hostOf(text string) untrusted.Text {
	u, err := url.Parse(text)
	switch {
	case text == "":
		return untrusted.Text{}
	case err != nil || u.Host == "":
		return untrusted.Name("set, but no URL")
	}
	return untrusted.Name(u.Scheme + "://" + u.Host)
}
