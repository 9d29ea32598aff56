package sandbox

import (
	"net/http"

	"github.com/go-json-experiment/json/jsontext"
)

// guide describes webhooks to whoever is to receive them.
type guide struct {
	Title    string       `json:"title"`
	Delivery rules        `json:"delivery"`
	Events   []guideEvent `json:"events"`
	Notes    []string     `json:"notes"`
}

type rules struct {
	Method    string `json:"method"`
	Header    string `json:"header"`
	Envelope  string `json:"envelope"`
	Answer    string `json:"answer"`
	Retries   string `json:"retries"`
	Where     string `json:"where"`
	Duplicate string `json:"duplicates"`
}

type guideEvent struct {
	Event   string         `json:"event"`
	When    string         `json:"when"`
	Fields  []guideField   `json:"fields"`
	Example jsontext.Value `json:"example"`
}

type guideField struct {
	Name    string `json:"name"`
	Type    string `json:"type"`
	Meaning string `json:"meaning"`
}

func webhookGuide(s *Sandbox, a *account, r *http.Request, body []byte) response {
	return ok(guide{"Webhooks", webhookRules(), append(botEvents(), calendarEvents()...), append(botNotes(), calendarNotes()...)})
}

func botWebhookGuide(s *Sandbox, a *account, r *http.Request, body []byte) response {
	return ok(guide{"Webhooks about bots", webhookRules(), botEvents(), botNotes()})
}

func calendarWebhookGuide(s *Sandbox, a *account, r *http.Request, body []byte) response {
	return ok(guide{"Webhooks about calendars", webhookRules(), calendarEvents(), calendarNotes()})
}

func webhookRules() rules {
	return rules{
		Method:    "POST with a JSON body to your URL",
		Header:    "x-meeting-baas-api-key carries your own API key: compare it before you trust the body; there is no signature",
		Envelope:  `{"event": name, "data": {…}}`,
		Answer:    "any 2xx within 10 seconds; do slow work afterwards",
		Retries:   "anything else is sent again a few times, further and further apart; a status change fewer times than a final event",
		Where:     "the account's webhook URL, unless the bot has a webhook_url of its own; calendar events go to the account's only",
		Duplicate: "the same event can arrive twice: key on bot_id, event and status.code",
	}
}

