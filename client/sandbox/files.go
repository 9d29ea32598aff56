package sandbox

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
)

// filesPath begins the paths of files, which no key opens but a signature.
const filesPath = "/files/"

// defaultLifetime is how long a link to a file works.
const defaultLifetime = 2 * time.Hour

const signedLayout = "20060102T150405Z"

// fileLinks are the links to a bot's files, "" for those that are not there.
type fileLinks struct{ mp4, audio, diarization, network, participants string }

// links signs links to the files that a bot has.
func (s *Sandbox) links(b *bot, now time.Time) fileLinks {
	if !b.ended(now) || b.filesDeleted {
		return fileLinks{}
	}
	if f := b.file; f != nil {
		return fileLinks{f.MP4, f.Audio, f.SpeakerDiarizationFile, f.SpeakerDiarizationFileNetwork, f.MeetingParticipantsFile}
	}
	if b.plan.seconds == 0 {
		return fileLinks{}
	}
	links := fileLinks{
		audio:        s.sign(b.uuid, "output.wav"),
		diarization:  s.sign(b.uuid, "diarization.json"),
		participants: s.sign(b.uuid, "participants.json"),
	}
	if b.records() {
		links.mp4 = s.sign(b.uuid, "output.mp4")
	}
	if b.platform() != zoom { // whose bots do not see who sends sound
		links.network = s.sign(b.uuid, "diarization_network.json")
	}
	return links
}

// sign returns a link to one of a bot's files, in the form of S3's.
func (s *Sandbox) sign(uuid, name string) string {
	lifetime := defaultLifetime
	if s.quirks.urlLifetime > 0 {
		lifetime = s.quirks.urlLifetime
	}
	path := filesPath + url.PathEscape(uuid) + "/" + name
	date, expires := s.now().UTC().Format(signedLayout), strconv.Itoa(int(lifetime/time.Second))
	return s.url + path + "?X-Amz-Date=" + date + "&X-Amz-Expires=" + expires + "&X-Amz-Signature=" + s.signature(path, date, expires)
}

func (s *Sandbox) signature(path, date, expires string) string {
	mac := hmac.New(sha256.New, s.secret)
	fmt.Fprintf(mac, "%s\n%s\n%s", path, date, expires)
	return hex.EncodeToString(mac.Sum(nil))
}

// file finds the file of a signed link. It returns what answers with it, to be
// called without s.mu, since pictures take a while.
func (s *Sandbox) file(r *http.Request) func() response {
	q := r.URL.Query()
	path, date, expires := r.URL.EscapedPath(), q.Get("X-Amz-Date"), q.Get("X-Amz-Expires")
	if !hmac.Equal([]byte(q.Get("X-Amz-Signature")), []byte(s.signature(path, date, expires))) {
		return noFile(http.StatusForbidden, "SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided.")
	}
	signed, err := time.Parse(signedLayout, date)
	lifetime, err2 := strconv.Atoi(expires)
	if err != nil || err2 != nil || s.now().After(signed.Add(time.Duration(lifetime)*time.Second)) {
		return noFile(http.StatusForbidden, "AccessDenied", "Request has expired")
	}
	uuid, name, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, filesPath), "/")
	for _, a := range s.accounts {
		if b := a.byID[uuid]; b != nil && !b.filesDeleted {
			return b.content(name)
		}
	}
	return noFile(http.StatusNotFound, "NoSuchKey", "The specified key does not exist.")
}

// content returns what answers with one of b's files.
func (b *bot) content(name string) func() response {
	heard, until := b.heard.transcripts, b.plan.seconds
	if b.plan.silent {
		heard = nil
	}
	asJSON := func(v any) func() response {
		return func() response {
			raw, err := json.Marshal(v)
			if err != nil {
				panic(fmt.Sprintf("write %s: %v", name, err))
			}
			return response{status: http.StatusOK, raw: raw, kind: "application/json"}
		}
	}
	switch name {
	case "output.wav":
		return func() response { return response{status: http.StatusOK, raw: wav(), kind: "audio/wav"} }
	case "output.mp4":
		return func() response { return response{status: http.StatusOK, raw: mp4(), kind: "video/mp4"} }
	case "diarization.json":
		return asJSON(diarization(heard, until))
	case "diarization_network.json":
		return asJSON(network(heard, until, b.plan.recording))
	case "participants.json":
		return asJSON(participants(heard, until, b.plan.alone))
	}
	n, err := strconv.Atoi(strings.TrimSuffix(strings.TrimPrefix(name, "screenshots/"), ".png"))
	if err != nil {
		return noFile(http.StatusNotFound, "NoSuchKey", "The specified key does not exist.")
	}
	return func() response { return response{status: http.StatusOK, raw: screenshot(n), kind: "image/png"} }
}

// noFile refuses as S3 does.
func noFile(status int, code, message string) func() response {
	return func() response {
		raw, err := xml.Marshal(struct {
			XMLName xml.Name `xml:"Error"`
			Code    string
			Message string
		}{Code: code, Message: message})
		if err != nil {
			panic(fmt.Sprintf("write refusal: %v", err))
		}
		return response{status: status, raw: append([]byte(xml.Header), raw...), kind: "application/xml"}
	}
}

// spoke is one stretch of speech.
type spoke struct {
	Speaker   string  `json:"speaker"`
	StartTime float64 `json:"start_time"`
	EndTime   float64 `json:"end_time"`
}

// diarization tells who spoke when, in seconds of the recording.
func diarization(heard []transcript, until float64) []spoke {
	all := []spoke{}
	for _, t := range heard {
		if t.StartTime >= until {
			continue
		}
		end := t.StartTime
		if t.EndTime != nil {
			end = min(*t.EndTime, until)
		}
		all = append(all, spoke{t.Speaker, t.StartTime, end})
	}
	return all
}

// seen is one change of who is speaking, as a meeting's page shows it.
type seen struct {
	Name      string `json:"name"`
	ID        int    `json:"id"`
	Timestamp int64  `json:"timestamp"` // milliseconds since 1970
	Speaking  bool   `json:"isSpeaking"`
}

func network(heard []transcript, until float64, began time.Time) []seen {
	all := []seen{}
	ids := map[string]int{}
	for _, s := range diarization(heard, until) {
		if ids[s.Speaker] == 0 {
			ids[s.Speaker] = len(ids) + 1
		}
		at := func(seconds float64) int64 { return began.UnixMilli() + int64(seconds*1000) }
		all = append(all, seen{s.Speaker, ids[s.Speaker], at(s.StartTime), true}, seen{s.Speaker, ids[s.Speaker], at(s.EndTime), false})
	}
	return all
}

// participant is somebody who was there.
type participant struct {
	ID        int     `json:"id"`
	Name      string  `json:"name"`
	FirstSeen float64 `json:"first_seen"` // seconds of the recording
}

func participants(heard []transcript, until float64, alone bool) []participant {
	all := []participant{}
	known := map[string]bool{}
	for _, s := range diarization(heard, until) {
		if !known[s.Speaker] {
			known[s.Speaker] = true
			all = append(all, participant{len(all) + 1, s.Speaker, s.StartTime})
		}
	}
	if len(all) == 0 && !alone {
		all = append(all, participant{1, "Guest", 0})
	}
	return all
}
