package tools

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/meetmcp/meetmcp/internal/library"
	"github.com/meetmcp/meetmcp/internal/transcript"
	"github.com/meetmcp/meetmcp/internal/untrusted"
)

type searchTranscripts struct {
	Query   string `json:"query" jsonschema_extras:"most=1000,free=true" jsonschema_description:"Words to find; \"quoted\" is exact, -word must not occur."`
	BotID   string `json:"bot_id,omitzero" jsonschema_extras:"most=200" jsonschema_description:"Only this meeting; latest is the newest."`
	Speaker string `json:"speaker,omitzero" jsonschema_extras:"most=200" jsonschema_description:"Only what people said of whose name this is a part."`
	Meeting string `json:"meeting,omitzero" jsonschema_extras:"most=200" jsonschema_description:"Only meetings with this in title or link."`
	After   string `json:"after,omitzero" jsonschema_extras:"most=100" jsonschema_description:"Only later meetings: RFC 3339, a date, or 7d (7 days ago)."`
	Before  string `json:"before,omitzero" jsonschema_extras:"most=100" jsonschema_description:"Only earlier meetings: same forms."`
	Limit   int    `json:"limit,omitzero" jsonschema:"minimum=1,maximum=50" jsonschema_description:"8 by default."`
	zone
	paged
}

type searchResults struct {
	About
	Results    []passage                   `json:"results"`
	Coverage   searched                    `json:"coverage"`
	State      string                      `json:"state,omitzero"` // running: meetings are still being read
	RetryAfter int                         `json:"retry_after_s,omitzero"`
	Unknown    []untrusted.Text            `json:"unknown_words,omitzero"`
	Nearest    map[string][]untrusted.Text `json:"nearest_words,omitzero"`
	Instead    map[string][]untrusted.Text `json:"searched_instead,omitzero"` // of the nearest, those that were taken for the word
	Present    []untrusted.Text            `json:"speakers_present,omitzero"` // when nobody has the name that was given
	NextCursor string                      `json:"next_cursor,omitzero"`
}

// passage is a place in a meeting that answers the query, its words fenced.
type passage struct {
	BotID    untrusted.Word   `json:"bot_id"`
	Title    untrusted.Text   `json:"title"`
	Date     string           `json:"date"`
	Start    float64          `json:"start_time"`
	End      float64          `json:"end_time"`
	Turns    []scoredTurn     `json:"turns"`
	Speakers []untrusted.Text `json:"speakers,omitzero"`
	Text     string           `json:"text"`
	Link     untrusted.Word   `json:"link,omitzero"`

	Suspicious []suspicious `json:"suspicious,omitzero"`
	odd        []transcript.Suspicion
}

type scoredTurn struct {
	Turn  int     `json:"turn"`
	Score float64 `json:"score"`
}

// searched says what was looked at, so that no answer is taken for more.
type searched struct {
	Known             int              `json:"known"`    // ended meetings that match the filters
	Searched          int              `json:"searched"` // of these
	WithoutTranscript int              `json:"without_transcript,omitzero"`
	NotYet            []untrusted.Word `json:"not_yet,omitzero"` // bot_id of those still to be read, the next ones
	NotYetTotal       int              `json:"not_yet_total,omitzero"`
	Beyond            int              `json:"beyond_quota,omitzero"`    // older than the server keeps
	Partly            int              `json:"partly_searched,omitzero"` // so long that only their beginning is searched
	Oldest            string           `json:"oldest,omitzero"`
	Newest            string           `json:"newest,omitzero"`
	Complete          bool             `json:"complete"`

	running bool // more are being read
}

// saw takes note of a meeting's time.
func (c *searched) saw(at time.Time) {
	text := at.UTC().Format(time.RFC3339)
	if c.Newest == "" || text > c.Newest {
		c.Newest = text
	}
	if c.Oldest == "" || text < c.Oldest {
		c.Oldest = text
	}
}

// partly takes note of meetings of which only the beginning was searched.
func (c *searched) partly(meetings int) {
	c.Partly, c.Complete = meetings, c.Complete && meetings == 0
}

func (c searched) text() string {
	text := fmt.Sprintf("Searched %d of %d meetings", c.Searched, c.Known)
	if c.Newest != "" {
		text += fmt.Sprintf(" (%s to %s)", c.Oldest, c.Newest)
	}
	if c.WithoutTranscript > 0 {
		text += fmt.Sprintf("; %d have no transcript", c.WithoutTranscript)
	}
	if n := c.NotYetTotal; n > 0 {
		text += fmt.Sprintf("; %d are not read yet: call again to search them too", n)
	}
	if c.Beyond > 0 {
		text += fmt.Sprintf("; %d older ones were not searched, as this server keeps only the newest: call again with before set to coverage.oldest", c.Beyond)
	}
	if c.Partly > 0 {
		text += fmt.Sprintf("; %d of these are so long that only their beginning is searched: read the rest with get_transcript", c.Partly)
	}
	return text + "."
}

