// Package hostile holds what guests do to a server whom they want to stop, for
// the tests of that server: inputs, and a client that sends them.
package hostile

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// Kind is what an input attacks.
type Kind int

// The kinds of input.
const (
	Computing Kind = 1 + iota // little to read, much to compute: search words, phrases, distinct terms
	Cleaning                  // text whose cleaning costs more than its length
	Bodies                    // bodies that are held, unfinished, or made of a single huge token
	Names                     // names, addresses and enums that are compared before a caller is counted
	Memory                    // answers, summaries and subscriptions that hold much
	Replicas                  // messages for a stream that is open at another replica
)

// Input is one thing that a hostile guest does.
type Input struct {
	Kind     Kind
	Name     string    // unique, such as "one search word of 40 KB"
	Meetings []Meeting // that stand in the guest's account beforehand; names are unique over all inputs
	// Do is called from up to four guests at once. Refusals by the server are no
	// error: only what cannot be sent at all is. It ends with ctx.
	Do func(ctx context.Context, g *Guest) error
}

// Meeting is one that the guest had recorded.
type Meeting struct {
	Name  string // its title, and the key of Guest.Bots
	Turns func() []Turn
}

// Turn is what one person says, as the API gives it.
type Turn struct {
	Speaker string  `json:"speaker"`
	Lang    string  `json:"lang"`
	Start   float64 `json:"start_time"` // seconds
	End     float64 `json:"end_time"`
	Words   []Word  `json:"words"`
}

// Word is a word of a turn, or all its text.
type Word struct {
	Text  string  `json:"text"`
	Start float64 `json:"start_time"`
	End   float64 `json:"end_time"`
}

// ID is the id of the bot that recorded the meeting.
func (m Meeting) ID() string {
	sum := sha256.Sum256([]byte(m.Name))
	return fmt.Sprintf("%x-%x-4%x-8%x-%x", sum[0:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])[:36]
}

// Plant writes the meetings of inputs as files for a sandbox, one folder for all,
// and returns the ids of their bots by name. They ended an hour before now.
func Plant(folder string, inputs []Input, now time.Time) (map[string]string, error) {
	ids := map[string]string{}
	for _, in := range inputs {
		for _, m := range in.Meetings {
			ids[m.Name] = m.ID()
			raw, err := json.Marshal(m.answer(now))
			if err != nil {
				return nil, fmt.Errorf("write meeting %s: %w", m.Name, err)
			}
			if err := os.WriteFile(filepath.Join(folder, m.ID()+".json"), raw, 0o600); err != nil {
				return nil, err
			}
		}
	}
	return ids, nil
}

// answer is the meeting as GET /bots/meeting_data answers it.
func (m Meeting) answer(now time.Time) any {
	ended := now.Add(-time.Hour).UTC()
	began := ended.Add(-time.Hour)
	return map[string]any{
		"mp4": "", "audio": "", "duration": 3600,
		"bot_data": map[string]any{
			"bot": map[string]any{
				"uuid": m.ID(), "id": 1, "account_id": 1, "bot_param_id": 1, "bot_name": "Notes", "meeting_url": "https://meet.google.com/aaa-bbbb-ccc",
				"created_at": began, "bot_joined_at": began, "bot_exited_at": ended, "ended_at": ended, "extra": map[string]any{"title": m.Name},
			},
			"transcripts": m.Turns(),
		},
	}
}
