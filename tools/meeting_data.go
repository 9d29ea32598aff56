package tools

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"math"
	"strings"

	"github.com/meetmcp/meetmcp/client"
	"github.com/meetmcp/meetmcp/internal/transcript"
	"github.com/meetmcp/meetmcp/internal/untrusted"
)

type getMeeting struct {
	botOrLatest
	IncludeTranscripts bool   `json:"include_transcripts,omitzero" jsonschema_description:"Adds what was said, in pages; false by default."`
	IncludeURLs        bool   `json:"include_urls,omitzero" jsonschema_description:"Adds links to the files."`
	Detail             string `json:"detail,omitzero" jsonschema:"enum=brief,enum=full" jsonschema_description:"full adds every field of the API."`
	paged
}

// meeting is a meeting at a glance. Times are RFC 3339; duration is in seconds.
type meeting struct {
	About
	BotID       untrusted.Word `json:"bot_id"`
	Title       untrusted.Text `json:"title"`
	TitleSource string         `json:"title_source"`
	State       string         `json:"state,omitzero"` // absent on later pages of speech
	Cause       untrusted.Text `json:"cause,omitzero"`
	Remedy      string         `json:"remedy,omitzero"`
	Platform    string         `json:"platform,omitzero"`
	MeetingURL  untrusted.Text `json:"meeting_url,omitzero"`
	BotName     untrusted.Text `json:"bot_name,omitzero"`
	EventID     untrusted.Word `json:"event_id,omitzero"`
	CreatedAt   string         `json:"created_at"`
	BotJoinedAt string         `json:"bot_joined_at,omitzero"`
	BotExitedAt string         `json:"bot_exited_at,omitzero"`
	EndedAt     string         `json:"ended_at,omitzero"`
	Duration    int64          `json:"duration,omitzero"`
	Speakers    []speaking     `json:"speakers,omitzero"`
	MoreSpeaker int            `json:"more_speakers,omitzero"`
	Transcript  spoken         `json:"transcript"`
	Files       []string       `json:"files,omitzero"`
	links
	Details *botDetails `json:"details,omitzero"`
	Speech  *speech     `json:"speech,omitzero"`
}

// speaking is one speaker's share.
type speaking struct {
	Name    untrusted.Text `json:"name"`
	Seconds int64          `json:"seconds"`
	Words   int            `json:"words"`
}

// links to a meeting's files, which expire.
type links struct {
	MP4                           untrusted.Word `json:"mp4,omitzero"`
	Audio                         untrusted.Word `json:"audio,omitzero"`
	MeetingParticipantsFile       untrusted.Word `json:"meeting_participants_file,omitzero"`
	SpeakerDiarizationFile        untrusted.Word `json:"speaker_diarization_file,omitzero"`
	SpeakerDiarizationFileNetwork untrusted.Word `json:"speaker_diarization_file_network,omitzero"`
}

// present are the files that there are, by name.
func (l links) present() iter.Seq2[string, untrusted.Word] {
	return func(yield func(string, untrusted.Word) bool) {
		for _, f := range []struct {
			name string
			url  untrusted.Word
		}{
			{"mp4", l.MP4}, {"audio", l.Audio}, {"meeting_participants_file", l.MeetingParticipantsFile},
			{"speaker_diarization_file", l.SpeakerDiarizationFile}, {"speaker_diarization_file_network", l.SpeakerDiarizationFileNetwork},
		} {
			if !f.url.IsZero() && !yield(f.name, f.url) {
				return
			}
		}
	}
}

// botDetails are the API's fields that are not at a glance. Secrets, and URLs
// that may hold tokens, are left out.
type botDetails struct {
	botSettings
	ID                    untrusted.Word `json:"id,omitzero"` // the API's old id
	AccountID             int64          `json:"account_id"`
	BotParamID            int64          `json:"bot_param_id"`
	DiarizationFails      *int           `json:"diarization_fails,omitzero"`
	DiarizationV2         bool           `json:"diarization_v2"`
	Errors                untrusted.Text `json:"errors,omitzero"`
	IsStopped             bool           `json:"is_stopped"`
	MP4S3Path             untrusted.Word `json:"mp4_s3_path,omitzero"`
	Reserved              bool           `json:"reserved"`
	ScheduledBotID        *int64         `json:"scheduled_bot_id,omitzero"`
	SessionID             untrusted.Word `json:"session_id,omitzero"`
	SilenceTimeout        *int           `json:"silence_timeout,omitzero"`
	TranscriptionFails    *int           `json:"transcription_fails,omitzero"`
	TranscriptionPayloads untrusted.JSON `json:"transcription_payloads,omitzero"`
	UserReportedError     untrusted.JSON `json:"user_reported_error,omitzero"`
}