func (o *searchResults) Text() string {
	var b strings.Builder
	for _, r := range o.Results {
		fmt.Fprintf(&b, "- bot_id %s · %s · %s · %s-%s · turns %d-%d", r.BotID, r.Title.Quoted(), r.Date, transcript.Clock(r.Start), transcript.Clock(r.End),
			r.Turns[0].Turn, r.Turns[len(r.Turns)-1].Turn)
		if !r.Link.IsZero() {
			b.WriteString(" · " + r.Link.String())
		}
		b.WriteString(suspiciousLine(r.odd) + "\n" + r.Text + "\n")
	}
	if len(o.Results) == 0 {
		b.WriteString("Nothing was found.\n")
	}
	for _, word := range o.Unknown {
		b.WriteString(word.Quoted() + " does not occur")
		if o.Coverage.Partly > 0 {
			b.WriteString(" in what was searched")
		}
		if near := o.Nearest[word.String()]; len(near) > 0 {
			b.WriteString("; near it are: " + texts(near))
		}
		if instead := o.Instead[word.String()]; len(instead) > 0 {
			b.WriteString("; searched instead: " + texts(instead))
		}
		b.WriteByte('\n')
	}
	if len(o.Present) > 0 {
		b.WriteString("Those who speak:")
		for _, name := range o.Present {
			b.WriteString(" " + name.Quoted())
		}
		b.WriteByte('\n')
	}
	b.WriteString(o.Coverage.text())
	if o.State != "" {
		fmt.Fprintf(&b, "\nState %s: meetings are still being read; the same call in %d s searches them too.", o.State, o.RetryAfter)
	}
	if o.NextCursor != "" {
		b.WriteString("\nnext_cursor " + o.NextCursor)
	}
	return b.String()
}

func searchMeetings(ctx context.Context, archive *archive, call *Call, in searchTranscripts) (*searchResults, error) {
	if archive.policy.Library == nil {
		return nil, badArgument("Search is off, as nothing is kept (--library off). Read single meetings with get_transcript.")
	}
	query, err := libraryQuery(call, in)
	if err != nil {
		return nil, err
	}
	skip := 0
	if err := call.at(&skip); err != nil {
		return nil, err
	}
	query.Limit, query.Offset = in.Limit, max(skip, 0)
	if query.Limit == 0 {
		query.Limit = 8
	}
	var covered searched
	var unread map[string]bool
	if in.BotID == "" {
		covered, unread, err = archive.fill(ctx, call, query)
	} else {
		covered, err = archive.fillOne(ctx, call, &query)
	}
	if err != nil {
		return nil, err
	}
	query.Except = slices.Sorted(maps.Keys(unread))
	found, err := archive.search(ctx, query)
	var unclear *library.QueryError
	if errors.As(err, &unclear) {
		return nil, badArgument("%s", unclear.Reason)
	}
	if err != nil {
		return nil, fmt.Errorf("search the library: %w", err)
	}
	if in.BotID == "" {
		covered.Searched = found.Searched
	}
	covered.partly(found.Begun)
	if found.Cut {
		call.note("the query is so long that only its first words were searched for; give the few that matter.")
	}
	hits := found.Hits
	fence := transcript.NewFence()
	passages := make([]passage, len(hits))
	for i, hit := range hits {
		passages[i] = passageOf(hit, fence)
	}
	return most(call, len(hits), in.tokens(), brief, func(k int, d detail) (*searchResults, error) {
		out := &searchResults{Results: passages[:k], Coverage: covered, Nearest: likeWords(found.Nearest), Instead: likeWords(found.Instead)}
		if len(found.Unknown) > 0 {
			out.Unknown = shortAll(found.Unknown)
		}
		if len(found.Speakers) > 0 {
			out.Present = shortAll(found.Speakers)
		}
		if d == least {
			out.lessen(hits[:k], fence)
		}
		if covered.running {
			out.State, out.RetryAfter = stateRunning, int(fetchTime/time.Second)
		}
		var err error
		if k < len(hits) || found.More {
			skipped := len(found.Hits)
			if k < len(hits) {
				skipped = slices.IndexFunc(found.Hits, func(h library.Hit) bool { return h.Meeting.BotID == hits[k].Meeting.BotID && h.Start == hits[k].Start })
			}
			out.NextCursor, err = call.next(query.Offset + skipped)
			out.Next = "search_transcripts with next_cursor as cursor has more; get_transcript with turns reads around a passage."
		} else if k > 0 {
			out.Next = "get_transcript with bot_id and turns reads around a passage."
		} else {
			out.Next = nothingFound(found, covered)
		}
		return out, err
	})
}

