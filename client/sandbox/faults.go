package sandbox

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// faults decides what goes wrong with requests. Sandbox.mu guards it.
type faults struct {
	random  *rand.Rand
	rates   []rate
	slow    time.Duration // before each answer
	refused []int         // statuses of the next requests
}

// rate is how often one fault befalls a request, of 0 to 1. At most one does.
type rate struct {
	status int // answered instead, unless damage is done afterwards
	damage damage
	share  float64
}

// pause is what refusals that name a Retry-After ask for, in seconds: short,
// so that tests may wait it out.
const pause = "0.05"

// parseFaults reads faults such as 429=0.1,503=0.05,slow=200ms,cut=0.01.
func parseFaults(spec string, seed uint64) (faults, error) {
	f := faults{random: rand.New(rand.NewPCG(seed, 2))}
	if strings.TrimSpace(spec) == "" {
		return f, nil
	}
	sum := 0.0
	for part := range strings.SplitSeq(spec, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		one := rate{}
		switch name {
		case "429", "500", "502", "503", "504":
			one.status, _ = strconv.Atoi(name)
		case "cut":
			one.damage = cutOff
		case "garbage":
			one.damage = garbled
		case "slow":
			slow, err := time.ParseDuration(value)
			if err != nil || slow < 0 {
				return f, fmt.Errorf("sandbox fault slow=%s: want a duration such as slow=200ms", value)
			}
			f.slow = slow
			continue
		default:
			return f, fmt.Errorf("sandbox fault %q is unknown; valid: 429, 500, 502, 503, 504, cut and garbage with a rate of 0 to 1, slow with a duration", name)
		}
		share, err := strconv.ParseFloat(value, 64)
		if err != nil || !(share >= 0 && share <= 1) {
			return f, fmt.Errorf("sandbox fault %s=%s: want a rate of 0 to 1, such as %s=0.1", name, value, name)
		}
		one.share = share
		sum += share
		f.rates = append(f.rates, one)
	}
	if sum > 1.000001 {
		return f, fmt.Errorf("sandbox faults %q: the rates come to %.3g, more than 1", spec, sum)
	}
	return f, nil
}

// SetFaults replaces the faults. The error names the one that is not valid.
func (s *Sandbox) SetFaults(spec string) error {
	f, err := parseFaults(spec, s.options.Seed)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	f.refused = s.faults.refused
	s.faults = f
	return nil
}

// Refuse has the next n requests answered with status, and not carried out.
func (s *Sandbox) Refuse(status int, n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for range n {
		s.faults.refused = append(s.faults.refused, status)
	}
}

// draw decides about one request: it is refused without being carried out, or
// answered late, or its answer is damaged.
func (f *faults) draw() (refusal *response, slow time.Duration, d damage) {
	if len(f.refused) > 0 {
		status := f.refused[0]
		f.refused = f.refused[1:]
		return busy(status, true), f.slow, whole
	}
	if len(f.rates) == 0 {
		return nil, f.slow, whole
	}
	drawn, patient := f.random.Float64(), f.random.IntN(2) == 0
	for _, one := range f.rates {
		if drawn -= one.share; drawn < 0 {
			if one.status != 0 {
				return busy(one.status, patient), f.slow, whole
			}
			return nil, f.slow, one.damage
		}
	}
	return nil, f.slow, whole
}

// busy is a refusal for reasons of the server's own.
func busy(status int, patient bool) *response {
	code, message := strings.ReplaceAll(http.StatusText(status), " ", ""), http.StatusText(status)
	if status == http.StatusTooManyRequests {
		message = "Rate limit exceeded"
	}
	refusal := refuse(status, code, message)
	if patient && (status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable) {
		refusal.headers = map[string]string{"Retry-After": pause}
	}
	return &refusal
}

// sleep waits on the wall's clock, and reports whether anyone still waits too.
func (s *Sandbox) sleep(r *http.Request, d time.Duration) bool {
	due := time.NewTimer(d)
	defer due.Stop()
	select {
	case <-due.C:
		return true
	case <-r.Context().Done():
	case <-s.ctx.Done():
	}
	return false
}

// garbage is what comes instead of an answer of so many bytes.
func garbage(size int) ([]byte, string) {
	if size%2 == 0 {
		return []byte("<!DOCTYPE html>\n<html><head><title>502 Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>\n"), "text/html"
	}
	return []byte("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03{\"bots\":\xff\xfe\x00\x01"), "application/json"
}

// cut sends half of an answer and breaks the connection. It does not return.
func cut(w http.ResponseWriter, status int, raw []byte) {
	if len(raw) > 1 {
		w.Header().Set("Content-Length", strconv.Itoa(len(raw)))
		w.WriteHeader(status)
		_, _ = w.Write(raw[:len(raw)/2])
		_ = http.NewResponseController(w).Flush()
	}
	panic(http.ErrAbortHandler)
}
