package sandbox

import (
	"net/http"
	"time"
)

// bot is one bot of an account.
type bot struct {
	uuid        string
	id, paramID int64
	session     string
	eventUUID   string // the calendar event's, "" without
	eventID     *int64
	scheduledID *int64 // when it was to come later
	url         string
	link        link
	failure     *Failure // nil in an ordinary meeting
	heard       *meeting
	settings    botParam
	silence     *int64
	reserved    bool
	duplicate   bool // accepted only to fail, for the dedup quirk
	always      bool // transcribed whatever the settings say
	created     time.Time
	plan        plan
	stopped     bool

	file *meetingData // a person's own, answered as it is

	webhookError  string
	retranscribed int // how often
	filesDeleted  bool
	wordsDeleted  bool
	speakers      []string // once the transcript is there
	accesses      int64
	accessed      time.Time
}

func (b *bot) platform() platform { return b.link.platform }

// transcribed reports whether the recording is to be transcribed.
func (b *bot) transcribed() bool { return b.settings.SpeechToTextProvider != nil || b.always }

// joinBody is the body of join, whose settings are partly nested.
type joinBody struct {
	settings
	MeetingURL     string  `json:"meeting_url"`
	StartTime      *uint64 `json:"start_time"`
	Reserved       bool    `json:"reserved"`
	EntryMessage   *string `json:"entry_message"`
	AutomaticLeave *struct {
		WaitingRoomTimeout *int64 `json:"waiting_room_timeout"`
		NooneJoinedTimeout *int64 `json:"noone_joined_timeout"`
		SilenceTimeout     *int64 `json:"silence_timeout"`
	} `json:"automatic_leave"`
	Streaming *struct {
		Input          *string `json:"input"`
		Output         *string `json:"output"`
		AudioFrequency *string `json:"audio_frequency"`
	} `json:"streaming"`
}

// param returns the settings as they are kept. What is nested here is not read
// where it would be flat.
func (in *joinBody) param() (p botParam, silence *int64) {
	p = in.settings.param()
	p.EnterMessage = in.EntryMessage
	p.WaitingRoomTimeout, p.NooneJoinedTimeout = nil, nil
	if leave := in.AutomaticLeave; leave != nil {
		p.WaitingRoomTimeout, p.NooneJoinedTimeout, silence = leave.WaitingRoomTimeout, leave.NooneJoinedTimeout, leave.SilenceTimeout
	}
	p.StreamingInput, p.StreamingOutput, p.StreamingAudioFrequency = nil, nil, nil
	if to := in.Streaming; to != nil {
		p.StreamingInput, p.StreamingOutput, p.StreamingAudioFrequency = to.Input, to.Output, to.AudioFrequency
	}
	return p, silence
}

// dedupWindow is how far apart two bots must come to one meeting.
const dedupWindow = 5 * time.Minute

// join is POST /bots/.
func join(s *Sandbox, a *account, r *http.Request, body []byte) response {
	var in joinBody
	if refusal := decode(r, body, &in, "meeting_url", "bot_name"); refusal != nil {
		return *refusal
	}
	p, silence := in.param()
	if refusal := s.check(&p, silence); refusal != nil {
		return *refusal
	}
	start := s.now()
	if in.StartTime != nil {
		if *in.StartTime > 1e11 {
			return refuse(http.StatusBadRequest, "InvalidStartTime", "start_time must be in seconds since 1970, not in milliseconds")
		}
		start = time.Unix(int64(*in.StartTime), 0).UTC()
	}
	if f := failureIn(in.MeetingURL); f != nil && f.Word == outOfTokens {
		return refuse(http.StatusPaymentRequired, f.Cause, "Insufficient tokens")
	}
	duplicate := a.expects(in.MeetingURL, p.DeduplicationKey, latest(start, s.now()))
	if duplicate && !s.quirks.dedupFailed {
		return refuse(http.StatusConflict, "AlreadyStarted", "A bot has already been sent to this meeting in the last 5 minutes; set another deduplication_key to send one more")
	}
	b := s.newBot(a, in.MeetingURL, p, silence)
	b.reserved, b.duplicate = in.Reserved, duplicate
	if start.After(s.now()) {
		id := s.nextSerial()
		b.scheduledID = &id
	}
	s.dispatch(a, b, latest(start, s.now()))
	return ok(struct {
		BotID string `json:"bot_id"`
	}{b.uuid})
}

// expects reports whether a bot with the same deduplication key comes to the
// meeting at about that time.
func (a *account) expects(url string, key *string, at time.Time) bool {
	for _, b := range a.bots {
		apart := at.Sub(b.plan.start).Abs()
		if b.url == url && !b.duplicate && b.file == nil && apart < dedupWindow && same(b.settings.DeduplicationKey, key) {
			return true
		}
	}
	return false
}

func same(a, b *string) bool { return a == b || a != nil && b != nil && *a == *b }

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// launch sends a bot to a meeting at a time, now or later, and returns it: how
// a calendar's event gets its bot. silence is the silence_timeout, nil for the
// default; eventUUID and eventID are the event's.
func (s *Sandbox) launch(a *account, url string, p botParam, silence *int64, at time.Time, eventUUID string, eventID int64) *bot {
	b := s.newBot(a, url, p, silence)
	b.eventUUID, b.eventID = eventUUID, &eventID
	s.dispatch(a, b, latest(at, s.now()))
	return b
}

// newBot adds a bot that is still to be dispatched.
func (s *Sandbox) newBot(a *account, url string, p botParam, silence *int64) *bot {
	b := &bot{
		uuid: s.newUUID(), id: s.nextSerial(), paramID: s.nextSerial(), session: s.newUUID(),
		url: url, link: readLink(url), failure: failureIn(url), settings: p, silence: silence,
		always: s.quirks.transcribeAlways, created: s.now(),
	}
	b.heard = s.meetings[b.link.pick(len(s.meetings))]
	a.add(b)
	return b
}