func botEvents() []guideEvent {
	bot := guideField{"bot_id", "string", "the bot, as join answered it"}
	fromCalendar := guideField{"event_uuid", "string or null", "the calendar event that sent the bot; the only way to learn which bot a scheduled recording became"}
	extra := guideField{"extra", "any", "what was given as extra when the bot was sent"}
	return []guideEvent{
		{
			"bot.status_change",
			"a bot gets further. Codes in order: joining_call, in_waiting_room (left out when admitted at once), in_call_not_recording, in_call_recording, " +
				"recording_paused and recording_resumed (any number of times), call_ended, then recording_succeeded or recording_failed. " +
				"In place of progress: bot_rejected, bot_removed, bot_removed_too_early, waiting_room_timeout, invalid_meeting_url, meeting_error, api_request_stop",
			[]guideField{
				bot,
				{"status.code", "string", "one of the codes; take an unknown one for progress"},
				{"status.created_at", "string", "when, in UTC with milliseconds"},
				{"status.start_time", "number", "with in_call_recording: when the recording began, in milliseconds since 1970; look beside status too"},
				{"status.error_message", "string", "with an error code: what happened; look beside status too"},
			},
			jsontext.Value(`{"event":"bot.status_change","data":{"bot_id":"0b9c2f4e-6a1d-4c55-9d0e-2f1f3a7c8e11","status":{"code":"in_call_recording","created_at":"2026-03-02T09:00:41.120Z","start_time":1772442041120}}}`),
		},
		{
			"complete",
			"the recording is ready. Nothing else comes for this bot, but for transcription_complete",
			[]guideField{
				bot, fromCalendar,
				{"mp4", "string", "link to the video, empty with audio_only; expires after hours, so download it at once"},
				{"audio", "string", "link to the sound as WAV; expires likewise"},
				{"speakers", "array of strings", "who spoke; only when speech_to_text was asked for"},
				{"transcript", "array", "only when speech_to_text was asked for: {speaker, offset, start_time, end_time, words: [{start, end, word}]}, in seconds from the start of the recording"},
				extra,
			},
			jsontext.Value(`{"event":"complete","data":{"bot_id":"0b9c2f4e-6a1d-4c55-9d0e-2f1f3a7c8e11","event_uuid":null,
				"mp4":"https://files.example.com/rec.mp4?signature=…","audio":"https://files.example.com/rec.wav?signature=…","speakers":["Tamsin Oakes"],
				"transcript":[{"speaker":"Tamsin Oakes","offset":2.1,"start_time":2.1,"end_time":2.9,"words":[{"start":2.1,"end":2.4,"word":"Shall"},{"start":2.5,"end":2.9,"word":"we?"}]}],
				"event":"complete","extra":{"title":"Roof garden committee"}}}`),
		},
		{
			"failed",
			"a bot could not join or record. Nothing else comes for this bot",
			[]guideField{
				bot, fromCalendar,
				{"error", "string", "CannotJoinMeeting, TimeoutWaitingToStart, BotNotAccepted, BotRemoved, BotRemovedTooEarly, InvalidMeetingUrl, StreamingSetupFailed, " +
					"WaitingForHostTimeout or InternalError; also seen in snake_case (meeting_not_found, access_denied, authentication_error, network_error, internal_error), so compare without case and underscores"},
				{"message", "string", "the same in words"},
				extra,
			},
			jsontext.Value(`{"event":"failed","data":{"bot_id":"0b9c2f4e-6a1d-4c55-9d0e-2f1f3a7c8e11","event_uuid":"7d1e5a90-3b42-4f6c-8a27-c9d04be61f35","error":"BotNotAccepted","message":"Nobody let the bot in","extra":null}}`),
		},
		{
			"transcription_complete",
			"a transcript was made or, after retranscribe, replaced",
			[]guideField{bot},
			jsontext.Value(`{"event":"transcription_complete","data":{"bot_id":"0b9c2f4e-6a1d-4c55-9d0e-2f1f3a7c8e11"}}`),
		},
	}
}

func botNotes() []string {
	return []string{
		"A webhook writes words as {start, end, word}; GET /bots/meeting_data writes them as {start_time, end_time, text}.",
		"transcription_complete has no transcript in it: fetch GET /bots/meeting_data.",
		"Links in a webhook expire; GET /bots/meeting_data answers fresh ones.",
		"A bot without a webhook can be followed with GET /bots/meeting_data: ended_at is set once all is over.",
	}
}

func calendarEvents() []guideEvent {
	return []guideEvent{{
		"calendar.sync_events",
		"events of a calendar are new, changed or gone: after create_calendar, after a resync, and when somebody edits the calendar",
		[]guideField{
			{"calendar_id", "string", "the calendar's uuid"},
			{"last_updated_ts", "string", "when it was synced, UTC"},
			{"affected_event_uuids", "array of strings", "the events to fetch again with GET /calendar_events/{uuid}"},
		},
		jsontext.Value(`{"event":"calendar.sync_events","data":{"calendar_id":"c4a8e2d6-915f-4b03-a7c1-5e60f29d8b74","last_updated_ts":"2026-03-02T09:00:00Z","affected_event_uuids":["7d1e5a90-3b42-4f6c-8a27-c9d04be61f35"]}}`),
	}}
}

func calendarNotes() []string {
	return []string{
		"An event that was cancelled stays and has deleted set.",
		"Scheduling a recording answers no bot id: match event_uuid of the bot's own webhooks.",
		"Changing a calendar's access unschedules its bots: schedule them again after the sync.",
	}
}
