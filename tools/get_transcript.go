package tools

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/meetmcp/meetmcp/internal/transcript"
	"github.com/meetmcp/meetmcp/internal/untrusted"
)

type getTranscript struct {
	botOrLatest
	From    string `json:"from,omitzero" jsonschema_extras:"most=100" jsonschema_description:"Seconds or m:ss from the start."`
	To      string `json:"to,omitzero" jsonschema_extras:"most=100" jsonschema_description:"Likewise, up to here."`
	Speaker string `json:"speaker,omitzero" jsonschema_extras:"most=200" jsonschema_description:"Part of a speaker's name."`
	Turns   string `json:"turns,omitzero" jsonschema_extras:"most=100" jsonschema_description:"118-126, as search and evidence name turns."`
	Format  string `json:"format,omitzero" jsonschema:"enum=text,enum=markdown,enum=json,enum=vtt,enum=srt" jsonschema_description:"text by default."`
	paged
}

// turnsPage is a page of a transcript as data, for format json. Times are in
// seconds from the recording's start.
type turnsPage struct {
	About
	BotID      untrusted.Word `json:"bot_id"`
	Title      untrusted.Text `json:"title"`
	Date       string         `json:"date"`
	Language   untrusted.Word `json:"language,omitzero"`
	TotalTurns int            `json:"total_turns"`
	Turns      []turnData     `json:"turns"`
	Speakers   []speaking     `json:"speakers"`
	Suspicious []suspicious   `json:"suspicious,omitzero"`
	NextCursor string         `json:"next_cursor,omitzero"`
}

type turnData struct {
	Turn    int            `json:"turn"`
	Speaker untrusted.Text `json:"speaker"`
	Start   float64        `json:"start_time"`
	End     float64        `json:"end_time"`
	Text    untrusted.Text `json:"text"`
}

func (o *turnsPage) Text() string {
	return fmt.Sprintf("%d of %d turns of bot_id %s are in the structured form.", len(o.Turns), o.TotalTurns, o.BotID)
}

func readTranscript(ctx context.Context, archive *archive, call *Call, in getTranscript) (Result, error) {
	id, err := finished(ctx, archive.api, call, in.BotID)
	if err != nil {
		return nil, err
	}
	r, err := archive.meeting(ctx, call, id)
	if err != nil {
		return nil, err
	}
	if r.absent != nil {
		return noTranscriptYet(call, r), nil
	}
	part, err := in.part()
	if err != nil {
		return nil, badArgument("%s.", err)
	}
	turns, err := part.Of(r.Turns)
	if err != nil {
		return nil, badArgument("%s.", strings.TrimSuffix(err.Error(), "."))
	}
	if len(turns) == 0 {
		return nil, badArgument("No turn is in that part of the meeting, which has %d turns and lasts %s. Ask for another part, or for all.", len(r.Turns), transcript.Clock(float64(r.Duration)))
	}
	if others := part.Others(r.Turns); len(others) > 0 {
		call.note("left out is what was said by " + names(shortAll(others[:min(len(others), speakersListed)]), len(others)-min(len(others), speakersListed)) + ", whose name also has what speaker asks for: give the whole name to read it.")
	}
	if n := wordless(turns); n > 0 {
		call.note(fmt.Sprintf("%s of these came without a word.", counted(n, "turn")))
	}
	var place [2]int // a transcript.Position, written short
	if err := call.at(&place); err != nil {
		return nil, err
	}
	from := transcript.Position{Turn: place[0], Rune: place[1]}
	if in.Format == "json" {
		return turnsAsData(call, r, turns, from, in.tokens())
	}
	format := transcript.Text
	if in.Format != "" {
		format = transcript.Format(in.Format)
	}
	return turnsAsText(call, r, func(room int) *page {
		return archive.page(pageOf{r.Copy, part, format, from, room}, turns)
	}, in.tokens())
}

// part is the part of a meeting that is asked for.
func (in getTranscript) part() (transcript.Slice, error) {
	part := transcript.Slice{Last: -1, Speaker: in.Speaker}
	var err error
	if in.From != "" {
		if part.From, err = transcript.ParseClock(in.From); err != nil {
			return part, fmt.Errorf("from: %w", err)
		}
	}
	if in.To != "" {
		if part.To, err = transcript.ParseClock(in.To); err != nil {
			return part, fmt.Errorf("to: %w", err)
		}
	}
	if in.Turns != "" {
		if part.First, part.Last, err = transcript.ParseTurns(in.Turns); err != nil {
			return part, fmt.Errorf("turns: %w", err)
		}
	}
	return part, nil
}

// noTranscriptYet says why there is nothing to read, and what to do.
func noTranscriptYet(call *Call, r *record) *Document {
	next := r.absent.remedy
	if next == "" {
		next = "get_meeting_data says more about this meeting."
	}
	notes := ""
	for _, note := range call.passed {
		notes += "\nNote: " + note
	}
	return &Document{
		Body: fmt.Sprintf("There is no transcript of bot_id %s (state %s). %s\nThis says nothing about what was said in the meeting.%s\nNext: %s", untrusted.ID(r.BotID), r.state, r.absent.cause, notes, next),
		Meta: map[string]any{"meetmcp/bot_id": untrusted.ID(r.BotID), "meetmcp/state": r.state, "meetmcp/total_turns": 0},
	}
}

// turnsAsData gives as many turns as fit as structured data.
func turnsAsData(call *Call, r *record, turns []transcript.Turn, from transcript.Position, tokens int) (*turnsPage, error) {
	cost := func(t transcript.Turn) int {
		raw, err := json.Marshal(dataOf(t))
		if err != nil {
			return tokens
		}
		return transcript.Tokens(string(raw)) + 1
	}
	for room := tokens; room >= smallestPage; {
		page, rest, more := transcript.PageOf(turns, from, cost, room)
		if len(page) == 0 {
			break
		}
		out := &turnsPage{
			BotID: untrusted.ID(r.BotID), Title: untrusted.Name(r.Title), Date: r.Date.UTC().Format(time.RFC3339), Language: untrusted.ID(page[0].Lang), TotalTurns: len(r.Turns),
			Turns: make([]turnData, 0, len(page)), Speakers: []speaking{},
		}
		for _, t := range page {
			out.Turns = append(out.Turns, dataOf(t))
		}
		for _, s := range transcript.TalkTime(page) {
			out.Speakers = append(out.Speakers, speaking{untrusted.Name(s.Speaker), int64(s.Seconds + 0.5), s.Words})
		}
		out.Suspicious = suspiciousOf(transcript.Suspicious(page))
		if more {
			next, err := call.next([2]int{rest.Turn, rest.Rune})
			if err != nil {
				return nil, err
			}
			out.NextCursor, out.Next = next, "get_transcript with next_cursor as cursor reads on."
		}
		rendered, err := call.render(out)
		if err != nil {
			return nil, err
		}
		over := transcript.Tokens(string(rendered.structured)) - tokens
		if over <= 0 {
			return out, nil
		}
		room -= max(over, 10)
	}
	return nil, badArgument("max_tokens %d is too little. Ask for more.", tokens)
}

func dataOf(t transcript.Turn) turnData {
	return turnData{t.Index, untrusted.Name(t.Speaker), round(t.Start), round(t.End), untrusted.Speech(t.Text)}
}

// round keeps times to hundredths of a second.
func round(seconds float64) float64 { return float64(int64(seconds*100+0.5)) / 100 }
