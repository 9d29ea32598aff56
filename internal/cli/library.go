package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/meetmcp/meetmcp/internal/library"
	"github.com/meetmcp/meetmcp/tools"
)

// libraryStatus shows how much is kept, and nothing of what was said.
func (p *program) libraryStatus(ctx context.Context) error {
	return p.withLibrary(ctx, false, func(kept *library.Library, own *library.Tenant) error {
		all, err := kept.Status(ctx)
		if err != nil {
			return err
		}
		var b strings.Builder
		fmt.Fprintf(&b, "Library   %s\nSchema    %d\nBytes     %d\nMeetings  %d\nTurns     %d\nWords     %d\n",
			all.Path, all.Schema, all.Bytes, all.Meetings, all.Turns, all.Words)
		if all.Meetings > 0 {
			fmt.Fprintf(&b, "Span      %s\n", span(all.Oldest, all.Newest))
		}
		if all.Tenants > 1 {
			fmt.Fprintf(&b, "Keys      %d, none of which is shown what was read with another\n", all.Tenants)
		}
		if own != nil {
			mine, err := own.Entries(ctx)
			if err != nil {
				return err
			}
			fmt.Fprintf(&b, "Yours     %s\n", holding(mine))
		}
		_, err = fmt.Fprint(p.out, b.String())
		return err
	})
}

// librarySync reads meetings that are not kept yet.
func (p *program) librarySync(ctx context.Context) error {
	u, err := p.connect()
	if err != nil {
		return err
	}
	done, err := tools.Sync(ctx, u.api, p.policy(u), p.told)
	if p.ErrTerminal {
		fmt.Fprint(p.err, "\r\x1b[K") // the line that counts
	}
	if err == nil {
		err = p.synced(ctx, done)
	}
	return errors.Join(err, u.close())
}

// told shows how far reading is: on a terminal in one line, else now and then.
func (p *program) told(read, of int) {
	switch {
	case p.ErrTerminal:
		fmt.Fprintf(p.err, "\rread %d of %d meetings", read, of)
	case read == of || read*10/of > (read-1)*10/of:
		fmt.Fprintf(p.err, "read %d of %d meetings\n", read, of)
	}
}

// synced says what reading came to.
func (p *program) synced(ctx context.Context, done tools.Synced) error {
	parts := []string{fmt.Sprintf("%d new", done.New)}
	for _, part := range []struct {
		count int
		words string
	}{{done.Changed, "changed"}, {done.Unchanged, "unchanged"}, {done.Gone, "gone"}, {done.WithoutTranscript, "without a transcript"}, {done.Running, "not over yet"}} {
		if part.count > 0 || part.words == "unchanged" || part.words == "gone" || part.words == "without a transcript" {
			parts = append(parts, fmt.Sprintf("%d %s", part.count, part.words))
		}
	}
	_, err := fmt.Fprintf(p.out, "Meetings: %s.\nKept: %d, in %s\n", strings.Join(parts, ", "), done.New+done.Changed+done.Unchanged, p.Library)
	if err == nil && done.Cut != nil {
		_, err = fmt.Fprintf(p.out, "There may be more: %v.\n", done.Cut)
	}
	switch {
	case err != nil:
		return err
	case done.Unread == 0:
		return nil
	case ctx.Err() != nil:
		return fmt.Errorf("stopped with %d meetings still to be read; 'meetmcp library sync' goes on with them", done.Unread)
	case done.Fault != nil:
		return fmt.Errorf("%d meetings could not be read, the last because: %w; 'meetmcp library sync' tries them again", done.Unread, done.Fault)
	}
	return fmt.Errorf("%d meetings are being transcribed again; 'meetmcp library sync' reads them some minutes later", done.Unread)
}

// libraryPurge forgets meetings, after asking.
func (p *program) libraryPurge(ctx context.Context) error {
	return p.withLibrary(ctx, true, func(kept *library.Library, own *library.Tenant) error {
		what, forget, err := p.toForget(ctx, kept, own)
		if err != nil {
			return err
		}
		if forget == nil {
			_, err := fmt.Fprintf(p.out, "%s There is nothing to forget.\n", what)
			return err
		}
		if err := p.agree(ctx, what); err != nil {
			return err
		}
		if err := forget(); err != nil {
			return err
		}
		_, err = fmt.Fprintln(p.out, "Forgotten.")
		return err
	})
}

