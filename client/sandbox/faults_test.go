package sandbox

import (
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"testing"
	"time"

	"github.com/meetmcp/meetmcp/client"
)

// outcome sends one request, and says what came of it.
func outcome(t *testing.T, s *Sandbox) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), "GET", s.URL()+"/bots/bots_with_metadata?limit=1", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set(client.KeyHeader, Key)
	answer, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(r)
	if err != nil {
		return "cut"
	}
	defer answer.Body.Close()
	raw, err := io.ReadAll(answer.Body)
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "cut"
	case err != nil:
		t.Fatal(err)
	case answer.StatusCode != http.StatusOK:
		return fmt.Sprint(answer.StatusCode)
	case raw[0] != '{':
		return "garbage"
	}
	return "200"
}

func TestFaultRates(t *testing.T) {
	t.Parallel()
	rates := map[string]float64{"429": 0.2, "500": 0.1, "502": 0.1, "503": 0.1, "504": 0.1, "cut": 0.1, "garbage": 0.1, "200": 0.2}
	s, _ := open(t, Options{Seed: 3, Faults: "429=0.2,500=0.1, 502=0.1,503=0.1,504=0.1,cut=0.1,garbage=0.1,slow=1ms"})
	const requests = 400
	got := map[string]int{}
	for range requests {
		got[outcome(t, s)]++
	}
	for what, rate := range rates {
		if share := float64(got[what]) / requests; math.Abs(share-rate) > 0.07 {
			t.Errorf("%s befalls %.2f of the requests, want about %.2f", what, share, rate)
		}
	}
	if err := s.SetFaults("429=x"); err == nil {
		t.Error("a bad fault was taken")
	}
	if err := s.SetFaults(""); err != nil {
		t.Fatal(err)
	}
	for range 20 {
		if got := outcome(t, s); got != "200" {
			t.Fatalf("without faults: got %s", got)
		}
	}
}

func TestFaultsRepeat(t *testing.T) {
	t.Parallel()
	runs := map[string]bool{}
	for range 2 {
		s, _ := open(t, Options{Seed: 9, Faults: "429=0.3,500=0.3"})
		all := ""
		for range 20 {
			all += " " + outcome(t, s)
		}
		runs[all] = true
	}
	if len(runs) != 1 {
		t.Errorf("the same seed gave different faults: %v", runs)
	}
}

// TestFaultsOnWrites holds that a refused write is not carried out, and that
// one whose answer is lost is.
func TestFaultsOnWrites(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		faults  string
		refuse  int
		carried bool
		lost    bool
	}{
		{"429=1", 0, false, false},
		{"500=1", 0, false, true}, // it may have failed after it was done
		{"503=1", 0, false, true},
		{"", http.StatusBadGateway, false, true}, // a gateway cannot tell
		{"cut=1", 0, true, true},
		{"garbage=1", 0, true, true},
	} {
		s, c := open(t, Options{Faults: row.faults})
		s.Load()
		before := len(s.accounts[Key].bots)
		if row.refuse != 0 {
			s.Refuse(row.refuse, 1)
		}
		_, err := c.Join(t.Context(), transcribed(ordinary))
		var refusal *client.Error
		if !asError(err, &refusal) || refusal.Lost != row.lost {
			t.Errorf("%s: %v, want an error, lost %v", row.faults, err, row.lost)
		}
		if got := len(s.accounts[Key].bots) > before; got != row.carried {
			t.Errorf("%s: carried out %v, want %v", row.faults, got, row.carried)
		}
		if got := len(s.Requests()); got != 1 {
			t.Errorf("%s: %d requests, want 1", row.faults, got)
		}
	}
}

func TestCloseEndsSlowAnswers(t *testing.T) {
	t.Parallel()
	s, err := Start(Options{Faults: "slow=1h"})
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() {
		answer, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(mustRequest(t, s))
		if err == nil {
			err = answer.Body.Close()
		}
		ended <- err
	}()
	for deadline := time.Now().Add(10 * time.Second); len(s.Requests()) == 0; {
		if time.Now().After(deadline) {
			t.Fatal("the request did not come in")
		}
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if err := <-ended; err == nil {
		t.Error("the slow request was answered, want it broken off")
	}
}

func mustRequest(t *testing.T, s *Sandbox) *http.Request {
	t.Helper()
	r, err := http.NewRequest("GET", s.URL()+"/bots/webhooks", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set(client.KeyHeader, Key)
	return r
}
