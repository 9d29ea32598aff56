package tools

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/meetmcp/meetmcp/client"
	"github.com/meetmcp/meetmcp/internal/untrusted"
)

// Paging over bots: pages of the API are as large as it allows where bots are
// filtered here, and a call looks at this many at most.
const (
	filterPages = 10
	pageSize    = 50
)

type listBots struct {
	BotName       string `json:"bot_name,omitzero" jsonschema_extras:"most=200" jsonschema_description:"Part of the bot's name."`
	MeetingURL    string `json:"meeting_url,omitzero" jsonschema_description:"Part of the link."`
	SpeakerName   string `json:"speaker_name,omitzero" jsonschema_extras:"most=200" jsonschema_description:"Part of a speaker's name."`
	CreatedAfter  string `json:"created_after,omitzero" jsonschema_extras:"most=100" jsonschema_description:"RFC 3339, a date, or 7d (7 days ago); inclusive."`
	CreatedBefore string `json:"created_before,omitzero" jsonschema_extras:"most=100" jsonschema_description:"Same forms as created_after."`
	EndedAfter    string `json:"ended_after,omitzero" jsonschema_extras:"most=100" jsonschema_description:"Same forms as created_after."`
	FilterByExtra string `json:"filter_by_extra,omitzero" jsonschema_extras:"most=500" jsonschema_description:"key:value,key2:value2, exact; title:Weekly finds what was sent with extra.title."`
	SortByExtra   string `json:"sort_by_extra,omitzero" jsonschema_extras:"most=500" jsonschema_description:"key or key:desc; within a page."`
	Limit         int    `json:"limit,omitzero" jsonschema:"minimum=1,maximum=50" jsonschema_description:"10 by default."`
	Detail        string `json:"detail,omitzero" jsonschema:"enum=brief,enum=full"`
	zone
	paged
}

type botList struct {
	About
	Bots       []listedBot `json:"bots"`
	Coverage   coverage    `json:"coverage"`
	NextCursor string      `json:"next_cursor,omitzero"`
}

type listedBot struct {
	BotID       untrusted.Word   `json:"bot_id"`
	Title       untrusted.Text   `json:"title"`
	TitleSource string           `json:"title_source"`
	BotName     untrusted.Text   `json:"bot_name"`
	MeetingURL  untrusted.Text   `json:"meeting_url"`
	CreatedAt   string           `json:"created_at"`
	EndedAt     string           `json:"ended_at,omitzero"`
	Duration    *int64           `json:"duration,omitzero"` // seconds
	Speakers    []untrusted.Text `json:"speakers,omitzero"`
	MoreSpeaker int              `json:"more_speakers,omitzero"`
	listedDetails
}

// listedDetails are the API's other fields, with detail full.
type listedDetails struct {
	ID             untrusted.Word `json:"id,omitzero"` // the API's old id, if it is another
	Extra          untrusted.JSON `json:"extra,omitzero"`
	SessionID      untrusted.Word `json:"session_id,omitzero"`
	AccessCount    *int64         `json:"access_count,omitzero"`
	LastAccessedAt string         `json:"last_accessed_at,omitzero"`
}

func (l *listedDetails) none() bool {
	return l.ID.IsZero() && l.Extra.IsZero() && l.SessionID.IsZero() && l.AccessCount == nil && l.LastAccessedAt == ""
}

// coverage says what was looked at, so that an empty list is not taken for
// more than it is.
type coverage struct {
	Looked       int      `json:"looked_at"`
	Complete     bool     `json:"complete"`               // nothing more matches beyond these
	Status       string   `json:"status,omitzero"`        // of events
	FilteredBy   []string `json:"filtered_by,omitzero"`   // arguments by which the API did not tell of all
	FilteredHere []string `json:"filtered_here,omitzero"` // arguments by which those were sorted out that it told of
	Newest       string   `json:"newest,omitzero"`
	Oldest       string   `json:"oldest,omitzero"`
}

func (c coverage) text(thing string) string {
	text := "Looked at " + counted(c.Looked, thing)
	if c.Newest != "" {
		text += fmt.Sprintf(" (%s to %s)", c.Oldest, c.Newest)
	}
	if len(c.FilteredBy) > 0 {
		text += "; only those that fit " + strings.Join(c.FilteredBy, ", ")
	}
	if len(c.FilteredHere) > 0 {
		text += "; filtered here, not by the API: " + strings.Join(c.FilteredHere, ", ")
	}
	if c.Complete {
		return text + "; there are no more."
	}
	return text + "; there may be more."
}

