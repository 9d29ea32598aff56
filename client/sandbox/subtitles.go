package sandbox

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"hash/fnv"
	"html"
	"math"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/asticode/go-astisub"
	"github.com/go-json-experiment/json"
)

// fromSubtitles reads a WebVTT or SRT file: a turn for each cue, its words
// spread over the cue's time. Who speaks is the cue's voice, or a name and a
// colon before the words; the title is the file's name.
func fromSubtitles(name, ending string, raw []byte, modified time.Time) (*meeting, error) {
	subtitles, err := readSubtitles(ending, raw)
	if err != nil {
		return nil, err
	}
	m := &meeting{name: name, title: strings.TrimSpace(strings.NewReplacer("_", " ", "-", " ").Replace(name))}
	last := unnamed
	for i, cue := range subtitles.Items {
		if cue.EndAt < cue.StartAt {
			return nil, fmt.Errorf("cue %d ends before it begins", i+1)
		}
		if cue.StartAt < 0 || cue.EndAt.Seconds() > maxLength {
			return nil, fmt.Errorf("cue %d is not within a week", i+1)
		}
		voiced := ""
		var lines []turnText
		for _, line := range cue.Lines {
			text := strings.Join(strings.Fields(lineText(line)), " ")
			if text == "" {
				continue
			}
			if line.VoiceName != "" {
				voiced = strings.TrimSpace(html.UnescapeString(line.VoiceName))
				last = unnamed // where voices are given, a cue without one is nobody's
			}
			speaker := voiced
			if speaker == "" {
				if who, what, ok := leadingName(text); ok {
					last, text = who, what
				}
				speaker = last // a name stands until the next
			}
			if n := len(lines); n > 0 && lines[n-1].speaker == speaker {
				lines[n-1].text += " " + text
			} else {
				lines = append(lines, turnText{speaker, text})
			}
		}
		m.duration = max(m.duration, math.Ceil(cue.EndAt.Seconds()))
		for _, turn := range spread(lines, cue.StartAt.Seconds(), cue.EndAt.Seconds()) {
			m.transcripts = append(m.transcripts, turn)
			m.duration = max(m.duration, math.Ceil(*turn.EndTime))
		}
	}
	if len(m.transcripts) == 0 {
		return nil, errors.New("has no cue with words")
	}
	slices.SortStableFunc(m.transcripts, func(a, b transcript) int { return cmp.Compare(a.StartTime, b.StartTime) })
	return m, m.imagine(name+ending, modified)
}

// imagine gives a meeting that has only words the rest of its data, as if it
// had ended when its file was written.
func (m *meeting) imagine(file string, modified time.Time) error {
	extra, err := json.Marshal(map[string]string{"title": m.title})
	if err != nil {
		return fmt.Errorf("write extra: %w", err)
	}
	hash := fnv.New32a()
	hash.Write([]byte(file))
	id, wordID := int64(hash.Sum32()), int64(0)
	for i := range m.transcripts {
		t := &m.transcripts[i]
		t.ID, t.BotID = int64(i+1), id
		for j := range t.Words {
			wordID++
			t.Words[j].ID, t.Words[j].BotID = wordID, id
		}
	}
	ended := stamp{Time: modified.UTC().Truncate(time.Second)}
	began := stamp{Time: ended.Add(-time.Duration(m.duration) * time.Second)}
	m.data = &meetingData{Duration: int64(m.duration), BotData: botData{
		Bot: botRow{
			botParam: botParam{BotName: m.title, Extra: extra}, UUID: derivedUUID("file", file), ID: id, BotParamID: id,
			CreatedAt: began, BotJoinedAt: began, BotExitedAt: ended, EndedAt: ended,
		},
		Transcripts: m.transcripts,
	}}
	return nil
}

// unnamed speaks where a file does not say who does.
const unnamed = "Unknown speaker"

type turnText struct{ speaker, text string }

var anotherVoice = regexp.MustCompile(`([^\r\n])(<v[ .\t])`)

// readSubtitles guards the parser against what it would take silently or
// stumble over.
func readSubtitles(ending string, raw []byte) (subtitles *astisub.Subtitles, err error) {
	defer func() {
		if fault := recover(); fault != nil { // the parser reads past the end of a time line without an end
			err = errors.New("has a time line that cannot be read")
		}
	}()
	raw = bytes.TrimPrefix(raw, []byte("\ufeff"))
	if !utf8.Valid(raw) {
		return nil, errors.New("is not UTF-8")
	}
	if ending == ".vtt" {
		if !bytes.HasPrefix(raw, []byte("WEBVTT")) {
			return nil, errors.New("does not begin with WEBVTT")
		}
		raw = anotherVoice.ReplaceAll(raw, []byte("$1\n$2")) // it keeps one voice a line
	}
	number := 0
	for line := range bytes.Lines(raw) {
		if number++; len(line) > 60_000 {
			return nil, fmt.Errorf("line %d is longer than 60,000 bytes", number)
		}
	}
	if ending == ".vtt" {
		subtitles, err = astisub.ReadFromWebVTT(bytes.NewReader(raw))
	} else {
		subtitles, err = astisub.ReadFromSRT(bytes.NewReader(raw))
	}
	if err != nil {
		return nil, fmt.Errorf("cannot be read: %w", err)
	}
	return subtitles, nil
}

func lineText(line astisub.Line) string {
	var b strings.Builder
	for _, item := range line.Items {
		b.WriteString(item.Text)
	}
	return b.String()
}

// nameBefore is a name as subtitles write it: up to five words, each with a
// capital or in a script without them, but for particles. It takes some
// milliseconds to make, which few starts of the program need.
var nameBefore = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^((?:(?:[\p{Lu}\p{Lt}\p{Lo}][\p{L}\p{M}\p{N}.'’\-]*|\d+|\([^():]{1,30}\)|de|da|del|della|der|den|di|du|la|le|van|von|zu|bin|al|e|y)[  ]?){1,5}): +(\S.*)$`)
})

func leadingName(text string) (speaker, words string, ok bool) {
	match := nameBefore().FindStringSubmatch(text)
	if match == nil {
		return "", "", false
	}
	return strings.TrimSpace(match[1]), match[2], true
}

// spread times the words of one cue over its time, longer words longer. A cue
// without any lasts as long as it takes to say its words.
func spread(lines []turnText, start, end float64) []transcript {
	total := 0.0
	words := make([][]string, len(lines))
	for i, line := range lines {
		words[i] = split(line.text)
		for _, piece := range words[i] {
			total += spoken(piece)
		}
	}
	if end == start {
		end += total
	}
	at := start
	turns := make([]transcript, len(lines))
	for i, line := range lines {
		turns[i] = transcript{Speaker: line.speaker, StartTime: millis(at)}
		for _, piece := range words[i] {
			next := at + spoken(piece)/total*(end-start)
			turns[i].Words = append(turns[i].Words, word{Text: piece, StartTime: millis(at), EndTime: millis(next)})
			at = next
		}
		finish := millis(at)
		turns[i].EndTime = &finish
	}
	return turns
}
