package tools

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/meetmcp/meetmcp/client"
	"github.com/meetmcp/meetmcp/internal/library"
	"github.com/meetmcp/meetmcp/internal/transcript"
)

type searchTranscripts struct {
	Query   string `json:"query" jsonschema_description:"Words to find; \"quoted\" is exact, -word must not occur."`
	BotID   string `json:"bot_id,omitzero" jsonschema_description:"Only this meeting; latest is the newest."`
	Speaker string `json:"speaker,omitzero" jsonschema_description:"Only what people said of whose name this is a part."`
	Meeting string `json:"meeting,omitzero" jsonschema_description:"Only meetings with this in title or link."`
	After   string `json:"after,omitzero" jsonschema_description:"Only later meetings: RFC 3339, a date, or 7d (7 days ago)."`
	Before  string `json:"before,omitzero" jsonschema_description:"Only earlier meetings: same forms."`
	Limit   int    `json:"limit,omitzero" jsonschema:"minimum=1,maximum=50" jsonschema_description:"8 by default."`
	zone
	paged
}

type searchResults struct {
	About
	Results    []passage           `json:"results"`
	Coverage   searched            `json:"coverage"`
	State      string              `json:"state,omitzero"` // running: meetings are still being read
	RetryAfter int                 `json:"retry_after_s,omitzero"`
	Unknown    []string            `json:"unknown_words,omitzero"`
	Nearest    map[string][]string `json:"nearest_words,omitzero"`
	NextCursor string              `json:"next_cursor,omitzero"`
}

// passage is a place in a meeting that answers the query, its words fenced.
type passage struct {
	BotID    string       `json:"bot_id"`
	Title    said         `json:"title"`
	Date     string       `json:"date"`
	Start    float64      `json:"start_time"`
	End      float64      `json:"end_time"`
	Turns    []scoredTurn `json:"turns"`
	Speakers []said       `json:"speakers"`
	Text     string       `json:"text"`
	Link     string       `json:"link"`
}

type scoredTurn struct {
	Turn  int     `json:"turn"`
	Score float64 `json:"score"`
}

// searched says what was looked at, so that no answer is taken for more.
type searched struct {
	Known             int      `json:"known"`    // ended meetings that match the filters
	Searched          int      `json:"searched"` // of these
	WithoutTranscript int      `json:"without_transcript,omitzero"`
	NotYet            []string `json:"not_yet,omitzero"` // bot_id of those still to be read
	Oldest            string   `json:"oldest,omitzero"`
	Newest            string   `json:"newest,omitzero"`
	Complete          bool     `json:"complete"`

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

func (c searched) text() string {
	text := fmt.Sprintf("Searched %d of %d meetings", c.Searched, c.Known)
	if c.Newest != "" {
		text += fmt.Sprintf(" (%s to %s)", c.Oldest, c.Newest)
	}
	if c.WithoutTranscript > 0 {
		text += fmt.Sprintf("; %d have no transcript", c.WithoutTranscript)
	}
	if n := len(c.NotYet); n > 0 {
		text += fmt.Sprintf("; %d are not read yet: call again to search them too", n)
	}
	return text + "."
}

func (o *searchResults) Text() string {
	var b strings.Builder
	for _, r := range o.Results {
		fmt.Fprintf(&b, "- bot_id %s · %s · %s · %s-%s · turns %d-%d · %s\n%s\n", r.BotID, r.Title.quoted(), r.Date, transcript.Clock(r.Start), transcript.Clock(r.End),
			r.Turns[0].Turn, r.Turns[len(r.Turns)-1].Turn, r.Link, r.Text)
	}
	if len(o.Results) == 0 {
		b.WriteString("Nothing was found.\n")
	}
	for _, word := range slices.Sorted(maps.Keys(o.Nearest)) {
		fmt.Fprintf(&b, "%q does not occur; near it are: %s\n", word, strings.Join(o.Nearest[word], ", "))
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
	kept, err := archive.tenant(ctx)
	if err != nil {
		return nil, err
	}
	if kept == nil {
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
	found, err := kept.Search(ctx, query)
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
	hits := sure(found.Hits, unread)
	fence := transcript.NewFence()
	return most(call, len(hits), in.tokens(), least, func(k int, _ detail) (*searchResults, error) {
		out := &searchResults{Results: make([]passage, 0, k), Coverage: covered, Unknown: found.Unknown, Nearest: found.Nearest}
		for _, hit := range hits[:k] {
			out.Results = append(out.Results, passageOf(hit, fence))
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
		} else if !covered.Complete {
			out.Next = "call again to search the meetings that are not read yet."
		} else {
			out.Next = "try other words: nothing that was searched has these, which does not mean that it was never said in other words."
		}
		return out, err
	})
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
		BotID: hit.Meeting.BotID, Title: short(hit.Meeting.Title), Date: hit.Meeting.Date.UTC().Format(time.RFC3339),
		Start: round(hit.Start), End: round(hit.End), Speakers: shortAll(hit.Speakers),
		Link: fmt.Sprintf("meeting://%s/transcript#t=%d", hit.Meeting.BotID, int(hit.Start)),
		Text: fence.Wrap(transcript.Render(hit.Text, transcript.Position{}, defaultTokens).Text),
	}
	for _, t := range hit.Turns {
		p.Turns = append(p.Turns, scoredTurn{t.Index, t.Score})
	}
	return p
}

// fillOne sees to it that one meeting is kept.
func (a *archive) fillOne(ctx context.Context, call *Call, q *library.Query) (searched, error) {
	id, err := finished(ctx, a.api, call, q.BotID)
	if err != nil {
		return searched{}, err
	}
	q.BotID = id
	r, err := a.meeting(ctx, call, id)
	if err != nil {
		return searched{}, err
	}
	if r.absent != nil {
		return searched{}, badArgument("bot_id %s has no transcript. %s\nThis says nothing about what was said. %s", id, r.absent.cause, r.absent.remedy)
	}
	if !r.kept {
		return searched{}, badArgument("bot_id %s is not final: it is being recorded or transcribed again. get_transcript reads what there is; search it some minutes later.", id)
	}
	at := r.Date.UTC().Format(time.RFC3339)
	return searched{Known: 1, Searched: 1, Complete: true, Oldest: at, Newest: at}, nil
}

// matches reports that a bot's title or link has the text.
func matches(bot client.ListedBot, text string) bool {
	if text == "" {
		return true
	}
	name, _ := title(bot.Extra, "", bot.BotName, bot.CreatedAt)
	text = strings.ToLower(text)
	return strings.Contains(strings.ToLower(string(name)), text) || strings.Contains(strings.ToLower(bot.MeetingURL), text)
}
