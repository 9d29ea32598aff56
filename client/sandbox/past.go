package sandbox

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
)

// Load loads the meetings now rather than on the first request, and returns
// the fault of each file of Options.Data that could not be.
func (s *Sandbox) Load() []error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.load()
	return slices.Clone(s.broken)
}

// load makes the meetings, and the bots that have recorded each of them.
func (s *Sandbox) load() {
	if s.meetings != nil {
		return
	}
	s.meetings, s.broken = builtin()
	var own []*meeting
	if s.options.Data != "" {
		var faults []error
		own, faults = loadData(s.options.Data)
		s.broken = append(s.broken, faults...)
	}
	for _, err := range s.broken {
		s.log.Warn("sandbox data left out", "error", err)
	}
	for _, key := range []string{Key, OtherKey} {
		a := s.accounts[key]
		for _, m := range own {
			a.add(s.ownBot(m))
		}
		for i, m := range slices.Backward(s.meetings) {
			a.add(s.pastBot(a, m, len(s.meetings)-i))
		}
	}
	for _, m := range own {
		if len(m.transcripts) > 0 {
			s.meetings = append(s.meetings, m) // to be heard again
		}
	}
}

// pastBot returns the bot that recorded m, the nth newest of a's. Whatever the
// seed it is the same, so that an id seen in one run is known in the next.
func (s *Sandbox) pastBot(a *account, m *meeting, n int) *bot {
	extra, err := json.Marshal(map[string]string{"title": m.title})
	if err != nil {
		panic(fmt.Sprintf("write extra: %v", err))
	}
	b := &bot{
		uuid: derivedUUID("past", a.key, m.name), id: s.nextSerial(), paramID: s.nextSerial(), session: s.newUUID(), heard: m,
		settings: botParam{
			BotName: []string{"Notetaker", "Meeting notes", "Ada (notes)"}[n%3], Extra: extra,
			RecordingMode: new("speaker_view"), SpeechToTextProvider: new("Gladia"),
		},
	}
	b.url, _, _ = strings.Cut(meetingLink([]string{"zoom", "meet", "teams", "meet"}[n%4], a.key, m.name), "?")
	b.link = readLink(b.url)
	// Over the last weeks, every other day, at some time of the working day.
	day := s.options.Start.UTC().Truncate(24*time.Hour).AddDate(0, 0, 1-2*n)
	b.created = day.Add(time.Duration(8+(n*5)%9)*time.Hour + time.Duration(17+n)*time.Second + 481_516*time.Microsecond)
	b.plan = s.planned(b, b.created)
	return b
}

// ownBot returns the bot of a file of a person's own.
func (s *Sandbox) ownBot(m *meeting) *bot {
	row := m.data.BotData.Bot
	b := &bot{
		uuid: row.UUID, id: row.ID, paramID: row.BotParamID, url: row.MeetingURL, link: readLink(row.MeetingURL), heard: m, file: m.data,
		settings: row.botParam, silence: row.SilenceTimeout, eventID: row.EventID, created: row.CreatedAt.Time,
	}
	if m.data.BotData.EventUUID != nil {
		b.eventUUID = *m.data.BotData.EventUUID
	}
	if b.created.IsZero() {
		b.created = s.options.Start.UTC().Add(-24 * time.Hour).Truncate(time.Second)
	}
	length := time.Duration(m.data.Duration) * time.Second
	p := plan{start: b.created, joined: row.BotJoinedAt.Time, exited: row.BotExitedAt.Time, ended: row.EndedAt.Time, seconds: float64(m.data.Duration)}
	p.recording = p.joined
	if p.recording.IsZero() {
		p.recording = b.created
	}
	if p.ended.IsZero() { // a meeting in a file is one that is over
		p.ended = p.recording.Add(length)
	}
	if len(m.transcripts) > 0 {
		p.transcribed = p.ended
	}
	if row.Errors != nil {
		p.errors = *row.Errors
	}
	b.plan = p
	return b
}