// counted is a number of things in words.
func counted(n int, thing string) string {
	if n != 1 {
		thing += "s"
	}
	return fmt.Sprintf("%d %s", n, thing)
}

func (o *botList) Text() string {
	var b strings.Builder
	for _, bot := range o.Bots {
		fmt.Fprintf(&b, "- bot_id %s · %s · %s", bot.BotID, bot.Title.Quoted(), bot.CreatedAt)
		switch {
		case bot.EndedAt == "":
			b.WriteString(" · not ended")
		case bot.Duration == nil:
			b.WriteString(" · ended")
		case *bot.Duration > 0:
			b.WriteString(" · " + lasted(*bot.Duration))
		default:
			b.WriteString(" · ended, nothing recorded")
		}
		if len(bot.Speakers) > 0 {
			b.WriteString(" · " + names(bot.Speakers, bot.MoreSpeaker))
		}
		fmt.Fprintf(&b, "\n  bot %s · %s\n", bot.BotName.Quoted(), bot.MeetingURL)
		if !bot.listedDetails.none() {
			b.WriteString("  all else " + compact(bot.listedDetails) + "\n")
		}
	}
	if len(o.Bots) == 0 {
		b.WriteString("No bot matches.\n")
	}
	b.WriteString(o.Coverage.text("bot"))
	if o.NextCursor != "" {
		b.WriteString("\nnext_cursor " + o.NextCursor)
	}
	return b.String()
}

// listPlace is where a page of bots ended: in the API's page that Cursor
// fetches, behind Skip bots.
type listPlace struct {
	Cursor string       `json:"c,omitzero"`
	Skip   int          `json:"s,omitzero"`
	Trail  client.Trail `json:"t,omitzero"` // of the pages before
}

// further is the place behind a page with so many bots or events that are new, nil
// at the list's end, or with a *client.Cut where the pages lead nowhere.
func (p listPlace) further(next string, cut bool, fresh int) (*listPlace, error) {
	trail := p.Trail
	switch {
	case cut:
		return nil, client.UnreadableNext
	case next == "":
		return nil, nil
	}
	if err := trail.On(next, fresh); err != nil {
		return nil, err
	}
	return &listPlace{Cursor: next, Trail: trail}, nil
}

// found is a bot that matches, with the place just behind it.
type found struct {
	bot   client.ListedBot
	after listPlace
}

func list(ctx context.Context, api *client.Client, call *Call, in listBots) (*botList, error) {
	query, err := botQuery(call, in)
	if err != nil {
		return nil, err
	}
	limit := in.Limit
	if limit == 0 {
		limit = 10
	}
	query.Limit = limit
	if in.SpeakerName != "" || in.FilterByExtra != "" {
		query.Limit = pageSize
	}
	var from listPlace
	if err := call.at(&from); err != nil {
		return nil, err
	}
	matches, end, looked, err := search(ctx, api, query, from, limit, in.SpeakerName)
	var cut *client.Cut
	if errors.As(err, &cut) {
		call.note(cut.Error() + ".")
	} else if err != nil {
		return nil, err
	}
	looked.FilteredBy = call.given("bot_name", "meeting_url", "created_after", "created_before", "ended_after", "filter_by_extra")
	return most(call, len(matches), in.tokens(), detailOf(in.Detail), func(k int, d detail) (*botList, error) {
		out := &botList{Bots: make([]listedBot, 0, k), Coverage: looked}
		next := end
		if k < len(matches) {
			next = &matches[k-1].after
		}
		for _, m := range matches[:k] {
			out.Bots = append(out.Bots, listed(m.bot, d))
		}
		if next != nil {
			out.Coverage.Complete = false
			if out.NextCursor, err = call.next(next); err != nil {
				return nil, err
			}
			out.Next = "list_bots with next_cursor as cursor goes on."
		}
		switch {
		case next == nil && cut != nil:
			out.Next = "list_bots with created_before, or other filters, may reach what is left."
		case len(out.Bots) > 0 && next == nil:
			out.Next = "get_meeting_data with a bot_id shows one."
		}
		return out, nil
	})
}

