package sandbox

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/meetmcp/meetmcp/client"
)

// ordinary is a link to a meeting in which nothing goes wrong.
const ordinary = "https://meet.google.com/abc-defg-hij"

func transcribed(url string) client.JoinRequest {
	return client.JoinRequest{
		MeetingURL: url, BotName: "Ada",
		BotSettings: client.BotSettings{SpeechToText: &client.SpeechToText{Provider: "Default"}},
	}
}

func mustJoin(t *testing.T, c *client.Client, in client.JoinRequest) string {
	t.Helper()
	joined, err := c.Join(t.Context(), in)
	if err != nil {
		t.Fatalf("join %s: %v", in.MeetingURL, err)
	}
	return joined.BotID
}

func mustData(t *testing.T, c *client.Client, id string) *client.MeetingData {
	t.Helper()
	data, err := c.MeetingData(t.Context(), id, true)
	if err != nil {
		t.Fatalf("meeting data: %v", err)
	}
	return data
}

// sight sums up what can be seen of a meeting.
func sight(m *client.MeetingData) string {
	var parts []string
	add := func(is bool, what string) {
		if is {
			parts = append(parts, what)
		}
	}
	bot := &m.BotData.Bot
	add(bot.SessionID != "", "session")
	add(!bot.BotJoinedAt.IsZero(), "joined")
	add(!bot.BotExitedAt.IsZero(), "exited")
	add(!bot.EndedAt.IsZero(), "ended")
	add(m.MP4 != "", "mp4")
	add(m.Audio != "", "audio")
	add(m.Duration > 0, "recorded")
	add(len(m.BotData.Transcripts) > 0, "words")
	add(bot.TranscriptionFails != nil, "transcription failed")
	add(bot.Errors != "", bot.Errors)
	return strings.Join(parts, ", ")
}

func TestLife(t *testing.T) {
	t.Parallel()
	s, c := open(t, Options{})
	id := mustJoin(t, c, transcribed(ordinary))
	length := time.Duration(s.accounts[Key].byID[id].heard.duration) * time.Second
	for _, step := range []struct {
		after time.Duration
		want  string
	}{
		{0, "session"},
		{29 * time.Second, "session"}, // in the waiting room, of which nothing is shown
		{time.Second, "session, joined"},
		{length, "session, joined"},
		{untilRecording - untilAdmitted + untilExited, "session, joined, exited"},
		{untilEnded - untilExited, "joined, exited, ended, mp4, audio, recorded"},
		{transcribing - time.Second, "joined, exited, ended, mp4, audio, recorded"},
		{time.Second, "joined, exited, ended, mp4, audio, recorded, words"},
	} {
		s.Advance(step.after)
		if got := sight(mustData(t, c, id)); got != step.want {
			t.Errorf("%v after noon: got %s, want %s", s.Now().Sub(noon), got, step.want)
		}
	}
	data := mustData(t, c, id)
	if got, want := time.Duration(data.Duration)*time.Second, length; got != want {
		t.Errorf("duration %v, want %v", got, want)
	}
	if got := data.BotData.Bot.BotJoinedAt.Sub(noon); got != 30*time.Second {
		t.Errorf("joined after %v, want 30s", got)
	}
	last := 0.0
	for _, turn := range data.BotData.Transcripts {
		if turn.StartTime < last || turn.BotID == 0 || len(turn.Words) == 0 {
			t.Fatalf("turn %+v: want a later start than %v, a bot and words", turn, last)
		}
		last = turn.StartTime
	}
	if without, err := c.MeetingData(t.Context(), id, false); err != nil || len(without.BotData.Transcripts) != 0 || without.MP4 == "" {
		t.Errorf("without transcripts: %v, %d turns, mp4 %q", err, len(without.BotData.Transcripts), without.MP4)
	}
}

func TestSameMeetingForSameCode(t *testing.T) {
	t.Parallel()
	s, c := open(t, Options{})
	other := clientOf(t, s, OtherKey)
	heard := func(id string) string {
		for _, a := range s.accounts {
			if b := a.byID[id]; b != nil {
				return b.heard.name
			}
		}
		return ""
	}
	first := heard(mustJoin(t, c, transcribed(ordinary)))
	if got := heard(mustJoin(t, other, transcribed("meet.google.com/abc-defg-hij?authuser=1"))); got != first {
		t.Errorf("the same code is %s, want %s", got, first)
	}
	all := map[string]bool{}
	for n := range 60 {
		all[heard(mustJoin(t, c, transcribed(fmt.Sprintf("https://zoom.us/j/9%08d", n))))] = true
	}
	if got, want := len(all), len(s.meetings); got != want {
		t.Errorf("60 codes reach %d of %d meetings", got, want)
	}
}