func detailsOf(bot *client.Bot) *botDetails {
	d := &botDetails{
		botSettings: settingsOf(&bot.BotParam),
		ID:          untrusted.ID(string(bot.ID)), AccountID: bot.AccountID, BotParamID: bot.BotParamID, DiarizationFails: bot.DiarizationFails, DiarizationV2: bot.DiarizationV2,
		Errors: untrusted.Long(bot.Errors), IsStopped: bot.IsStopped, MP4S3Path: untrusted.ID(bot.MP4S3Path), Reserved: bot.Reserved,
		ScheduledBotID: bot.ScheduledBotID, SessionID: untrusted.ID(bot.SessionID), SilenceTimeout: bot.SilenceTimeout,
		TranscriptionFails: bot.TranscriptionFails, TranscriptionPayloads: untrusted.Of(bot.TranscriptionPayloads), UserReportedError: untrusted.Of(bot.UserReportedError),
	}
	d.BotName = untrusted.Text{} // it is at a glance
	return d
}

func look(ctx context.Context, archive *archive, call *Call, in getMeeting) (*meeting, error) {
	id, err := finished(ctx, archive.api, call, in.BotID)
	if err != nil {
		return nil, err
	}
	data, before, err := archive.fetch(ctx, id)
	if err != nil {
		return nil, err
	}
	name, source := titleOf(ctx, archive.api, call, data)
	r, err := archive.refresh(ctx, data, name.String(), before)
	if err != nil {
		return nil, err
	}
	if r.note != "" {
		call.note(r.note)
	}
	turns := r.Turns
	reads := in.IncludeTranscripts && r.absent == nil
	base := &meeting{
		BotID: untrusted.ID(data.BotData.Bot.UUID), Title: name, TitleSource: source, CreatedAt: stamp(data.BotData.Bot.CreatedAt),
		Transcript: spoken{Turns: len(turns), Words: transcript.Words(turns)},
	}
	tokens := in.tokens()
	if reads {
		tokens -= max(tokens/3, speechTokens)
	}
	if reads && (call.place != nil || tokens < glanceTokens) { // the first page had the rest, or has no room for it
		return readOn(call, base, turns, in.tokens())
	}
	all := glance(call, base, data, turns, in)
	out, err := most(call, len(all.Speakers), tokens, detailOf(in.Detail), func(k int, d detail) (*meeting, error) {
		return all.in(d, k), nil
	})
	if err != nil || !reads {
		return out, err
	}
	return readOn(call, out, turns, in.tokens())
}

// in is the meeting in some detail, with its first k speakers.
func (o *meeting) in(d detail, k int) *meeting {
	out := *o
	out.Speakers, out.MoreSpeaker = o.Speakers[:k], len(o.Speakers)-k
	switch d {
	case brief:
		out.Details = nil
	case least:
		out = meeting{About: o.About, BotID: o.BotID, Title: o.Title, TitleSource: o.TitleSource, CreatedAt: o.CreatedAt, Transcript: o.Transcript, State: o.State}
	}
	return &out
}

// titleOf names a meeting, by its calendar event's name if it needs one.
func titleOf(ctx context.Context, api *client.Client, call *Call, data *client.MeetingData) (untrusted.Text, string) {
	bot := &data.BotData.Bot
	name, source := title(bot.Extra, "", bot.BotName, bot.CreatedAt)
	if data.BotData.EventUUID == "" || source != fallbackTitle {
		return name, source
	}
	event, err := api.Event(ctx, data.BotData.EventUUID)
	if err != nil {
		call.note("the calendar event that gives the meeting its title could not be read.")
		return name, source
	}
	return title(nil, event.Name, bot.BotName, bot.CreatedAt)
}

