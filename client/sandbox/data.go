package sandbox

import (
	"crypto/sha1"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// maxDataFile is the largest file of a person's own meetings, in bytes.
const maxDataFile = 64 << 20

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
			faults = append(faults, fmt.Errorf("%s: %w", file, err))
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

func loadFile(path, ending string) (*meeting, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, errors.Unwrap(err) // the caller names the file
	}
	if info.IsDir() {
		return nil, errors.New("is a folder")
	}
	if info.Size() > maxDataFile {
		return nil, fmt.Errorf("is larger than %d MB", maxDataFile>>20)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, errors.Unwrap(err)
	}
	name := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	if ending == ".json" {
		return fromJSON(name, raw, info.ModTime())
	}
	return fromSubtitles(name, ending, raw, info.ModTime())
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
	if data.Duration < 0 {
		return nil, fmt.Errorf("duration: %d is negative", data.Duration)
	}
	m := &meeting{name: name, title: titleOf(bot.Extra), duration: float64(data.Duration), data: data}
	if m.title == "" {
		m.title = name
	}
	for i := range data.BotData.Transcripts {
		t := &data.BotData.Transcripts[i]
		if t.StartTime < 0 || t.EndTime != nil && *t.EndTime < 0 {
			return nil, fmt.Errorf("bot_data.transcripts[%d]: a time is negative", i)
		}
		for j, w := range t.Words {
			if w.StartTime < 0 || w.EndTime < 0 {
				return nil, fmt.Errorf("bot_data.transcripts[%d].words[%d]: a time is negative", i, j)
			}
			m.duration = max(m.duration, math.Ceil(w.EndTime))
		}
		if m.language == "" && t.Lang != nil {
			m.language = *t.Lang
		}
	}
	if data.Duration == 0 {
		data.Duration = int64(m.duration)
	}
	if bot.CreatedAt.IsZero() {
		bot.CreatedAt.Time = modified.UTC()
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
