package sandbox

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/meetmcp/meetmcp/client"
)

const ownMeeting = `{"mp4":"","audio":"","duration":4,"meeting_participants_file":"","speaker_diarization_file":"","speaker_diarization_file_network":"",
"bot_data":{"bot":{"uuid":"6a0f3c1e-1111-4222-8333-444455556666","id":12,"account_id":3,"bot_param_id":9,"bot_name":"Scribe","meeting_url":"https://meet.google.com/own-abcd-own",
"created_at":"2025-02-03T10:00:00Z","ended_at":"2025-02-03T10:01:00.5","extra":{"title":"Our own"},"reserved":true,"deduplication_key":"k"},"event_uuid":null,
"transcripts":[{"id":1,"bot_id":12,"speaker":"Ada","lang":"en","start_time":0,"end_time":1.5,"words":[{"id":1,"bot_id":12,"text":"Hello.","start_time":0.1,"end_time":5.2}]}]}}`

// ownWith is another meeting, with a part replaced.
func ownWith(part, with string) string {
	return strings.Replace(strings.Replace(ownMeeting, "6a0f", "6a0d", 1), part, with, 1)
}

func TestLoadData(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	for file, text := range map[string]string{
		"a.json":     ownMeeting,
		"again.json": ownMeeting,
		"list.json":  `[1]`,
		"cut.json":   ownMeeting[:200],
		"typed.json": `{"duration":"long"}`,
		"none.json":  `{"duration":3,"bot_data":{"bot":{},"transcripts":[]}}`,
		"path.json":  strings.Replace(ownMeeting, "6a0f3c1e-1111-4222-8333-444455556666", "../x", 1),
		"minus.json": strings.Replace(strings.Replace(ownMeeting, "6a0f", "6a0e", 1), `"start_time":0.1`, `"start_time":-0.1`, 1),
		"empty.json": ``,
		"empty.vtt":  ``,
		"twice.json": ownWith(`{"title":"Our own"}`, `{"a":1,"a":2}`),
		"bytes.json": ownWith(`"Our own"`, "\"\xff\""),
		"half.json":  ownWith(`"Our own"`, `"\ud800"`),
		"early.json": ownWith(`2025-02-03T10:00:00Z`, `0000-01-01T00:00:00+09:00`),
		"late.json":  ownWith(`2025-02-03T10:00:00Z`, `9999-12-31T23:59:59-09:00`),
		"year.json":  ownWith(`"duration":4`, `"duration":31536000`),
		"deep.json":  ownWith(`{"title":"Our own"}`, `[{"a":1e999}]`),
		"far.json":   ownWith(`"end_time":1.5`, `"end_time":1e300`),
		"word.json":  ownWith(`"end_time":5.2`, `"end_time":604801`),
		"huge.json":  ownWith(`"end_time":1.5`, `"end_time":1e999`),
		"week.vtt":   "WEBVTT\n\n200:00:00.000 --> 200:00:01.000\nHi\n",
		"flash.srt":  "1\n00:00:00,000 --> 00:00:00,000\nAda: Good morning.\n",
		"notes.txt":  "not a meeting",
		"voices.vtt": "WEBVTT\n\n1\n00:00:01.000 --> 00:00:03.000\n<v Ada Finch>Shall we</v>\n\n00:00:03.000 --> 00:00:05.500 align:start\n<v Ben &amp; Co>Yes. </v><v Ada Finch>Good.</v>\n\n00:06.000 --> 00:07.000\nWho said that?\n",
		"plain.vtt":  "00:01.000 --> 00:02.000\nHi",
		"hole.vtt":   "WEBVTT\n\n00:01.000 -->\nHi",
		"words.vtt":  "WEBVTT\n\n",
		"Team_talk-2.SRT": "1\n00:00:01,000 --> 00:00:04,000\nDr. Ada de Finch: So the thing is: it broke.\n\n2\n00:00:04,000 --> 00:00:06,000\nand it stays broken\n\n" +
			"3\n00:01:00,000 --> 00:01:01,000\nBen: Oh.\n",
		"back.srt":  "1\n00:00:04,000 --> 00:00:01,000\nBen: Oh.\n",
		"latin.srt": "1\n00:00:01,000 --> 00:00:02,000\nBen: \xe9t\xe9\n",
		"long.srt":  "1\n00:00:01,000 --> 00:00:02,000\nBen: " + strings.Repeat("oh ", 30_000) + "\n",
	} {
		if err := os.WriteFile(filepath.Join(folder, file), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	modified := time.Date(2025, 3, 4, 12, 0, 0, 0, time.UTC)
	if err := os.Chtimes(filepath.Join(folder, "Team_talk-2.SRT"), modified, modified); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(folder, "sub.json"), 0o700); err != nil {
		t.Fatal(err)
	}

	if err := os.Symlink(os.DevNull, filepath.Join(folder, "device.json")); err != nil {
		t.Fatal(err)
	}

	meetings, faults := loadData(folder)
	var said []string
	for _, fault := range faults {
		said = append(said, fault.Error())
	}
	for i, want := range []string{
		"again.json: its bot uuid 6a0f3c1e-1111-4222-8333-444455556666 is that of a.json",
		"back.srt: cue 1 ends before it begins",
		"bytes.json: cannot be answered as JSON: ",
		"cut.json: is not JSON: ",
		"deep.json: bot_data.bot.extra: has a number that is out of range",
		"device.json: is not a regular file",
		"early.json: bot_data.bot: a time is in the year -1",
		"empty.json: is empty",
		"empty.vtt: is empty",
		"far.json: bot_data.transcripts[0].end_time: 1e+300 s is longer than a week",
		"half.json: cannot be answered as JSON: ",
		"hole.vtt: has a time line that cannot be read",
		"huge.json: is not what GET /bots/meeting_data answers: ",
		"late.json: bot_data.bot: a time is in the year 10000",
		"latin.srt: is not UTF-8",
		"list.json: is not a JSON object",
		"long.srt: line 3 is longer than 60,000 bytes",
		"minus.json: bot_data.transcripts[0].words[0].start_time: -0.1 is negative",
		"none.json: has no bot_data.bot.uuid",
		`path.json: bot_data.bot.uuid: "../x" is not a UUID`,
		"plain.vtt: does not begin with WEBVTT",
		"twice.json: cannot be answered as JSON: ",
		"typed.json: is not what GET /bots/meeting_data answers: duration: ",
		"week.vtt: cue 1 is not within a week",
		"word.json: bot_data.transcripts[0].words[0].end_time: 604801 s is longer than a week",
		"words.vtt: has no cue with words",
		"year.json: duration: 3.1536e+07 s is longer than a week",
	} {
		if i >= len(said) || !strings.HasPrefix(said[i], want) {
			t.Fatalf("faults: got\n%s\nwant at %d %s", strings.Join(said, "\n"), i, want)
		}
	}

	if len(meetings) != 4 {
		t.Fatalf("got %d meetings, want 4", len(meetings))
	}
	talk, own, flash, voices := meetings[0], meetings[1], meetings[2], meetings[3]
	if turn := flash.transcripts[0]; flash.duration != 1 || turn.Words[0].EndTime == 0 || turn.Words[1].EndTime != *turn.EndTime {
		t.Errorf("flash.srt: got %v s, %+v, want the time that the words take", flash.duration, turn)
	}
	bot := own.data.BotData.Bot
	if own.title != "Our own" || own.language != "en" || own.duration != 6 || bot.UUID != "6a0f3c1e-1111-4222-8333-444455556666" ||
		bot.ID != 12 || !bot.Reserved || bot.DeduplicationKey == nil || own.data.Duration != 4 || own.transcripts[0].Words[0].Text != "Hello." {
		t.Errorf("a.json: got %+v, bot %+v", own, bot)
	}
	if got, want := told(talk), "Dr. Ada de Finch: So the thing is: it broke. | Dr. Ada de Finch: and it stays broken | Ben: Oh."; got != want {
		t.Errorf("Team_talk-2.SRT: got %s, want %s", got, want)
	}
	bot = talk.data.BotData.Bot
	if talk.title != "Team talk 2" || talk.duration != 61 || !bot.EndedAt.Equal(modified) || !bot.CreatedAt.Equal(modified.Add(-61*time.Second)) || bot.UUID != derivedUUID("file", "Team_talk-2.srt") {
		t.Errorf("Team_talk-2.SRT: got %+v, bot %+v", talk, bot)
	}
	if got, want := told(voices), "Ada Finch: Shall we | Ben & Co: Yes. | Ada Finch: Good. | Unknown speaker: Who said that?"; got != want {
		t.Errorf("voices.vtt: got %s, want %s", got, want)
	}
	for _, turn := range voices.transcripts {
		if first, last := turn.Words[0], turn.Words[len(turn.Words)-1]; first.StartTime != turn.StartTime || last.EndTime != *turn.EndTime {
			t.Errorf("voices.vtt: words from %v to %v in a turn from %v to %v", first.StartTime, last.EndTime, turn.StartTime, *turn.EndTime)
		}
	}

	if _, faults := loadData(filepath.Join(folder, "nowhere")); len(faults) != 1 || !strings.Contains(faults[0].Error(), "nowhere") {
		t.Errorf("missing folder: got %v", faults)
	}
}

// told is a meeting's transcript on a line.
func told(m *meeting) string {
	var turns []string
	for _, turn := range m.transcripts {
		var words []string
		for _, w := range turn.Words {
			words = append(words, w.Text)
		}
		turns = append(turns, turn.Speaker+": "+strings.Join(words, " "))
	}
	return strings.Join(turns, " | ")
}

func TestLeadingName(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, want string }{
		{"Ada: yes", "Ada"},
		{"Zoë van der Berg (Guest): yes", "Zoë van der Berg (Guest)"},
		{"志村佳織: はい", "志村佳織"},
		{"Speaker 2: yes", "Speaker 2"},
		{"the thing is: no", ""},
		{"So I said, wait: no", ""},
		{"At 10:30 we met", ""},
		{"Ada:", ""},
	} {
		if got, _, _ := leadingName(c.text); got != c.want {
			t.Errorf("%q: got %q, want %q", c.text, got, c.want)
		}
	}
}

