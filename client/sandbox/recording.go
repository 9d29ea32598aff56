package sandbox

import (
	"cmp"
	"fmt"
	"math"
	"net/http"
	"slices"
	"time"
)

// getMeetingData is GET /bots/meeting_data.
func getMeetingData(s *Sandbox, a *account, r *http.Request, _ []byte) response {
	q := queryOf(r)
	uuid, transcripts := q.required("bot_id"), q.flag("include_transcripts", true)
	if q.refusal != nil {
		return *q.refusal
	}
	b, refusal := s.botOf(a, uuid)
	if refusal != nil {
		return *refusal
	}
	now := s.now()
	b.accesses++
	b.accessed = now
	data := meetingData{BotData: botData{Bot: s.row(a, b, now), Transcripts: []transcript{}}}
	files := s.links(b, now)
	data.MP4, data.Audio = files.mp4, files.audio
	data.SpeakerDiarizationFile, data.SpeakerDiarizationFileNetwork, data.MeetingParticipantsFile = files.diarization, files.network, files.participants
	if b.ended(now) && !b.filesDeleted {
		data.Duration = b.duration()
	}
	if b.eventUUID != "" {
		data.BotData.EventUUID = &b.eventUUID
	}
	if transcripts {
		data.BotData.Transcripts = b.transcripts(now)
	}
	return ok(data)
}

// duration is what was recorded, in whole seconds.
func (b *bot) duration() int64 { return int64(math.Round(b.plan.seconds)) }

// row is a bot as it stands now.
func (s *Sandbox) row(a *account, b *bot, now time.Time) botRow {
	p := &b.plan
	row := botRow{
		botParam: b.settings, UUID: b.uuid, ID: b.id, AccountID: a.id, BotParamID: b.paramID, MeetingURL: b.url,
		EventID: b.eventID, IsStopped: b.stopped, Reserved: b.reserved, ScheduledBotID: b.scheduledID, SilenceTimeout: b.silence,
	}
	if b.file != nil {
		row = b.file.BotData.Bot
	}
	row.CreatedAt, row.EndedAt = s.shown(b.created, now), s.shown(p.ended, now)
	row.BotJoinedAt, row.BotExitedAt = s.shown(p.joined, now), s.shown(p.exited, now)
	if b.ended(now) {
		if b.file == nil && p.seconds > 0 && b.records() {
			row.MP4S3Path = fmt.Sprintf("%d/%s.mp4", a.id, b.uuid)
		}
		if problem := cmp.Or(p.errors, b.webhookError); problem != "" {
			row.Errors = &problem
		}
	} else if !p.start.After(now) {
		row.SessionID = &b.session
	}
	if p.untold && !p.transcribed.After(now) {
		row.TranscriptionFails = new(int64(1))
	}
	if b.filesDeleted && b.wordsDeleted {
		row = botRow{
			botParam: botParam{BotName: row.BotName}, UUID: row.UUID, ID: row.ID, AccountID: row.AccountID, BotParamID: row.BotParamID,
			MeetingURL: row.MeetingURL, CreatedAt: row.CreatedAt, EndedAt: row.EndedAt, Errors: row.Errors, Reserved: row.Reserved,
			EventID: row.EventID, ScheduledBotID: row.ScheduledBotID,
		}
	} else if b.filesDeleted {
		row.MP4S3Path = ""
	}
	return row
}

// records reports whether there is a picture, not only sound.
func (b *bot) records() bool {
	return b.settings.RecordingMode == nil || *b.settings.RecordingMode != "audio_only"
}

// told reports whether a bot's transcript is there.
func (b *bot) told(now time.Time) bool {
	p := &b.plan
	return !p.transcribed.IsZero() && !p.transcribed.After(now) && !p.untold && !p.silent && !b.wordsDeleted
}

// transcripts is what a bot heard, up to when it left; never nil.
func (b *bot) transcripts(now time.Time) []transcript {
	all := []transcript{}
	if !b.told(now) {
		return all
	}
	if b.file != nil {
		return append(all, b.file.BotData.Transcripts...)
	}
	id := b.id*100_000 + int64(b.retranscribed%2)*50_000 // a new transcript has new rows
	wordID := id
	words := make([]word, 0, b.heard.words()) // of all turns
	for _, t := range b.heard.transcripts {
		if t.StartTime >= b.plan.seconds {
			continue
		}
		from := len(words)
		for _, w := range t.Words {
			if w.StartTime >= b.plan.seconds {
				continue
			}
			wordID++
			w.ID, w.BotID = wordID, b.id
			w.EndTime = min(w.EndTime, b.plan.seconds)
			words = append(words, w)
		}
		id++
		t.ID, t.BotID, t.Words = id, b.id, words[from:len(words):len(words)]
		if t.EndTime != nil {
			t.EndTime = new(min(*t.EndTime, b.plan.seconds))
		}
		all = append(all, t)
	}
	return all
}

func (m *meeting) words() int {
	n := 0
	for _, t := range m.transcripts {
		n += len(t.Words)
	}
	return n
}

// voices lists who spoke, in the order in which they first did; never nil.
func (b *bot) voices(now time.Time) []string {
	if !b.told(now) {
		return []string{}
	}
	if b.speakers == nil {
		b.speakers = []string{}
		heard, until := b.heard.transcripts, b.plan.seconds
		if b.file != nil {
			heard, until = b.file.BotData.Transcripts, math.Inf(1)
		}
		for _, t := range heard {
			if t.StartTime < until && !slices.Contains(b.speakers, t.Speaker) {
				b.speakers = append(b.speakers, t.Speaker)
			}
		}
	}
	return b.speakers
}

// getScreenshots is GET /bots/{uuid}/screenshots.
func getScreenshots(s *Sandbox, a *account, r *http.Request, _ []byte) response {
	type screenshot struct {
		Date string `json:"date"`
		URL  string `json:"url"`
	}
	b, refusal := s.botOf(a, r.PathValue("uuid"))
	if refusal != nil {
		return *refusal
	}
	all := []screenshot{}
	p := &b.plan
	if b.platform() == zoom || !b.records() || b.filesDeleted || p.recording.IsZero() {
		return ok(all)
	}
	for n := range screenshots {
		at := p.recording.Add(time.Duration((float64(n) + 0.5) / screenshots * p.seconds * float64(time.Second)))
		if at.After(s.now()) {
			break
		}
		all = append(all, screenshot{at.UTC().Format("2006-01-02T15:04:05.000Z"), s.sign(b.uuid, fmt.Sprintf("screenshots/%d.png", n+1))})
	}
	return ok(all)
}

// screenshots is how many pictures a bot takes of a meeting.
const screenshots = 4
