package sandbox

import (
	"strings"
	"time"
	"unicode"

	"github.com/go-json-experiment/json/jsontext"
)

// follow sends a bot's events as its plan comes to them.
func (s *Sandbox) follow(a *account, b *bot) {
	p := &b.plan
	var at time.Time
	var send func()
	switch {
	case p.told < len(p.steps):
		step := p.steps[p.told]
		at, send = step.at, func() { s.notify(a, s.webhookOf(a, b), s.statusEvent(b, step), nil) }
	case p.told == len(p.steps):
		at, send = p.finished(), func() {
			s.notify(a, s.webhookOf(a, b), s.finalEvent(b), func(err error) {
				if err != nil {
					b.webhookError = err.Error() // the recording is none the worse
				}
			})
		}
	default:
		return
	}
	p.timer = s.at(at, func() {
		send()
		p.told++
		s.follow(a, b)
	})
}

// webhookOf returns where a bot's events go, "" for nowhere.
func (s *Sandbox) webhookOf(a *account, b *bot) string {
	if b.settings.WebhookURL != "" {
		return b.settings.WebhookURL
	}
	return a.webhook
}

// statusExtras are what some statuses carry besides.
type statusExtras struct {
	StartTime    int64  `json:"start_time,omitzero"` // milliseconds since 1970
	ErrorMessage string `json:"error_message,omitzero"`
	ErrorType    string `json:"error_type,omitzero"`
}

// statusEvent tells one change of a bot's status.
func (s *Sandbox) statusEvent(b *bot, at step) event {
	type status struct {
		Code      string `json:"code"`
		CreatedAt string `json:"created_at"`
		statusExtras
	}
	data := struct {
		BotID string `json:"bot_id"`
		statusExtras
		Status status `json:"status"`
	}{BotID: b.uuid, Status: status{Code: at.code, CreatedAt: at.at.UTC().Format("2006-01-02T15:04:05.000Z")}}
	extras := &data.Status.statusExtras
	if s.quirks.extrasOutside {
		extras = &data.statusExtras
	}
	if at.code == "in_call_recording" {
		extras.StartTime = at.at.UnixMilli()
	}
	if at.message != "" {
		extras.ErrorMessage, extras.ErrorType = at.message, b.plan.failure
	}
	return event{"bot.status_change", data}
}

// heardTurn and heardWord are a transcript as webhooks carry it, under other
// names than over REST.
type heardTurn struct {
	Speaker   string      `json:"speaker"`
	Offset    float64     `json:"offset"`
	StartTime float64     `json:"start_time"`
	EndTime   *float64    `json:"end_time"`
	Words     []heardWord `json:"words"`
}

type heardWord struct {
	Start float64 `json:"start"`
	End   float64 `json:"end"`
	Word  string  `json:"word"`
}

// finalEvent tells how it all ended.
func (s *Sandbox) finalEvent(b *bot) event {
	var eventUUID *string
	if b.eventUUID != "" {
		eventUUID = &b.eventUUID
	}
	if b.plan.failure != "" {
		return event{"failed", struct {
			BotID     string         `json:"bot_id"`
			EventUUID *string        `json:"event_uuid"`
			Error     string         `json:"error"`
			Message   string         `json:"message"`
			Extra     jsontext.Value `json:"extra"`
		}{b.uuid, eventUUID, s.failureWord(b.plan.failure), b.plan.message, b.settings.Extra}}
	}
	files := s.links(b, s.now())
	turns := []heardTurn{}
	for _, t := range b.transcripts(s.now()) {
		turn := heardTurn{Speaker: t.Speaker, Offset: t.StartTime, StartTime: t.StartTime, EndTime: t.EndTime, Words: []heardWord{}}
		for _, w := range t.Words {
			turn.Words = append(turn.Words, heardWord{w.StartTime, w.EndTime, w.Text})
		}
		turns = append(turns, turn)
	}
	return event{"complete", struct {
		BotID      string         `json:"bot_id"`
		EventUUID  *string        `json:"event_uuid"`
		MP4        string         `json:"mp4"`
		Audio      string         `json:"audio"`
		Speakers   []string       `json:"speakers"`
		Transcript []heardTurn    `json:"transcript"`
		Event      string         `json:"event"`
		Extra      jsontext.Value `json:"extra"`
	}{b.uuid, eventUUID, files.mp4, files.audio, b.voices(s.now()), turns, "complete", b.settings.Extra}}
}

// failureWord writes the word of a failed event as the failed quirk has it.
func (s *Sandbox) failureWord(word string) string {
	if !s.quirks.failedSnake {
		return word
	}
	switch word {
	case "CannotJoinMeeting", "InvalidMeetingUrl":
		return "meeting_not_found"
	case "BotNotAccepted", "RecordingRightsNotGranted":
		return "access_denied"
	case "InternalError":
		return "internal_error"
	}
	var b strings.Builder
	for i, r := range word {
		if unicode.IsUpper(r) && i > 0 {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}
