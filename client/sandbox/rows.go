package sandbox

import (
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/meetmcp/meetmcp/client"
)

// botRow is a bot as the API writes it in a meeting's data.
type botRow struct {
	botParam
	UUID                  string         `json:"uuid"`
	ID                    int64          `json:"id"`
	AccountID             int64          `json:"account_id"`
	BotParamID            int64          `json:"bot_param_id"`
	MeetingURL            string         `json:"meeting_url"`
	CreatedAt             stamp          `json:"created_at"`
	BotJoinedAt           stamp          `json:"bot_joined_at"`
	BotExitedAt           stamp          `json:"bot_exited_at"`
	EndedAt               stamp          `json:"ended_at"`
	Errors                *string        `json:"errors"`
	DiarizationFails      *int64         `json:"diarization_fails"`
	DiarizationV2         bool           `json:"diarization_v2"`
	EventID               *int64         `json:"event_id"`
	IsStopped             bool           `json:"is_stopped"`
	MP4S3Path             string         `json:"mp4_s3_path"`
	Reserved              bool           `json:"reserved"`
	ScheduledBotID        *int64         `json:"scheduled_bot_id"`
	SessionID             *string        `json:"session_id"`
	SilenceTimeout        *int64         `json:"silence_timeout"`
	TranscriptionFails    *int64         `json:"transcription_fails"`
	TranscriptionPayloads jsontext.Value `json:"transcription_payloads"`
	UserReportedError     jsontext.Value `json:"user_reported_error"`
}

// stamp is a bot's time on the wire. The zero time is null.
type stamp struct {
	time.Time
	zoned bool // written with a Z, as the time quirk has it
}

// MarshalJSON writes UTC to the microsecond, without a zone unless zoned.
func (t stamp) MarshalJSON() ([]byte, error) {
	if t.IsZero() {
		return []byte("null"), nil
	}
	layout := `"2006-01-02T15:04:05.999999"`
	if t.zoned {
		layout = `"2006-01-02T15:04:05.999999Z"`
	}
	return t.UTC().AppendFormat(nil, layout), nil
}

// UnmarshalJSON reads any form that the API has used.
func (t *stamp) UnmarshalJSON(raw []byte) error {
	var read client.Time
	err := read.UnmarshalJSON(raw)
	t.Time = read.Time
	return err
}

// shown returns t as a stamp if it has come, and the stamp of null otherwise.
func (s *Sandbox) shown(t, now time.Time) stamp {
	if t.IsZero() || t.After(now) {
		return stamp{}
	}
	return stamp{t, s.quirks.timeZoned}
}