func (a *account) add(b *bot) {
	a.bots = append(a.bots, b)
	a.byID[b.uuid] = b
}

// dispatch plans a bot's course and follows it.
func (s *Sandbox) dispatch(a *account, b *bot, start time.Time) {
	b.plan = s.planned(b, start)
	s.follow(a, b)
}

// ended reports whether all is over but the transcript.
func (b *bot) ended(now time.Time) bool { return !b.plan.ended.After(now) }

// leave is DELETE /bots/{uuid}.
func leave(s *Sandbox, a *account, r *http.Request, _ []byte) response {
	b, refusal := s.botOf(a, r.PathValue("uuid"))
	if refusal != nil {
		return *refusal
	}
	now := s.now()
	over := b.ended(now)
	if over && s.quirks.leaveMissing {
		return *missing()
	}
	if !over && !b.stopped {
		b.stopped = true
		s.stop(b.plan.timer)
		if call := b.plan.steps[len(b.plan.steps)-1]; call.at.After(now) {
			b.plan.cut(now, b.transcribed())
		}
		s.follow(a, b)
	}
	return ok(struct {
		OK bool `json:"ok"`
	}{true})
}

// botOf returns one of a's bots, or the refusal of an unknown or foreign one.
func (s *Sandbox) botOf(a *account, uuid string) (*bot, *response) {
	if b := a.byID[uuid]; b != nil {
		return b, nil
	}
	for _, other := range s.accounts {
		if other.byID[uuid] != nil {
			refusal := refuse(http.StatusForbidden, "Forbidden", "This bot belongs to another account")
			return nil, &refusal
		}
	}
	return nil, missing()
}

func missing() *response {
	refusal := refuse(http.StatusNotFound, "BotNotFound", "Bot not found")
	return &refusal
}

// retranscribe is POST /bots/retranscribe.
func retranscribe(s *Sandbox, a *account, r *http.Request, body []byte) response {
	var in struct {
		BotUUID      string        `json:"bot_uuid"`
		SpeechToText *speechToText `json:"speech_to_text"`
		WebhookURL   *string       `json:"webhook_url"`
	}
	if refusal := decode(r, body, &in, "bot_uuid"); refusal != nil {
		return *refusal
	}
	p := botParam{SpeechToTextProvider: new("Default")}
	if in.SpeechToText != nil {
		p.SpeechToTextProvider, p.SpeechToTextAPIKey = &in.SpeechToText.Provider, in.SpeechToText.APIKey
	}
	if refusal := s.check(&p, nil); refusal != nil {
		return *refusal
	}
	b, refusal := s.botOf(a, in.BotUUID)
	if refusal != nil {
		return *refusal
	}
	if !b.ended(s.now()) || b.plan.seconds == 0 || b.filesDeleted {
		return refuse(http.StatusBadRequest, "NoRecording", "This bot has no recording to transcribe")
	}
	webhook := s.webhookOf(a, b)
	if in.WebhookURL != nil {
		webhook = *in.WebhookURL
	}
	s.after(transcribing, func() {
		if b.wordsDeleted {
			return // meanwhile, and they stay so
		}
		b.settings.SpeechToTextProvider, b.settings.SpeechToTextAPIKey = p.SpeechToTextProvider, p.SpeechToTextAPIKey
		b.retranscribed++
		b.plan.untold = false
		b.plan.transcribed = earliest(b.plan.transcribed, s.now())
		s.notify(a, webhook, event{"transcription_complete", struct {
			BotID string `json:"bot_id"`
		}{b.uuid}}, nil)
	})
	if s.quirks.retranscribeOK {
		return empty(http.StatusOK)
	}
	return empty(http.StatusAccepted)
}

// earliest returns the earlier of two times, the zero time being none.
func earliest(a, b time.Time) time.Time {
	if a.IsZero() {
		return b
	}
	return earlier(a, b)
}

// The limit on delete_data.
const (
	deletionLimit  = 5
	deletionWindow = time.Minute
)

// deleteData is POST /bots/{uuid}/delete_data.
func deleteData(s *Sandbox, a *account, r *http.Request, _ []byte) response {
	now := s.now()
	recent := a.deletions[:0]
	for _, at := range a.deletions {
		if now.Sub(at) < deletionWindow {
			recent = append(recent, at)
		}
	}
	a.deletions = recent
	if len(recent) >= deletionLimit {
		return empty(http.StatusTooManyRequests)
	}
	a.deletions = append(recent, now)
	b, refusal := s.botOf(a, r.PathValue("uuid"))
	if refusal != nil {
		return empty(refusal.status)
	}
	return ok(deletion(b.delete(now)))
}

// delete deletes what there is, and says how far it went: a transcript still
// being made survives.
func (b *bot) delete(now time.Time) string {
	underway := b.plan.transcribed.After(now)
	switch {
	case b.filesDeleted && (b.wordsDeleted || underway):
		return "alreadyDeleted"
	case !b.ended(now) || b.plan.seconds == 0:
		return "noDataFound"
	case underway:
		b.filesDeleted = true
		return "partiallyDeleted"
	}
	b.filesDeleted, b.wordsDeleted = true, true
	return "deleted"
}

// deletion is delete_data's answer. The copy in data is what older clients of
// the API read.
func deletion(status string) any {
	type answer struct {
		OK     bool   `json:"ok"`
		Status string `json:"status"`
	}
	return struct {
		answer
		Data answer `json:"data"`
	}{answer{true, status}, answer{true, status}}
}
