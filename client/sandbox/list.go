package sandbox

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// listed is a bot in the list. The names in camel case are those of earlier
// versions, which older clients read.
type listed struct {
	UUID           string         `json:"uuid"`
	ID             any            `json:"id"`
	BotName        string         `json:"bot_name"`
	MeetingURL     string         `json:"meeting_url"`
	CreatedAt      stamp          `json:"created_at"`
	EndedAt        stamp          `json:"ended_at"`
	Duration       *int64         `json:"duration"`
	Speakers       []string       `json:"speakers"`
	Extra          jsontext.Value `json:"extra"`
	SessionID      *string        `json:"session_id"`
	AccessCount    int64          `json:"access_count"`
	LastAccessedAt stamp          `json:"last_accessed_at"`
}

type listedBefore struct {
	ID         string         `json:"id"`
	UUID       string         `json:"uuid"`
	Name       string         `json:"name"`
	MeetingURL string         `json:"meetingUrl"`
	CreatedAt  stamp          `json:"createdAt"`
	EndedAt    stamp          `json:"endedAt"`
	Duration   *int64         `json:"duration"`
	Speakers   []string       `json:"speakers"`
	Extra      jsontext.Value `json:"extra"`
}

// botsPage answers one page under its name of today and both of before.
type botsPage struct {
	Bots            []listed       `json:"bots"`
	NextCursor      *string        `json:"next_cursor"`
	LastUpdated     string         `json:"last_updated"`
	RecentBots      []listed       `json:"recent_bots"`
	RecentBotsCamel []listedBefore `json:"recentBots"`
	NextCamel       *string        `json:"nextCursor"`
	UpdatedCamel    string         `json:"lastUpdated"`
}

// listBots is GET /bots/bots_with_metadata. As in the API, extra is looked at
// only after a page was cut, so that pages can be short.
func listBots(s *Sandbox, a *account, r *http.Request, _ []byte) response {
	q := queryOf(r)
	limit := q.number("limit", 10)
	name, link := strings.ToLower(q.text("bot_name")), strings.ToLower(q.text("meeting_url"))
	after, before, endedAfter := q.naive("created_after"), q.naive("created_before"), q.naive("ended_after")
	if q.refusal != nil {
		return *q.refusal
	}
	limit, refusal := s.within("limit", limit, 1, 50)
	if refusal != nil {
		return *refusal
	}
	cursor, err := readCursor(q.text("cursor"))
	if err != nil {
		return refuse(http.StatusBadRequest, "InvalidCursor", "The cursor is not one of this list")
	}
	now := s.now()
	var page []*bot
	var next *string
	for _, b := range a.newestFirst() {
		switch {
		case b.created.After(now), !cursor.before(b):
		case !strings.Contains(strings.ToLower(b.settings.BotName), name), !strings.Contains(strings.ToLower(b.url), link):
		case !after.IsZero() && b.created.Before(after), !before.IsZero() && b.created.After(before):
		case !endedAfter.IsZero() && (!b.ended(now) || b.plan.ended.Before(endedAfter)):
		default:
			page = append(page, b)
		}
		if int64(len(page)) > limit {
			page = page[:limit]
			text := cursorAfter(page[limit-1])
			next = &text
			break
		}
	}
	page = byExtra(page, q.text("filter_by_extra"), q.text("sort_by_extra"))
	return ok(s.page(a, page, next, now))
}

func (s *Sandbox) page(a *account, bots []*bot, next *string, now time.Time) botsPage {
	updated := now.UTC().Format("2006-01-02T15:04:05.000000000+00:00")
	page := botsPage{
		Bots: []listed{}, NextCursor: next, LastUpdated: updated,
		RecentBotsCamel: []listedBefore{}, NextCamel: next, UpdatedCamel: updated,
	}
	for _, b := range bots {
		row := s.row(a, b, now)
		one := listed{
			UUID: b.uuid, ID: b.uuid, BotName: row.BotName, MeetingURL: row.MeetingURL, CreatedAt: row.CreatedAt, EndedAt: row.EndedAt,
			Speakers: b.voices(now), Extra: row.Extra, SessionID: row.SessionID, AccessCount: b.accesses, LastAccessedAt: s.shown(b.accessed, now),
		}
		if s.quirks.idNumber {
			one.ID = b.id
		}
		if b.ended(now) && !b.filesDeleted {
			one.Duration = new(b.duration())
		}
		page.Bots = append(page.Bots, one)
		page.RecentBotsCamel = append(page.RecentBotsCamel, listedBefore{
			b.uuid, b.uuid, one.BotName, one.MeetingURL, one.CreatedAt, one.EndedAt, one.Duration, one.Speakers, one.Extra,
		})
	}
	page.RecentBots = page.Bots
	return page
}

// newestFirst lists an account's bots by when they were made.
func (a *account) newestFirst() []*bot {
	return slices.SortedFunc(slices.Values(a.bots), func(x, y *bot) int {
		return cmp.Or(y.created.Compare(x.created), cmp.Compare(y.id, x.id))
	})
}

// place is where a page of the list ended.
type place struct {
	Created time.Time `json:"created_at"`
	ID      int64     `json:"id"`
}

// before reports whether b comes after the page, in a list that is newest
// first; the zero place is before all.
func (p place) before(b *bot) bool {
	return p.Created.IsZero() || b.created.Before(p.Created) || b.created.Equal(p.Created) && b.id < p.ID
}

func cursorAfter(b *bot) string {
	raw, err := json.Marshal(place{b.created, b.id})
	if err != nil {
		panic(fmt.Sprintf("write cursor: %v", err))
	}
	return base64.StdEncoding.EncodeToString(raw)
}

func readCursor(text string) (place, error) {
	var p place
	if text == "" {
		return p, nil
	}
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return p, fmt.Errorf("read cursor: %w", err)
	}
	if err := json.Unmarshal(raw, &p); err != nil {
		return p, fmt.Errorf("read cursor: %w", err)
	}
	return p, nil
}

// byExtra keeps the bots whose extra has all of filter's values, and sorts
// them by the field that order names.
func byExtra(bots []*bot, filter, order string) []*bot {
	for condition := range strings.SplitSeq(filter, ",") {
		field, want, found := strings.Cut(condition, ":")
		if !found {
			continue
		}
		bots = slices.DeleteFunc(bots, func(b *bot) bool {
			value, has := b.extra(strings.TrimSpace(field))
			return !has || value != strings.TrimSpace(want)
		})
	}
	if order == "" {
		return bots
	}
	field, direction, _ := strings.Cut(order, ":")
	slices.SortStableFunc(bots, func(x, y *bot) int {
		a, hasA := x.extra(field)
		b, hasB := y.extra(field)
		switch {
		case hasA != hasB && hasA:
			return -1
		case hasA != hasB:
			return 1
		case direction == "desc":
			return cmp.Compare(b, a)
		}
		return cmp.Compare(a, b)
	})
	return bots
}

// extra returns a field of a bot's extra as text.
func (b *bot) extra(field string) (string, bool) {
	var fields map[string]jsontext.Value
	if b.filesDeleted && b.wordsDeleted || json.Unmarshal(b.settings.Extra, &fields) != nil {
		return "", false // extra may be anything
	}
	value, has := fields[field]
	var text string
	if json.Unmarshal(value, &text) == nil {
		return text, has
	}
	return string(value), has
}