// likeWords cleans words of meetings that are like words of the query.
func likeWords(all map[string][]string) map[string][]untrusted.Text {
	if len(all) == 0 {
		return nil
	}
	out := make(map[string][]untrusted.Text, len(all))
	for word, like := range all {
		out[untrusted.Name(word).String()] = shortAll(like)
	}
	return out
}

// nothingFound says what to do when nothing that was searched answers.
func nothingFound(found library.Results, covered searched) string {
	switch {
	case covered.Known == 0:
		return "no meeting that has ended is among those asked for: leave out after, before or meeting, or look with list_bots."
	case covered.NotYetTotal > 0:
		return "call again to search the meetings that are not read yet."
	case covered.Beyond > 0:
		return "search the older meetings too: set before to coverage.oldest."
	case len(found.Speakers) > 0:
		return "give a part of the name of one who speaks, or leave speaker out."
	case len(found.Phrases) > 0:
		return fmt.Sprintf("leave out the quotes to find the words one by one: nothing that was searched has %q in these very words.", strings.Join(found.Phrases, `" and "`))
	case len(found.Without) > 0:
		return fmt.Sprintf("leave out what must not occur (-%s), or try other words.", strings.Join(found.Without, ", -"))
	}
	return "try other words: nothing that was searched has these, which does not mean that it was never said in other words."
}

func libraryQuery(call *Call, in searchTranscripts) (library.Query, error) {
	q := library.Query{Text: in.Query, BotID: in.BotID, Speaker: in.Speaker, Meeting: in.Meeting}
	loc, err := call.location(in.zone)
	if err != nil {
		return q, err
	}
	if q.After, err = call.moment("after", in.After, loc, false); err != nil {
		return q, err
	}
	q.Before, err = call.moment("before", in.Before, loc, true)
	return q, err
}

func passageOf(hit library.Hit, fence transcript.Fence) passage {
	p := passage{
		BotID: untrusted.ID(hit.Meeting.BotID), Title: untrusted.Name(hit.Meeting.Title), Date: hit.Meeting.Date.UTC().Format(time.RFC3339),
		Start: round(hit.Start), End: round(hit.End), Speakers: shortAll(hit.Speakers),
		Link: untrusted.ID(fmt.Sprintf("meeting://%s/transcript#t=%d", hit.Meeting.BotID, int(hit.Start))),
		Text: fence.Wrap(transcript.Render(hit.Text, transcript.Position{}, defaultTokens).Text),
	}
	p.odd = transcript.Suspicious(hit.Text)
	p.Suspicious = suspiciousOf(p.odd)
	for _, t := range hit.Turns {
		p.Turns = append(p.Turns, scoredTurn{t.Index, math.Round(t.Score*1000) / 1000})
	}
	return p
}

// leastTokens is about what is shown of a passage where there is room for least.
const leastTokens = 90

// lessen shows of each passage only the beginning of what answers best, and
// names only the next of the meetings that are not read yet.
func (o *searchResults) lessen(hits []library.Hit, fence transcript.Fence) {
	o.Results = make([]passage, 0, len(hits))
	for _, hit := range hits {
		best := slices.MaxFunc(hit.Turns, func(a, b library.ScoredTurn) int { return cmp.Compare(a.Score, b.Score) })
		hit.Turns = []library.ScoredTurn{best}
		if at := slices.IndexFunc(hit.Text, func(t transcript.Turn) bool { return t.Index == best.Index }); at >= 0 {
			hit.Text = hit.Text[at : at+1]
			hit.Start, hit.End = hit.Text[0].Start, hit.Text[0].End
		}
		p := passageOf(hit, fence)
		p.Text = fence.Wrap(transcript.Render(hit.Text, transcript.Position{}, leastTokens).Text)
		p.Speakers, p.Link = nil, untrusted.Word{} // which bot_id, turns and text have as well
		o.Results = append(o.Results, p)
	}
	o.Coverage.NotYet, o.Nearest, o.Instead, o.Present = o.Coverage.NotYet[:min(1, len(o.Coverage.NotYet))], nil, nil, nil
}
