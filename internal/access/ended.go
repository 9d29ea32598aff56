package access

import (
	"context"
	"time"
)

// endedAgain is the time until an Ended that failed is called again.
const endedAgain = time.Minute

// ending calls Ended.
type ending struct {
	tokens *Tokens
	seen   map[string]*heldToken // by id, as they were when last readable
	told   map[string]time.Time  // by id: when to try again, zero when all is done
}

// tell calls Ended for the tokens that are over and of which it was not told.
// One that cannot be read for now is not over.
func (e *ending) tell(ctx context.Context) {
	list, now := e.tokens.list.Load().by, e.tokens.file.now()
	keys, over := map[string]bool{}, []string{}
	for id, held := range list {
		if held.principal != nil {
			e.seen[id] = held
		}
	}
	for id, held := range e.seen {
		if is := list[id]; is != nil {
			if why, _ := is.over(now); why == "" {
				keys[held.principal.Key.Reveal()] = true
				delete(e.told, id)
				continue
			}
		}
		over = append(over, id)
	}
	for _, id := range over {
		held := e.seen[id]
		again, told := e.told[id]
		switch {
		case ctx.Err() != nil:
			return
		case !told || !again.IsZero() && !now.Before(again):
			e.told[id] = time.Time{}
			if err := e.tokens.Ended(ctx, held.principal, !keys[held.principal.Key.Reveal()]); err != nil {
				e.told[id] = now.Add(endedAgain)
				e.tokens.Log.Error("what a token left behind stays for now", "token", id, "name", held.Name, "error", err)
			}
		case again.IsZero() && list[id] == nil:
			delete(e.seen, id)
			delete(e.told, id)
		}
	}
}