func TestFailures(t *testing.T) {
	t.Parallel()
	const recorded = "joined, exited, ended, mp4, audio, recorded"
	want := map[string]string{
		neverAdmitted:       "ended, TimeoutWaitingToStart",
		rejectedByHost:      "ended, BotNotAccepted",
		removedMidway:       recorded + ", words, RemovedByHost",
		removedEarly:        "joined, exited, ended, BotRemovedTooEarly",
		meetingNotFound:     "ended, MeetingNotExist",
		nobodySpeaks:        recorded,
		nobodyComes:         recorded,
		hostNeverComes:      "ended, WaitingForHostTimeout",
		recordingNotAllowed: "joined, exited, ended, recording rights denied",
		transcriptionFails:  recorded + ", transcription failed",
	}
	s, c := open(t, Options{})
	for _, f := range Failures() {
		for n, link := range []string{
			"https://meet.google.com/" + f.Code,
			"https://zoom.us/my/" + f.Word,
			"https://teams.microsoft.com/l/meetup-join/" + f.Word,
		} {
			if n == 0 && !readLink("x "+link).valid || !meetCode.MatchString("meet.google.com/"+f.Code) {
				t.Errorf("%s is no code of Google Meet's", f.Code)
			}
			joined, err := c.Join(t.Context(), transcribed(link))
			if f.Word == outOfTokens {
				var refusal *client.Error
				if !asError(err, &refusal) || refusal.Status != http.StatusPaymentRequired || refusal.Code != f.Cause {
					t.Errorf("%s: %v, want 402 %s", link, err, f.Cause)
				}
				continue
			}
			if err != nil {
				t.Fatalf("%s: %v", link, err)
			}
			s.Advance(3 * time.Hour)
			if got := sight(mustData(t, c, joined.BotID)); got != want[f.Word] {
				t.Errorf("%s: got %s, want %s", link, got, want[f.Word])
			}
		}
	}
}

func TestTimeoutsAreKept(t *testing.T) {
	t.Parallel()
	s, c := open(t, Options{})
	for _, row := range []struct {
		link  string
		leave client.AutomaticLeave
		ended time.Duration // after the bot set out
	}{
		{"https://zoom.us/my/never-admitted", client.AutomaticLeave{WaitingRoomTimeout: 1800}, 1812 * time.Second},
		{"https://zoom.us/my/never-admitted?x", client.AutomaticLeave{}, 612 * time.Second},
		{"https://meet.google.com/nev-erad-mit", client.AutomaticLeave{WaitingRoomTimeout: 1800}, 612 * time.Second}, // Meet's own limit
		{"https://meet.google.com/nob-odyc-oms", client.AutomaticLeave{NooneJoinedTimeout: 120}, 164 * time.Second},
		{"https://meet.google.com/nob-odys-pks", client.AutomaticLeave{SilenceTimeout: 300}, 344 * time.Second},
	} {
		begin := s.Now()
		in := transcribed(row.link)
		in.AutomaticLeave = &row.leave
		id := mustJoin(t, c, in)
		s.Advance(2 * time.Hour)
		if got := mustData(t, c, id).BotData.Bot.EndedAt.Sub(begin); got != row.ended {
			t.Errorf("%s %+v: ended after %v, want %v", row.link, row.leave, got, row.ended)
		}
	}
}

