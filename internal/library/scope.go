package library

import (
	"context"
	"database/sql"
	"maps"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/meetmcp/meetmcp/internal/words"
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
	names := ``
	if s.Meeting != "" || s.Speaker != "" {
		names = `, title, url, speakers`
	}
	rows, err := s.tx.QueryContext(ctx, `SELECT number, turns, date, languages`+names+` FROM meetings WHERE `+where, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	var spoken, title, link, speakers sql.RawBytes
	columns := 4
	if names != `` {
		columns = 7
	}
	meeting, speaker := folded(s.Meeting), folded(s.Speaker)
	others := map[string]bool{}
	named := map[string]bool{} // whether a name has what is looked for
	known := map[string]bool{}
	for rows.Next() {
		var number, turns int
		var when sql.NullInt64
		into := []any{&number, &turns, &when, &spoken, &title, &link, &speakers}
		if err := rows.Scan(into[:columns]...); err != nil {
			return err
		}
		if meeting != "" && !strings.Contains(folded(string(title)), meeting) && !strings.Contains(folded(string(link)), meeting) {
			continue
		}
		var meant []string
		if speaker != "" {
			for name := range strings.SplitSeq(string(speakers), "\n") {
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
		s.places = append(s.places, place{number: number, speakers: meant})
		s.found.Searched++
		s.found.Turns += turns
		if at := date(when); when.Valid {
			if s.found.Oldest.IsZero() || at.Before(s.found.Oldest) {
				s.found.Oldest = at
			}
			if at.After(s.found.Newest) {
				s.found.Newest = at
			}
		}
		if !known[string(spoken)] {
			known[string(spoken)] = true
			for language := range strings.FieldsSeq(string(spoken)) {
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
	return rows.Err()
}

const maxNames = 50 // that are offered in the place of a speaker whom nobody knows

// folded is a name in the form in which its parts are compared.
func folded(name string) string { return words.Unaccented(words.Plain(strings.TrimSpace(name))) }