// toForget says what would be lost, and how to lose it; nil when there is nothing.
func (p *program) toForget(ctx context.Context, kept *library.Library, own *library.Tenant) (what string, forget func() error, err error) {
	if p.All {
		all, err := kept.Status(ctx)
		if err != nil || all.Meetings == 0 {
			return "No meeting is kept in " + p.Library + ".", nil, err
		}
		return fmt.Sprintf("Forget everything in %s, of every key: %s?", p.Library, holds(all.Meetings, all.Turns, all.Words, all.Oldest, all.Newest)),
			func() error { return kept.Purge(ctx) }, nil
	}
	mine, err := own.Entries(ctx)
	if err != nil {
		return "", nil, err
	}
	if p.BotID == "" {
		if len(mine) == 0 {
			return "No meeting that was read with your key is kept in " + p.Library + ".", nil, nil
		}
		return fmt.Sprintf("Forget your meetings in %s: %s?", p.Library, holding(mine)), func() error { return own.Purge(ctx) }, nil
	}
	for _, e := range mine {
		if e.BotID == p.BotID {
			return fmt.Sprintf("Forget %q of %s in %s: %d turns, %d words?", e.Title, e.Date.UTC().Format(time.DateOnly), p.Library, e.Turns, e.Words),
				func() error { return own.Delete(ctx, p.BotID) }, nil
		}
	}
	return fmt.Sprintf("No meeting that was read with your key and has the bot_id %.60q is kept in %s.", p.BotID, p.Library), nil, nil
}

// agree asks the person at the terminal, unless --yes says that they agree.
func (p *program) agree(ctx context.Context, question string) error {
	switch {
	case p.Yes:
		return nil
	case !p.InTerminal:
		return usageError{errors.New("nobody can be asked, as the input is no terminal, so nothing was forgotten. Add --yes if it is meant: " + question)}
	}
	if p.saysYes(ctx, question+" What Meeting BaaS has stays there.") {
		return nil
	}
	return errors.New("nothing was forgotten")
}

// saysYes puts a question to the person at the terminal.
func (p *program) saysYes(ctx context.Context, question string) bool {
	fmt.Fprint(p.err, question+" [y/N] ")
	answers := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(p.in).ReadString('\n') // no answer is a no
		answers <- strings.ToLower(strings.TrimSpace(line))
	}()
	select {
	case answer := <-answers:
		return answer == "y" || answer == "yes"
	case <-ctx.Done():
		return false
	}
}

// withLibrary opens the library if there is one, with the part of it that
// belongs to the key, nil without one.
func (p *program) withLibrary(ctx context.Context, purging bool, do func(kept *library.Library, own *library.Tenant) error) error {
	if _, err := os.Stat(p.Library); errors.Is(err, os.ErrNotExist) {
		then := "It is made when the first meeting is read, or by 'meetmcp library sync'."
		if purging {
			then = "There is nothing to forget."
		}
		_, err := fmt.Fprintf(p.out, "There is no library at %s yet. %s\n", p.Library, then)
		return err
	}
	kept, err := library.Open(ctx, p.Library, library.Bounds{})
	if err != nil {
		return err
	}
	var own *library.Tenant
	if key := p.key(); key != "" {
		own = kept.Tenant(key)
	}
	return errors.Join(do(kept, own), kept.Close())
}

// holding says how much meetings are.
func holding(all []library.Entry) string {
	if len(all) == 0 {
		return "0 meetings"
	}
	var turns, words int
	oldest, newest := all[0].Date, all[0].Date
	for _, e := range all {
		turns, words = turns+e.Turns, words+e.Words
		if e.Date.Before(oldest) {
			oldest = e.Date
		}
		if e.Date.After(newest) {
			newest = e.Date
		}
	}
	return holds(len(all), turns, words, oldest, newest)
}

// holds says it as 12 meetings (340 turns, 5600 words) of 2025-02-03 to 2026-05-01.
func holds(meetings, turns, words int, oldest, newest time.Time) string {
	return fmt.Sprintf("%d meetings (%d turns, %d words) of %s", meetings, turns, words, span(oldest, newest))
}

func span(oldest, newest time.Time) string {
	return oldest.UTC().Format(time.DateOnly) + " to " + newest.UTC().Format(time.DateOnly)
}
