package sandbox

// meeting is what a bot can hear.
type meeting struct {
	name        string // of its file, without the ending
	title       string
	language    string       // such as en; "" when unknown
	duration    float64      // seconds
	transcripts []transcript // in order; ids and bot ids are given per bot
	data        *meetingData // the whole file, for *.json of a person's own
}

// transcript is what one speaker said in one go, as the API writes it. Times
// are seconds from the start of the recording.
type transcript struct {
	ID        int64    `json:"id"`
	BotID     int64    `json:"bot_id"`
	Speaker   string   `json:"speaker"`
	StartTime float64  `json:"start_time"`
	EndTime   *float64 `json:"end_time"`
	Lang      *string  `json:"lang"`
	UserID    *int64   `json:"user_id"`
	Words     []word   `json:"words"`
}

// word is one spoken word.
type word struct {
	ID        int64   `json:"id"`
	BotID     int64   `json:"bot_id"`
	StartTime float64 `json:"start_time"`
	EndTime   float64 `json:"end_time"`
	Text      string  `json:"text"`
	UserID    *int64  `json:"user_id"`
}

// meetingData is the answer of GET /bots/meeting_data.
type meetingData struct {
	MP4                           string  `json:"mp4"`
	Audio                         string  `json:"audio"`
	SpeakerDiarizationFile        string  `json:"speaker_diarization_file"`
	SpeakerDiarizationFileNetwork string  `json:"speaker_diarization_file_network"`
	MeetingParticipantsFile       string  `json:"meeting_participants_file"`
	Duration                      int64   `json:"duration"`
	BotData                       botData `json:"bot_data"`
}

type botData struct {
	Bot         botRow       `json:"bot"`
	EventUUID   *string      `json:"event_uuid"`
	Transcripts []transcript `json:"transcripts"`
}
