package library

import (
	"context"
	"database/sql"
	"maps"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/meetmcp/meetmcp/internal/words"
	"github.com/meetmcp/meetmcp/internal/work"
)

// scope finds the meetings in question.
func (s *search) scope(ctx context.Context) error {
	where, args := `tenant = ? AND kept >= ?`, []any{s.tenant, s.library.since()}
	limit := func(condition string, value any) {
		where += ` AND ` + condition
		args = append(args, value)
	}
	if s.BotID != "" {
		limit(`bot = ?`, s.BotID)
	}
	if !s.After.IsZero() {
		limit(`date >= ?`, s.After.UnixMilli())
	}
	if !s.Before.IsZero() {
		limit(`date < ?`, s.Before.UnixMilli())
	}
	if len(s.Except) > 0 {
		bots, err := json.Marshal(s.Except)
		if err != nil {
			return err
		}
		limit(`bot NOT IN (SELECT value FROM json_each(?))`, string(bots))
	}
	type row struct {
		number, turns, beyond         int
		copied                        int64
		when                          sql.NullInt64
		spoken, title, link, speakers string
	}
	columns := `number, copy, turns, beyond, date, languages`
	if s.Meeting != "" || s.Speaker != "" {
		columns += `, title, url, speakers`
	} else {
		columns += `, '', '', ''`
	}
	var all []row
	err := s.library.each(ctx, func(rows *sql.Rows) error {
		var r row
		err := rows.Scan(&r.number, &r.copied, &r.turns, &r.beyond, &r.when, &r.spoken, &r.title, &r.link, &r.speakers)
		all = append(all, r)
		return err
	}, `SELECT `+columns+` FROM meetings WHERE `+where, args...)
	if err != nil {
		return err
	}
	meeting, speaker := folded(s.Meeting), folded(s.Speaker)
	others := map[string]bool{}
	named := map[string]bool{} // whether a name has what is looked for
	known := map[string]bool{}
	for _, r := range all {
		if err := work.Check(ctx); err != nil {
			return err
		}
		if meeting != "" && !strings.Contains(folded(r.title), meeting) && !strings.Contains(folded(r.link), meeting) {
			continue
		}
		var meant []string
		if speaker != "" {
			for name := range strings.SplitSeq(r.speakers, "\n") {
				if _, seen := named[name]; !seen {
					named[name] = strings.Contains(folded(name), speaker)
				}
				switch {
				case named[name]:
					meant = append(meant, name)
				case len(others) < maxNames:
					others[name] = true
				}
			}
			if len(meant) == 0 {
				continue
			}
		}
		s.places = append(s.places, place{number: r.number, copied: r.copied, speakers: meant})
		s.found.Searched++
		s.found.Turns += r.turns
		if r.beyond > 0 {
			s.found.Begun++
		}
		if at := date(r.when); r.when.Valid {
			if s.found.Oldest.IsZero() || at.Before(s.found.Oldest) {
				s.found.Oldest = at
			}
			if at.After(s.found.Newest) {
				s.found.Newest = at
			}
		}
		if !known[r.spoken] {
			known[r.spoken] = true
			for language := range strings.FieldsSeq(r.spoken) {
				if !slices.Contains(s.languages, language) {
					s.languages = append(s.languages, language)
				}
			}
		}
	}
	if speaker != "" && len(s.places) == 0 {
		s.found.Speakers = slices.Sorted(maps.Keys(others))
	}
	slices.Sort(s.languages)
	return nil
}

const maxNames = 50 // that are offered in the place of a speaker whom nobody knows

// folded is a name in the form in which its parts are compared.
func folded(name string) string { return words.Unaccented(words.Plain(strings.TrimSpace(name))) }