func TestOwnMeetingsAreServed(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	modified := noon.Add(-48 * time.Hour)
	for file, text := range map[string]string{
		"own.json":   ownMeeting,
		"voices.vtt": "WEBVTT\n\n00:01.000 --> 00:03.000\n<v Ada Finch>Shall we go?\n",
		"broken.srt": "1\n",
	} {
		path := filepath.Join(folder, file)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, modified, modified); err != nil {
			t.Fatal(err)
		}
	}
	s, c := open(t, Options{Data: folder})
	if faults := s.Load(); len(faults) != 1 || !strings.HasPrefix(faults[0].Error(), "broken.srt: ") {
		t.Errorf("faults: got %v", faults)
	}
	own, err := c.MeetingData(t.Context(), "6a0f3c1e-1111-4222-8333-444455556666", true)
	if err != nil || own.Duration != 4 || own.BotData.Bot.ID != "12" || own.BotData.Bot.DeduplicationKey != "k" || own.BotData.Transcripts[0].Words[0].EndTime != 5.2 {
		t.Errorf("own.json: got %+v, %v", own, err)
	}
	uuid := derivedUUID("file", "voices.vtt")
	voices, err := c.MeetingData(t.Context(), uuid, true)
	if err != nil {
		t.Fatal(err)
	}
	bot, turns := voices.BotData.Bot, voices.BotData.Transcripts
	if !bot.EndedAt.Equal(modified) || len(turns) != 1 || turns[0].Speaker != "Ada Finch" || len(turns[0].Words) != 3 || turns[0].Words[2].Text == "" || voices.Duration != 3 {
		t.Errorf("voices.vtt: got %+v", voices)
	}
	for _, b := range botsOf(t, c) {
		if b.UUID == uuid {
			if extra, _ := b.Extra.(map[string]any); extra["title"] != "voices" || len(b.Speakers) != 1 {
				t.Errorf("voices.vtt in the list: got %+v", b)
			}
			return
		}
	}
	t.Error("voices.vtt is not in the list of bots")
}