func TestLeave(t *testing.T) {
	t.Parallel()
	s, c := open(t, Options{})
	other := clientOf(t, s, OtherKey)
	later := transcribed("https://zoom.us/j/123456789")
	later.StartTime = &client.UnixTime{Time: noon.Add(time.Hour)}
	for _, row := range []struct {
		in    client.JoinRequest
		after time.Duration
		want  string
	}{
		{transcribed("https://zoom.us/j/100000001"), 5 * time.Second, "ended, ExitingMeetingBeforeRecord"},
		{transcribed("https://zoom.us/j/100000002"), 31 * time.Second, "joined, exited, ended, ExitingMeetingBeforeRecord"},
		{transcribed("https://zoom.us/j/100000003"), 94 * time.Second, "joined, exited, ended, mp4, audio, recorded, words"},
		{transcribed("https://zoom.us/my/never-admitted"), time.Minute, "ended, ExitingMeetingBeforeRecord"},
		{later, time.Second, "ended, ExitingMeetingBeforeRecord"},
	} {
		id := mustJoin(t, c, row.in)
		s.Advance(row.after)
		if err := other.Leave(t.Context(), id); err == nil {
			t.Errorf("%s: another account's key may leave", row.in.MeetingURL)
		}
		for range 2 { // leaving is idempotent
			if err := c.Leave(t.Context(), id); err != nil {
				t.Fatalf("%s: leave: %v", row.in.MeetingURL, err)
			}
		}
		s.Advance(time.Minute)
		data := mustData(t, c, id)
		if got := sight(data); got != row.want || !data.BotData.Bot.IsStopped {
			t.Errorf("%s: got %s (stopped %v), want %s", row.in.MeetingURL, got, data.BotData.Bot.IsStopped, row.want)
		}
		for _, turn := range data.BotData.Transcripts {
			if turn.StartTime >= 60 || *turn.EndTime > 60 {
				t.Errorf("%s: a turn from %v to %v s, but the bot left at 60 s", row.in.MeetingURL, turn.StartTime, *turn.EndTime)
			}
		}
		if err := c.Leave(t.Context(), id); err != nil {
			t.Errorf("%s: leave an ended bot: %v", row.in.MeetingURL, err)
		}
	}
	if err := c.Leave(t.Context(), "3e0e0f4a-0000-4000-8000-000000000000"); err == nil || !strings.Contains(err.Error(), "404") {
		t.Errorf("leave with an unknown bot: %v, want 404", err)
	}
}

func TestScheduled(t *testing.T) {
	t.Parallel()
	s, c := open(t, Options{})
	in := transcribed(ordinary)
	in.StartTime = &client.UnixTime{Time: noon.Add(time.Hour)}
	id := mustJoin(t, c, in)
	now := mustJoin(t, c, transcribed(ordinary)) // an hour apart is no duplicate
	s.Advance(59 * time.Minute)
	if data := mustData(t, c, id); sight(data) != "" || data.BotData.Bot.ScheduledBotID == nil {
		t.Errorf("before its time: got %q, want nothing but a scheduled_bot_id", sight(data))
	}
	s.Advance(2 * time.Minute)
	if got := sight(mustData(t, c, id)); got != "session, joined" {
		t.Errorf("at its time: got %s, want it in the call", got)
	}
	if data := mustData(t, c, now); data.BotData.Bot.ScheduledBotID != nil {
		t.Error("a bot sent at once has a scheduled_bot_id")
	}
}

func TestDuplicates(t *testing.T) {
	t.Parallel()
	s, c := open(t, Options{})
	keyed := func(key string) client.JoinRequest {
		in := transcribed(ordinary)
		in.DeduplicationKey = key
		return in
	}
	for _, row := range []struct {
		after time.Duration
		in    client.JoinRequest
		want  bool
	}{
		{0, keyed(""), false},
		{time.Minute, keyed(""), true},
		{0, keyed("a"), false},
		{0, keyed("a"), true},
		{0, transcribed("https://meet.google.com/abc-defg-hik"), false},
		{3 * time.Minute, keyed(""), true},
		{61 * time.Second, keyed(""), false},
	} {
		s.Advance(row.after)
		_, err := c.Join(t.Context(), row.in)
		var refusal *client.Error
		if got := asError(err, &refusal) && refusal.Duplicate(); got != row.want || !got && err != nil {
			t.Errorf("%v after noon, key %q: %v, want a duplicate: %v", s.Now().Sub(noon), row.in.DeduplicationKey, err, row.want)
		}
		if refusal != nil && (refusal.Status != http.StatusConflict || refusal.Code != "AlreadyStarted") {
			t.Errorf("got %d %s, want 409 AlreadyStarted", refusal.Status, refusal.Code)
		}
	}
	if _, err := clientOf(t, s, OtherKey).Join(t.Context(), keyed("")); err != nil {
		t.Errorf("another account's bot: %v", err)
	}
}

