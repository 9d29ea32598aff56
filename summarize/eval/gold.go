package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/meetmcp/meetmcp/internal/transcript"
)

// meeting is one with what people wrote about it.
type meeting struct {
	turns []transcript.Turn
	gold  gold
}

type gold struct {
	General []struct {
		Answer   string `json:"answer"`
		Evidence []struct {
			Complete []int `json:"ces"`
			Partial  []int `json:"pes"`
		} `json:"evidence"`
	} `json:"general"`
	Queries []struct {
		Query  string   `json:"query"`
		Answer string   `json:"answer"`
		Turns  [][2]int `json:"turns"`
	} `json:"queries"`
}

// load reads the meetings of a folder, in the order of their names.
func load(folder string) ([]meeting, error) {
	paths, err := filepath.Glob(filepath.Join(folder, "*.meeting.json"))
	if err != nil {
		return nil, fmt.Errorf("look into %s: %w", folder, err)
	}
	if len(paths) == 0 {
		return nil, fmt.Errorf("there is no *.meeting.json in %s", folder)
	}
	var all []meeting
	for _, path := range paths {
		var m meeting
		if m.turns, err = readTurns(path); err != nil {
			return nil, err
		}
		if transcript.Words(m.turns) == 0 {
			return nil, fmt.Errorf("nobody says anything in %s", path)
		}
		path = strings.TrimSuffix(path, ".meeting.json") + ".gold.json"
		if err := readJSON(path, &m.gold); err != nil {
			return nil, err
		}
		if len(m.gold.General) == 0 {
			return nil, fmt.Errorf("%s has no summary in general", path)
		}
		all = append(all, m)
	}
	return all, nil
}

func readTurns(path string) ([]transcript.Turn, error) {
	var data struct {
		BotData struct {
			Transcripts []struct {
				Speaker string  `json:"speaker"`
				Lang    string  `json:"lang"`
				Start   float64 `json:"start_time"`
				End     float64 `json:"end_time"`
				Words   []struct {
					Text string `json:"text"`
				} `json:"words"`
			} `json:"transcripts"`
		} `json:"bot_data"`
	}
	if err := readJSON(path, &data); err != nil {
		return nil, err
	}
	var turns []transcript.Turn
	for i, t := range data.BotData.Transcripts {
		var words []string
		for _, w := range t.Words {
			words = append(words, w.Text)
		}
		turns = append(turns, transcript.Turn{Index: i, Speaker: t.Speaker, Start: t.Start, End: t.End, Lang: t.Lang, Text: transcript.JoinWords(words)})
	}
	return turns, nil
}

func readJSON(path string, into any) error {
	raw, err := os.ReadFile(path)
	if err != nil {
		return err // it names the path
	}
	if err := json.Unmarshal(raw, into); err != nil {
		return fmt.Errorf("read %s: %w", path, err)
	}
	return nil
}
