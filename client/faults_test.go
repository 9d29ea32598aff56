package client_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/meetmcp/meetmcp/client"
	"github.com/meetmcp/meetmcp/client/sandbox"
)

// TestFaults mixes reads and writes while everything goes wrong at times: each
// call ends in its answer or in a worded error, and no write is sent twice.
func TestFaults(t *testing.T) {
	t.Parallel()
	sum := 0
	for _, quirk := range append(sandbox.Quirks(), sandbox.Quirk{}) {
		s, c := open(t, sandbox.Options{Quirks: strings.Fields(quirk.Name), Seed: uint64(len(quirk.Name))})
		id := furnish(t, s, c)
		if err := s.SetFaults("429=0.1,500=0.1,502=0.1,503=0.1,504=0.1,cut=0.1,garbage=0.1,slow=1ms"); err != nil {
			t.Fatal(err)
		}
		before := len(s.Requests())
		const workers, rounds = 6, 3
		var wg sync.WaitGroup
		for worker := range workers {
			wg.Go(func() {
				for round := range rounds {
					n := fmt.Sprintf("%d%02d", worker+1, round)
					in := bot("https://zoom.us/j/55500" + n)
					joined, err := c.Join(t.Context(), in)
					if err == nil && len(joined.BotID) != 36 {
						t.Errorf("join: got the bot %q", joined.BotID)
					}
					worded(t, err)
					page, err := c.Bots(t.Context(), client.BotQuery{Limit: 50})
					if err == nil && len(page.Bots) < 6 {
						t.Errorf("list: got %d bots", len(page.Bots))
					}
					worded(t, err)
					data, err := c.MeetingData(t.Context(), id.bot, true)
					if err == nil && (data.Duration == 0 || len(data.BotData.Transcripts) == 0) {
						t.Errorf("meeting data: got %d s, %d turns", data.Duration, len(data.BotData.Transcripts))
					}
					worded(t, err)
				}
			})
		}
		wg.Wait()
		sum += 3 * workers * rounds
		sent := map[string]int{}
		for _, r := range s.Requests()[before:] {
			if r.Method == "POST" {
				sent[r.Body]++
			}
		}
		if len(sent) != workers*rounds {
			t.Errorf("%s: %d joins were sent, want %d", quirk.Name, len(sent), workers*rounds)
		}
		for body, n := range sent {
			if n > 1 {
				t.Errorf("%s: sent %d times: %s", quirk.Name, n, body)
			}
		}
	}
	if sum < 1000 {
		t.Errorf("%d calls, want 1,000 or more", sum)
	}
}

func worded(t *testing.T, err error) {
	t.Helper()
	var refusal *client.Error
	if err != nil && (!errors.As(err, &refusal) || refusal.Op == "" || refusal.Message == "" || strings.Contains(err.Error(), sandbox.Key)) {
		t.Errorf("got %v (%T), want it in words", err, err)
	}
}

func TestSlowAnswersEndInTime(t *testing.T) {
	t.Parallel()
	s, _ := open(t, sandbox.Options{Faults: "slow=1h"})
	c := clientOf(t, s.URL(), &client.Options{Timeout: 50 * time.Millisecond})
	for _, err := range []error{errOf(c.Bots(t.Context(), client.BotQuery{})), errOf(c.Join(t.Context(), bot(link)))} {
		if err == nil || !strings.Contains(err.Error(), "no answer in time") {
			t.Errorf("got %v, want no answer in time", err)
		}
	}
	if _, err := c.Join(t.Context(), bot(link)); !refusalOf(err).Lost {
		t.Errorf("got %v, want it to say that the request may have been carried out", err)
	}
}