func TestRetranscribe(t *testing.T) {
	t.Parallel()
	s, c := open(t, Options{})
	plain := transcribed(ordinary)
	plain.SpeechToText = nil
	unheard := mustJoin(t, c, plain)
	failed := mustJoin(t, c, transcribed("https://zoom.us/my/transcription-fails"))
	lost := mustJoin(t, c, transcribed("https://zoom.us/my/rejected-by-host"))
	if err := c.Retranscribe(t.Context(), client.Retranscription{BotID: unheard}); err == nil {
		t.Error("a meeting under way was transcribed")
	}
	s.Advance(3 * time.Hour)
	if got := sight(mustData(t, c, unheard)); strings.Contains(got, "words") {
		t.Errorf("without speech_to_text: %s", got)
	}
	if err := c.Retranscribe(t.Context(), client.Retranscription{BotID: lost}); err == nil {
		t.Error("a meeting without a recording was transcribed")
	}
	for _, id := range []string{unheard, failed} {
		var first int64
		for n := range 2 {
			answer := ask(t, s, "POST", "/bots/retranscribe", `{"bot_uuid":"`+id+`","speech_to_text":{"provider":"Gladia","api_key":"k"}}`)
			if answer.status != http.StatusAccepted || answer.body != "" {
				t.Errorf("retranscribe: got %d %q, want 202 without a body", answer.status, answer.body)
			}
			s.Advance(transcribing)
			data := mustData(t, c, id)
			if got := sight(data); got != "joined, exited, ended, mp4, audio, recorded, words" {
				t.Fatalf("retranscribed: %s", got)
			}
			if provider := data.BotData.Bot.SpeechToTextProvider; provider != "Gladia" {
				t.Errorf("retranscribed by %q, want Gladia", provider)
			}
			if n == 0 {
				first = data.BotData.Transcripts[0].ID
			} else if got := data.BotData.Transcripts[0].ID; got == first {
				t.Error("the transcript was not replaced: its ids are the same")
			}
		}
	}
}

func TestDeleteData(t *testing.T) {
	t.Parallel()
	s, c := open(t, Options{})
	in := transcribed(ordinary)
	in.Extra = jsontext.Value(`{"title":"Secret plans"}`)
	id := mustJoin(t, c, in)
	lost := mustJoin(t, c, transcribed("https://zoom.us/my/rejected-by-host"))
	length := time.Duration(s.accounts[Key].byID[id].heard.duration) * time.Second
	for _, step := range []struct {
		after time.Duration
		id    string
		want  string
	}{
		{0, id, "noDataFound"},
		{length + untilRecording + untilEnded, id, "partiallyDeleted"},
		{time.Second, id, "alreadyDeleted"},
		{time.Minute, id, "deleted"}, // the transcript came in the meantime
		{0, id, "alreadyDeleted"},
		{0, lost, "noDataFound"},
	} {
		s.Advance(step.after)
		got, err := c.DeleteData(t.Context(), step.id)
		if err != nil || got.Status != step.want {
			t.Errorf("delete: %+v, %v, want %s", got, err, step.want)
		}
	}
	data := mustData(t, c, id)
	if got := sight(data); got != "ended" {
		t.Errorf("afterwards: %s, want ended", got)
	}
	if bot := data.BotData.Bot; bot.MeetingURL != ordinary || bot.CreatedAt.IsZero() || bot.Extra != nil || bot.SpeechToTextProvider != "" {
		t.Errorf("afterwards: %+v, want link and times alone", bot)
	}
	for range 5 - 3 {
		ask(t, s, "POST", "/bots/"+id+"/delete_data", "")
	}
	if got := ask(t, s, "POST", "/bots/"+id+"/delete_data", ""); got.status != http.StatusTooManyRequests || got.body != "" {
		t.Errorf("the sixth in a minute: got %d %q, want 429 without a body", got.status, got.body)
	}
	if got := ask(t, s, "POST", "/bots/"+id+"/delete_data", "", client.KeyHeader, OtherKey); got.status != http.StatusForbidden || got.body != "" {
		t.Errorf("another account's: got %d %q, want 403 without a body", got.status, got.body)
	}
	s.Advance(time.Minute)
	if got := ask(t, s, "POST", "/bots/"+id+"/delete_data", ""); got.body != `{"ok":true,"status":"alreadyDeleted","data":{"ok":true,"status":"alreadyDeleted"}}` {
		t.Errorf("a minute later: got %d %s", got.status, got.body)
	}
}

func TestDeletedWhileRetranscribed(t *testing.T) {
	t.Parallel()
	s, c := open(t, Options{})
	id := mustJoin(t, c, transcribed(ordinary))
	s.Advance(3 * time.Hour)
	if got := ask(t, s, "POST", "/bots/retranscribe", `{"bot_uuid":"`+id+`"}`); got.status != http.StatusAccepted {
		t.Fatalf("retranscribe: got %d %s", got.status, got.body)
	}
	if got := ask(t, s, "POST", "/bots/"+id+"/delete_data", ""); got.status != http.StatusOK {
		t.Fatalf("delete: got %d %s", got.status, got.body)
	}
	s.Advance(time.Hour)
	if data := mustData(t, c, id); len(data.BotData.Transcripts) > 0 {
		t.Errorf("%d turns are back after the deletion", len(data.BotData.Transcripts))
	}
}
