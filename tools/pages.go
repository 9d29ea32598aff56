package tools

import (
	"fmt"
	"strings"
	"time"

	"github.com/meetmcp/meetmcp/internal/transcript"
	"github.com/meetmcp/meetmcp/internal/untrusted"
)

// headTokens is about what stands around a page: its fence, its first lines and
// the cursor.
const headTokens = 300

// heldPages is how many bytes of pages are held to be shown again.
const heldPages = 16 << 20

// page is a page of a transcript that is ready to be shown.
type page struct {
	speech      transcript.Block
	tokens      int // of the speech
	rest        transcript.Position
	more        bool // there is a rest
	first, last transcript.Turn
	speakers    []transcript.Speaking
	odd         []transcript.Suspicion
}

// pageOf says which page it is.
type pageOf struct {
	copied int64 // of the meeting; 0 when it is not kept
	part   transcript.Slice
	format transcript.Format
	from   transcript.Position // in the part
	room   int                 // tokens
}

// page makes a page of the turns that are the part, or has it still. It answers
// nil when the room is too little to show anything.
func (a *archive) page(of pageOf, turns []transcript.Turn) *page {
	if p, held := a.pages.Get(of); held {
		return p
	}
	rendered := transcript.RenderAs(of.format, turns, of.from, of.room)
	if rendered.Next >= 0 && rendered.First < 0 {
		return nil
	}
	shown := rendered.Turns
	p := &page{
		speech: transcript.NewBlock(rendered.Text), rest: rendered.Rest, more: rendered.Next >= 0,
		first: shown[0], last: shown[len(shown)-1], speakers: rendered.Speakers, odd: transcript.Suspicious(shown),
	}
	p.tokens = p.speech.Tokens()
	if of.copied != 0 {
		const rest = 2000 // bytes of what else a page has, about
		a.pages.Add(of, p, p.speech.Len()+len(of.part.Speaker)+rest)
	}
	return p
}

// turnsAsText writes as many turns as fit, in a fence, below lines that say
// what they are. It is given the page that fits a room of tokens.
func turnsAsText(call *Call, r *record, fitting func(room int) *page, tokens int) (*Document, error) {
	fence := transcript.NewFence()
	for room := tokens - min(headTokens, tokens/4); room >= smallestPage; {
		p := fitting(room)
		if p == nil {
			break
		}
		next := ""
		if p.more {
			var err error
			if next, err = call.next([2]int{p.rest.Turn, p.rest.Rune}); err != nil {
				return nil, err
			}
		}
		document := p.document(r, next)
		for _, note := range call.notes {
			document.Body += "\nNote: " + note
		}
		document.Body += "\n"
		over := transcript.Tokens(document.Body) + p.tokens + transcript.FenceTokens - tokens
		if over <= 0 {
			document.Body += fence.Around(p.speech)
			return document, nil
		}
		room -= max(over, 10)
	}
	return nil, badArgument("max_tokens %d is too little. Ask for more.", tokens)
}

// document is what stands above a page, the same for programs in _meta.
func (p *page) document(r *record, next string) *Document {
	names := make([]string, 0, len(p.speakers))
	meta := make([]map[string]any, 0, len(p.speakers))
	for i, s := range p.speakers {
		if i == speakersListed {
			names = append(names, fmt.Sprintf("and %d more", len(p.speakers)-i))
			break
		}
		names = append(names, untrusted.Name(s.Speaker).Quoted()+" "+lasted(int64(s.Seconds+0.5)))
		meta = append(meta, map[string]any{"name": untrusted.Name(s.Speaker), "seconds": int64(s.Seconds + 0.5)})
	}
	var b strings.Builder
	fmt.Fprintf(&b, "bot_id %s · %s · %s", untrusted.ID(r.BotID), untrusted.Name(r.Title).Quoted(), r.Date.UTC().Format(time.RFC3339))
	if language := untrusted.ID(p.first.Lang); !language.IsZero() && !language.Odd() {
		b.WriteString(" · language " + language.String())
	}
	fmt.Fprintf(&b, "\nTurns %d-%d (%s-%s) of %d; spoke: %s", p.first.Index, p.last.Index, transcript.Clock(p.first.Start), transcript.Clock(p.last.End),
		len(r.Turns), strings.Join(names, ", "))
	b.WriteString(suspiciousLine(p.odd))
	if next != "" {
		b.WriteString("\nnext_cursor " + next + " (get_transcript with it as cursor reads on)")
	}
	about := map[string]any{
		"meetmcp/bot_id": untrusted.ID(r.BotID), "meetmcp/title": untrusted.Name(r.Title), "meetmcp/date": r.Date.UTC().Format(time.RFC3339), "meetmcp/language": untrusted.ID(p.first.Lang),
		"meetmcp/first_turn": p.first.Index, "meetmcp/last_turn": p.last.Index, "meetmcp/total_turns": len(r.Turns),
		"meetmcp/start_time": p.first.Start, "meetmcp/end_time": p.last.End, "meetmcp/speakers": meta,
		"meetmcp/suspicious": len(p.odd),
	}
	if next != "" {
		about["meetmcp/next_cursor"] = next
	}
	return &Document{Body: b.String(), Meta: about}
}
