package sandbox

import (
	"bytes"
	"encoding/binary"
	"image/jpeg"
	"image/png"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/meetmcp/meetmcp/client"
)

func TestFiles(t *testing.T) {
	t.Parallel()
	s, c := open(t, Options{})
	id := mustJoin(t, c, transcribed(ordinary))
	s.Advance(2 * time.Hour)
	data := mustData(t, c, id)
	shots, err := c.Screenshots(t.Context(), id)
	if err != nil || len(shots) != screenshots {
		t.Fatalf("screenshots: %v, %v", shots, err)
	}
	for _, file := range []struct {
		link, kind string
		check      func(raw []byte) bool
	}{
		{data.Audio, "audio/wav", func(raw []byte) bool {
			return string(raw[:4]) == "RIFF" && string(raw[8:16]) == "WAVEfmt " &&
				int(binary.LittleEndian.Uint32(raw[4:]))+8 == len(raw) && int(binary.LittleEndian.Uint32(raw[40:]))+44 == len(raw) && raw[34] == 16
		}},
		{data.MP4, "video/mp4", wellFormed},
		{shots[1].URL, "image/png", func(raw []byte) bool {
			picture, err := png.Decode(bytes.NewReader(raw))
			return err == nil && picture.Bounds().Dx() == 1280 && picture.Bounds().Dy() == 720
		}},
		{data.SpeakerDiarizationFile, "application/json", func(raw []byte) bool {
			var all []spoke
			return json.Unmarshal(raw, &all) == nil && len(all) == len(data.BotData.Transcripts) && all[0].Speaker == data.BotData.Transcripts[0].Speaker
		}},
		{data.SpeakerDiarizationFileNetwork, "application/json", func(raw []byte) bool {
			var all []seen
			return json.Unmarshal(raw, &all) == nil && len(all) == 2*len(data.BotData.Transcripts)
		}},
		{data.MeetingParticipantsFile, "application/json", func(raw []byte) bool {
			var all []participant
			return json.Unmarshal(raw, &all) == nil && len(all) > 1 && all[0].Name == data.BotData.Transcripts[0].Speaker
		}},
	} {
		got := ask(t, s, "GET", file.link, "", client.KeyHeader, "")
		if got.status != http.StatusOK || got.kind != file.kind || !file.check([]byte(got.body)) {
			t.Errorf("%s: got %d %s, %d bytes, want a sound %s", file.link, got.status, got.kind, len(got.body), file.kind)
		}
	}
	for _, link := range []string{
		strings.Replace(data.Audio, "Signature=", "Signature=0", 1),
		strings.Replace(data.Audio, "Expires=7200", "Expires=99999", 1),
		strings.Replace(data.Audio, "output.wav", "output.mp4", 1),
		s.URL() + "/files/" + id + "/output.wav",
	} {
		if got := ask(t, s, "GET", link, ""); got.status != http.StatusForbidden {
			t.Errorf("%s: got %d, want 403", link, got.status)
		}
	}
	s.Advance(2 * time.Hour)
	if got := ask(t, s, "GET", data.Audio, ""); got.status != http.StatusOK {
		t.Errorf("after 2 h: got %d, want it to work still", got.status)
	}
	s.Advance(time.Second)
	if got := ask(t, s, "GET", data.Audio, ""); got.status != http.StatusForbidden || !strings.Contains(got.body, "Request has expired") {
		t.Errorf("after more than 2 h: got %d %s, want 403", got.status, got.body)
	}
	fresh := mustData(t, c, id).Audio
	if _, err := c.DeleteData(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if got := ask(t, s, "GET", fresh, ""); got.status != http.StatusNotFound {
		t.Errorf("after deletion: got %d, want 404", got.status)
	}
}

// wellFormed reports whether an MP4 file's boxes add up, and its sample is
// where it says: a picture.
func wellFormed(raw []byte) bool {
	var names []string
	for rest := raw; len(rest) > 0; {
		size := int(binary.BigEndian.Uint32(rest))
		if size < 8 || size > len(rest) {
			return false
		}
		names = append(names, string(rest[4:8]))
		rest = rest[size:]
	}
	table := bytes.Index(raw, []byte("stco"))
	if strings.Join(names, " ") != "ftyp mdat moov" || table < 0 {
		return false
	}
	_, err := jpeg.Decode(bytes.NewReader(raw[binary.BigEndian.Uint32(raw[table+12:]):]))
	return err == nil
}

func TestFilesByKindOfMeeting(t *testing.T) {
	t.Parallel()
	s, c := open(t, Options{})
	audio := transcribed("https://meet.google.com/aud-ioon-lyx")
	audio.RecordingMode = "audio_only"
	sound, onZoom := mustJoin(t, c, audio), mustJoin(t, c, transcribed("https://zoom.us/j/123456789"))
	s.Advance(2 * time.Hour)
	if data := mustData(t, c, sound); data.MP4 != "" || data.Audio == "" || data.BotData.Bot.MP4S3Path != "" {
		t.Errorf("audio_only: mp4 %q, audio %q, want audio alone", data.MP4, data.Audio)
	}
	for what, id := range map[string]string{"audio_only": sound, "Zoom": onZoom} {
		if shots, err := c.Screenshots(t.Context(), id); err != nil || len(shots) != 0 {
			t.Errorf("%s: screenshots %v, %v, want none", what, shots, err)
		}
	}
}