// glance adds to base all that is known of a meeting, with all its speakers.
func glance(call *Call, base *meeting, data *client.MeetingData, turns []transcript.Turn, in getMeeting) *meeting {
	bot := &data.BotData.Bot
	fate := fateOf(data, call.Now)
	out := *base
	out.State, out.Cause, out.Remedy = fate.state, untrusted.Long(fate.cause), fate.remedy
	out.Platform, out.MeetingURL, out.BotName, out.EventID = platform(bot.MeetingURL), untrusted.Link(bot.MeetingURL), untrusted.Name(bot.BotName), untrusted.ID(data.BotData.EventUUID)
	out.BotJoinedAt, out.BotExitedAt, out.EndedAt = stamp(bot.BotJoinedAt), stamp(bot.BotExitedAt), stamp(bot.EndedAt)
	out.Duration, out.Transcript, out.Files = data.Duration, spokenIn(data, turns, call.Now), []string{}
	files := links{untrusted.File(data.MP4), untrusted.File(data.Audio), untrusted.File(data.MeetingParticipantsFile), untrusted.File(data.SpeakerDiarizationFile), untrusted.File(data.SpeakerDiarizationFileNetwork)}
	for name := range files.present() {
		out.Files = append(out.Files, name)
	}
	if in.IncludeURLs {
		out.links = files
		if len(out.Files) > 0 {
			call.note("links to files work for about 2 hours; ask again for fresh ones.")
		}
	}
	if in.Detail == "full" {
		out.Details = detailsOf(bot)
	}
	for _, s := range transcript.TalkTime(turns) {
		out.Speakers = append(out.Speakers, speaking{untrusted.Name(s.Speaker), int64(math.Round(s.Seconds)), s.Words})
	}
	out.Next = nextStep(&out, in)
	return &out
}

func nextStep(m *meeting, in getMeeting) string {
	switch {
	case m.Transcript.Turns > 0 && !in.IncludeTranscripts:
		return "get_transcript (or include_transcripts here) reads what was said."
	case m.State == stateJoining, m.State == stateInCall:
		return "Look again later; leave_meeting takes the bot out."
	case m.State == stateScheduled:
		return "Look again after its start; leave_meeting cancels it."
	}
	return ""
}

func (o *meeting) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "bot_id %s · %s (%s)", o.BotID, o.Title.Quoted(), o.TitleSource)
	if o.State != "" {
		b.WriteString(": " + o.State)
	}
	for _, words := range []string{o.Cause.String(), o.Remedy} {
		if words != "" {
			b.WriteString("\n" + words)
		}
	}
	if !o.EventID.IsZero() {
		b.WriteString("\nevent_id " + o.EventID.String())
	}
	if !o.MeetingURL.IsZero() {
		fmt.Fprintf(&b, "\nBot %s · %s %s", o.BotName.Quoted(), o.Platform, o.MeetingURL)
	}
	b.WriteString("\nCreated " + cmp.Or(o.CreatedAt, "at an unknown time"))
	for _, t := range []struct{ word, at string }{{"joined", o.BotJoinedAt}, {"left", o.BotExitedAt}, {"ended", o.EndedAt}} {
		if t.at != "" {
			b.WriteString(", " + t.word + " " + t.at)
		}
	}
	if o.Duration > 0 {
		b.WriteString("; recorded " + lasted(o.Duration))
	}
	o.textOfSpeech(&b)
	if len(o.Files) > 0 {
		b.WriteString("\nFiles: " + strings.Join(o.Files, ", "))
	}
	for name, url := range o.present() {
		b.WriteString("\n" + name + ": " + url.String())
	}
	if o.Details != nil {
		b.WriteString("\nAll else: " + compact(o.Details))
	}
	if o.Speech != nil {
		b.WriteString("\n" + o.Speech.Text)
		if o.Speech.NextCursor != "" {
			b.WriteString("\nnext_cursor " + o.Speech.NextCursor)
		}
	}
	return b.String()
}