// FuzzData reads a person's own file. It is a meeting that the API answers with
// whole, or a fault in a line.
func FuzzData(f *testing.F) {
	endings := []string{".json", ".vtt", ".srt"}
	for _, text := range []string{
		ownMeeting, ownWith(`"Our own"`, "\"\xff\""), ownWith(`"end_time":5.2`, `"end_time":1e308`), ownWith(`"start_time":0.1`, `"start_time":-1e-9`), ownWith(`"lang":"en"`, `"lang":null`), ownWith(`"words":[`, `"words":[{},`),
		ownWith(`"extra":{"title":"Our own"}`, `"extra":[{"a":1e999}]`), ownWith(`2025-02-03T10:00:00Z`, `1969-12-31T23:59:59`), ownWith(`"id":12,`, `"id":9223372036854775808,`), ownWith(`"duration":4`, `"duration":604800`), strings.Repeat(`{"extra":`, 200),
		`{"` + strings.Repeat("a", 500) + `":tru`,
	} {
		f.Add(uint8(0), []byte(text))
	}
	for _, text := range []string{
		"WEBVTT\n\n1\n00:00:01.000 --> 00:00:03.000\n<v Ada Finch>Shall we</v>\n\n00:00:03.000 --> 00:00:05.500 align:start\n<v Ben &amp; Co>Yes. </v><v Ada Finch>Good.</v>\n\n00:06.000 --> 00:07.000\nWho said that?\n",
		"WEBVTT\n\nNOTE x\n\nSTYLE\n::cue { color: red }\n\nREGION\nid:a\n\n00:01.000 --> 00:02.000 region:a position:1%\n<c.x><00:01.500><i>Hi\n", "WEBVTT\n\n00:01.000 -->\nHi", "WEBVTT\n\n-1:00.000 --> 99:99:99.999\n<v >\u0301:\n", "\ufeffWEBVTT\r\rX-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:0\n\n",
	} {
		f.Add(uint8(1), []byte(text))
	}
	for _, text := range []string{
		"1\n00:00:01,000 --> 00:00:04,000\nDr. Ada de Finch: So the thing is: it broke.\n\n2\n00:00:04,000 --> 00:00:06,000\nand it stays broken\n", "1\n00:00:00,000 --> 00:00:00,000\n{\\an8}<font color=\"#fff\">Ada: Hi</font>\n", "9\n00:00:04,000 --> 00:00:01,000\nBen: Oh.\n", "--> --> -->\n: :\n", "1\n\x1b00:00:0 --> \n",
	} {
		f.Add(uint8(2), []byte(text))
	}
	folder := f.TempDir()
	f.Fuzz(func(t *testing.T, kind uint8, raw []byte) {
		path := filepath.Join(folder, "own"+endings[int(kind)%len(endings)])
		if err := os.WriteFile(path, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		defer os.Remove(path)
		if err := os.Chtimes(path, noon, noon); err != nil {
			t.Fatal(err)
		}
		meetings, faults := loadData(folder)
		if len(meetings)+len(faults) != 1 {
			t.Fatalf("got %d meetings and the faults %v, want one of either", len(meetings), faults)
		}
		for _, fault := range faults {
			if text := fault.Error(); !strings.HasPrefix(text, "own.") || strings.ContainsFunc(text, unicode.IsControl) || len(text) > 400 {
				t.Errorf("got the fault %.2000q", text)
			}
		}
		for _, m := range meetings {
			_, c := open(t, Options{Data: folder})
			id, turns := m.data.BotData.Bot.UUID, 0
			for _, turn := range m.transcripts { // the client leaves out those in which there is nothing
				if turn.ID != 0 || turn.Speaker != "" || turn.StartTime != 0 || slices.ContainsFunc(turn.Words, func(w word) bool { return w.Text != "" }) {
					turns++
				}
			}
			data, err := c.MeetingData(t.Context(), id, true)
			if err != nil || data.BotData.Bot.UUID != id || len(data.BotData.Transcripts) != turns {
				t.Errorf("got %+v, %v, want %s with %d turns", data, err, id, turns)
			}
			if !slices.ContainsFunc(botsOf(t, c), func(b client.ListedBot) bool { return b.UUID == id }) {
				t.Errorf("%s is not in the list", id)
			}
		}
	})
}
