package sandbox

import (
	"crypto/sha1"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"
	"unicode"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// The bounds of a person's own meetings.
const (
	maxDataFile = 64 << 20         // bytes of a file
	maxLength   = 7 * 24 * 60 * 60 // seconds of a meeting
)

// loadData reads a person's own meetings: *.json as GET /bots/meeting_data
// answers, *.vtt and *.srt. A file that cannot be read is told in an error that
// begins with its name; the others load.
func loadData(folder string) ([]*meeting, []error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, []error{fmt.Errorf("read meetings: %w", err)}
	}
	var all []*meeting
	var faults []error
	files := map[string]string{} // by bot uuid
	for _, entry := range entries {
		file := entry.Name()
		ending := strings.ToLower(filepath.Ext(file))
		if entry.IsDir() || ending != ".json" && ending != ".vtt" && ending != ".srt" {
			continue
		}
		m, err := loadFile(filepath.Join(folder, file), ending)
		if err != nil {
			faults = append(faults, fmt.Errorf("%s: %s", file, inALine(err)))
			continue
		}
		uuid := m.data.BotData.Bot.UUID
		if first := files[uuid]; first != "" {
			faults = append(faults, fmt.Errorf("%s: its bot uuid %s is that of %s", file, uuid, first))
			continue
		}
		files[uuid] = file
		all = append(all, m)
	}
	return all, faults
}

// inALine words an error of which parts may be the file's own.
func inALine(err error) string {
	text := strings.Join(strings.FieldsFunc(err.Error(), unicode.IsControl), " ")
	if len(text) > 300 {
		text = strings.ToValidUTF8(text[:300], "") + "…"
	}
	return text
}

func loadFile(path, ending string) (*meeting, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, errors.Unwrap(err) // the caller names the file
	}
	if info.IsDir() {
		return nil, errors.New("is a folder")
	}
	if !info.Mode().IsRegular() { // opening a pipe would wait for its other end
		return nil, errors.New("is not a regular file")
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, errors.Unwrap(err)
	}
	defer file.Close()
	raw, err := io.ReadAll(io.LimitReader(file, maxDataFile+1)) // it may have grown
	if err != nil {
		return nil, fmt.Errorf("cannot be read: %w", err)
	}
	if len(raw) > maxDataFile {
		return nil, fmt.Errorf("is larger than %d MB", maxDataFile>>20)
	}
	if len(raw) == 0 {
		return nil, errors.New("is empty")
	}
	name := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	var m *meeting
	if ending == ".json" {
		m, err = fromJSON(name, raw, info.ModTime())
	} else {
		m, err = fromSubtitles(name, ending, raw, info.ModTime())
	}
	if err != nil {
		return nil, err
	}
	return m, m.check()
}

// check holds a meeting against what can be answered and reckoned with.
func (m *meeting) check() error {
	if err := checkLength("duration", float64(m.data.Duration)); err != nil {
		return err
	}
	for i, t := range m.transcripts {
		place := fmt.Sprintf("bot_data.transcripts[%d]", i)
		if err := checkLength(place+".start_time", t.StartTime); err != nil {
			return err
		}
		if t.EndTime != nil {
			if err := checkLength(place+".end_time", *t.EndTime); err != nil {
				return err
			}
		}
		for j, w := range t.Words {
			if err := errors.Join(checkLength("start_time", w.StartTime), checkLength("end_time", w.EndTime)); err != nil {
				return fmt.Errorf("%s.words[%d].%w", place, j, err)
			}
		}
	}
	bot := &m.data.BotData.Bot
	for _, at := range []stamp{bot.CreatedAt, bot.BotJoinedAt, bot.BotExitedAt, bot.EndedAt} {
		if year := at.UTC().Year(); !at.IsZero() && (year < 1970 || year > 9998) {
			return fmt.Errorf("bot_data.bot: a time is in the year %d", year)
		}
	}
	// What is not decoded, such as extra, is not looked into before.
	if err := json.MarshalWrite(io.Discard, m.data); err != nil {
		return fmt.Errorf("cannot be answered as JSON: %w", err)
	}
	for field, raw := range map[string]jsontext.Value{
		"extra": bot.Extra, "transcription_custom_parameters": bot.TranscriptionCustomParameters,
		"transcription_payloads": bot.TranscriptionPayloads, "user_reported_error": bot.UserReportedError,
	} {
		var v any
		if raw != nil && json.Unmarshal(raw, &v) != nil {
			return fmt.Errorf("bot_data.bot.%s: has a number that is out of range", field)
		}
	}
	return nil
}

