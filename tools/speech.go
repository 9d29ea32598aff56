package tools

import (
	"fmt"
	"strings"
	"time"

	"github.com/meetmcp/meetmcp/client"
	"github.com/meetmcp/meetmcp/internal/transcript"
	"github.com/meetmcp/meetmcp/internal/untrusted"
)

// spoken is how much was said, or why there is nothing to read.
type spoken struct {
	Turns    int            `json:"turns"`
	Words    int            `json:"words"`
	Tokens   int            `json:"tokens,omitzero"` // about, to read it all
	Language untrusted.Word `json:"language,omitzero"`
	Missing  string         `json:"missing,omitzero"`
}

// speech is a page of the transcript, fenced.
type speech struct {
	FirstTurn  int    `json:"first_turn"`
	LastTurn   int    `json:"last_turn"`
	Text       string `json:"text"`
	NextCursor string `json:"next_cursor,omitzero"`
}

// lineTokens is what a line of a transcript has beside its words.
const lineTokens = 6

// spokenIn measures a transcript, or says why there is none.
func spokenIn(data *client.MeetingData, turns []transcript.Turn, now time.Time) spoken {
	s := spoken{Turns: len(turns), Words: transcript.Words(turns)}
	if s.Words > 0 {
		s.Language = untrusted.ID(turns[0].Lang)
		for _, t := range turns {
			s.Tokens += transcript.Tokens(t.Text) + lineTokens
		}
		return s
	}
	if why := absenceIn(data, turns, now); why.state == stateFailed {
		s.Missing = "Nothing was recorded." // why is said of the state
	} else {
		s.Missing = strings.TrimSpace(why.cause + " " + why.remedy)
	}
	return s
}

// How many tokens are kept for speech beside a meeting at a glance, with its
// cursor and fence, and how few leave no room for the glance.
const (
	speechTokens = 450
	glanceTokens = 350
)

// smallestPage of speech, in tokens, is worth a call.
const smallestPage = 60

// readOn adds as much of the transcript as the budget has room for, from where
// the cursor points.
func readOn(call *Call, m *meeting, turns []transcript.Turn, tokens int) (*meeting, error) {
	var place [2]int // a transcript.Position, written short
	if err := call.at(&place); err != nil {
		return nil, err
	}
	from := transcript.Position{Turn: place[0], Rune: place[1]}
	fence := transcript.NewFence()
	for room := tokens; room >= smallestPage; {
		page := transcript.Render(turns, from, room)
		if page.Next >= 0 && page.First < 0 {
			break // not even a part of the next turn fits
		}
		out := *m
		out.Speech = &speech{FirstTurn: page.First, LastTurn: page.Last, Text: fence.Wrap(page.Text)}
		if page.Next >= 0 {
			next, err := call.next([2]int{page.Rest.Turn, page.Rest.Rune})
			if err != nil {
				return nil, err
			}
			out.Speech.NextCursor = next
			out.Next = "get_meeting_data with next_cursor as cursor reads on."
		}
		r, err := call.render(&out)
		if err != nil {
			return nil, err
		}
		over := max(transcript.Tokens(r.text), transcript.Tokens(string(r.structured))) - tokens
		if over <= 0 {
			return &out, nil
		}
		room -= max(over, 10)
	}
	return nil, badArgument("max_tokens %d is too little for this meeting's data. Ask for more, or leave out detail.", tokens)
}

func (o *meeting) textOfSpeech(b *strings.Builder) {
	if o.Transcript.Missing != "" {
		b.WriteString("\nNo transcript: " + o.Transcript.Missing)
		return
	}
	shares := make([]string, len(o.Speakers))
	for i, s := range o.Speakers {
		shares[i] = s.Name.Quoted() + " " + lasted(s.Seconds)
	}
	if o.MoreSpeaker > 0 {
		shares = append(shares, fmt.Sprintf("and %d more", o.MoreSpeaker))
	}
	if len(shares) > 0 {
		fmt.Fprintf(b, "\nSpoke: %s", strings.Join(shares, ", "))
	}
	fmt.Fprintf(b, "\nTranscript: %s, %s", counted(o.Transcript.Turns, "turn"), counted(o.Transcript.Words, "word"))
	if o.Transcript.Tokens > 0 {
		fmt.Fprintf(b, ", about %d tokens", o.Transcript.Tokens)
	}
	if !o.Transcript.Language.IsZero() {
		b.WriteString(", language " + o.Transcript.Language.String())
	}
	if o.Speech != nil {
		fmt.Fprintf(b, "; turns %d to %d here", o.Speech.FirstTurn, o.Speech.LastTurn)
	}
}