// search walks over the API's pages from a place until limit bots match. The
// place that it returns is nil at the list's end.
func search(ctx context.Context, api *client.Client, query client.BotQuery, from listPlace, limit int, speaker string) ([]found, *listPlace, coverage, error) {
	looked := coverage{}
	if speaker != "" {
		looked.FilteredHere = []string{"speaker_name"}
	}
	var matches []found
	seen := map[string]bool{}
	at := from
	for range filterPages {
		query.Cursor = at.Cursor
		page, err := api.Bots(ctx, query)
		if err != nil {
			return nil, nil, looked, err
		}
		fresh := 0
		if query.FilterByExtra != "" {
			fresh = 1 // as the API filters by it after paging, there may be many empty pages
		}
		for i := min(max(at.Skip, 0), len(page.Bots)); i < len(page.Bots); i++ {
			bot := page.Bots[i]
			if seen[bot.UUID] {
				continue
			}
			seen[bot.UUID] = true
			fresh++
			looked.see(bot.CreatedAt)
			if speaker != "" && !spoke(bot, speaker) {
				continue
			}
			matches = append(matches, found{bot, listPlace{at.Cursor, i + 1, at.Trail}})
			if len(matches) == limit && i+1 < len(page.Bots) {
				return matches, &matches[limit-1].after, looked, nil
			}
		}
		next, err := at.further(page.NextCursor, page.Cut, fresh)
		if next == nil || len(matches) == limit {
			looked.Complete = next == nil && err == nil
			return matches, next, looked, err
		}
		at = *next
	}
	return matches, &at, looked, nil
}

func (c *coverage) see(t client.Time) {
	c.Looked++
	at := stamp(t)
	if at == "" {
		return // one that could not be read
	}
	if c.Newest == "" || at > c.Newest {
		c.Newest = at
	}
	if c.Oldest == "" || at < c.Oldest {
		c.Oldest = at
	}
}

func spoke(bot client.ListedBot, speaker string) bool {
	for _, name := range bot.Speakers {
		if strings.Contains(strings.ToLower(name), strings.ToLower(strings.TrimSpace(speaker))) {
			return true
		}
	}
	return false
}

func botQuery(call *Call, in listBots) (client.BotQuery, error) {
	q := client.BotQuery{
		BotName: in.BotName, MeetingURL: call.linkSent(in.MeetingURL),
		FilterByExtra: in.FilterByExtra, SortByExtra: in.SortByExtra,
	}
	for condition := range strings.SplitSeq(in.FilterByExtra, ",") {
		if in.FilterByExtra != "" && !strings.Contains(condition, ":") { // which the API would pass over, or find nothing for
			return q, badArgument("filter_by_extra: %q has no key. The API splits at commas, so no value with a comma can be filtered by: filter by another key, or look through the list.", clip(strings.TrimSpace(condition), 60))
		}
	}
	loc, err := call.location(in.zone)
	if err != nil {
		return q, err
	}
	if q.CreatedAfter, err = call.moment("created_after", in.CreatedAfter, loc, false); err != nil {
		return q, err
	}
	if q.CreatedBefore, err = call.moment("created_before", in.CreatedBefore, loc, true); err != nil {
		return q, err
	}
	if q.EndedAfter, err = call.moment("ended_after", in.EndedAfter, loc, false); err != nil {
		return q, err
	}
	return q, inOrder("created_after", q.CreatedAfter, "created_before", q.CreatedBefore)
}

// speakersListed is how many speakers a list shows of each bot.
const speakersListed = 8

func listed(bot client.ListedBot, d detail) listedBot {
	name, source := title(bot.Extra, "", bot.BotName, bot.CreatedAt)
	out := listedBot{
		BotID: untrusted.ID(bot.UUID), Title: d.name(name.String()), TitleSource: source, BotName: d.name(bot.BotName), MeetingURL: d.link(bot.MeetingURL),
		CreatedAt: stamp(bot.CreatedAt), EndedAt: stamp(bot.EndedAt), Duration: bot.Duration,
	}
	if d == least {
		return out
	}
	out.Speakers = shortAll(bot.Speakers)
	if d == brief && len(out.Speakers) > speakersListed {
		out.Speakers, out.MoreSpeaker = out.Speakers[:speakersListed], len(out.Speakers)-speakersListed
	}
	if d == full {
		if string(bot.ID) != bot.UUID {
			out.ID = untrusted.ID(string(bot.ID))
		}
		out.Extra, out.SessionID = untrusted.Of(bot.Extra), untrusted.ID(bot.SessionID)
		out.AccessCount, out.LastAccessedAt = bot.AccessCount, stamp(bot.LastAccessedAt)
	}
	return out
}