func checkLength(field string, seconds float64) error {
	switch {
	case seconds < 0:
		return fmt.Errorf("%s: %v is negative", field, seconds)
	case !(seconds <= maxLength): // not even a number
		return fmt.Errorf("%s: %v s is longer than a week", field, seconds)
	}
	return nil
}

// plainUUID is what can stand in a path; the API's are UUIDs.
var plainUUID = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z_-]{0,99}$`)

// fromJSON reads an answer of GET /bots/meeting_data.
func fromJSON(name string, raw []byte, modified time.Time) (*meeting, error) {
	if kind := jsontext.Value(raw).Kind(); kind != '{' {
		return nil, errors.New("is not a JSON object")
	}
	data := &meetingData{}
	err := json.Unmarshal(raw, data, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	var syntactic *jsontext.SyntacticError
	switch {
	case errors.As(err, &syntactic):
		return nil, fmt.Errorf("is not JSON: %w", syntactic)
	case err != nil:
		return nil, fmt.Errorf("is not what GET /bots/meeting_data answers: %s", typeFault(err))
	}
	bot := &data.BotData.Bot
	if bot.UUID == "" {
		return nil, errors.New("has no bot_data.bot.uuid")
	}
	if !plainUUID.MatchString(bot.UUID) {
		return nil, fmt.Errorf("bot_data.bot.uuid: %.60q is not a UUID", bot.UUID)
	}
	m := &meeting{name: name, title: titleOf(bot.Extra), duration: float64(data.Duration), data: data}
	if m.title == "" {
		m.title = name
	}
	for i := range data.BotData.Transcripts {
		t := &data.BotData.Transcripts[i]
		if t.EndTime != nil {
			m.duration = max(m.duration, math.Ceil(*t.EndTime))
		}
		for _, w := range t.Words {
			m.duration = max(m.duration, math.Ceil(w.EndTime))
		}
		if m.language == "" && t.Lang != nil {
			m.language = *t.Lang
		}
	}
	if data.Duration == 0 {
		data.Duration = int64(min(m.duration, maxLength+1)) // check refuses what is longer
	}
	if bot.CreatedAt.IsZero() { // it was over when the file was written
		bot.CreatedAt.Time = modified.UTC().Add(-time.Duration(data.Duration) * time.Second)
	}
	m.transcripts = data.BotData.Transcripts
	return m, nil
}

// titleOf finds a meeting's title where people put it.
func titleOf(extra jsontext.Value) string {
	var fields map[string]any
	if json.Unmarshal(extra, &fields) != nil {
		return "" // extra may be anything
	}
	for _, name := range []string{"title", "name", "subject"} {
		if title, ok := fields[name].(string); ok && title != "" {
			return title
		}
	}
	return ""
}

// derivedID is 32 characters, always the same for the same words.
func derivedID(words ...string) string { return strings.ReplaceAll(derivedUUID(words...), "-", "") }

// derivedUUID is the same UUID for the same words, in the form of version 5.
func derivedUUID(words ...string) string {
	sum := sha1.Sum([]byte("meetmcp sandbox\x00" + strings.Join(words, "\x00")))
	sum[6] = sum[6]&0x0f | 0x50
	sum[8] = sum[8]&0x3f | 0x80
	x := hex.EncodeToString(sum[:16])
	return x[:8] + "-" + x[8:12] + "-" + x[12:16] + "-" + x[16:20] + "-" + x[20:]
}
