package tools

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"github.com/meetmcp/meetmcp/client"
	"github.com/meetmcp/meetmcp/internal/access"
	"github.com/meetmcp/meetmcp/internal/audit"
	"github.com/meetmcp/meetmcp/internal/shared"
)

// scope is what a principal needs for a tool.
func (e Effect) scope() access.Scope {
	switch e {
	case Reads:
		return access.Read
	case Writes:
		return access.Write
	}
	return access.Destroy
}

// open reports whether the caller may use the tool.
func (t *Tool) open(ctx context.Context) bool {
	p := access.From(ctx)
	return p == nil || p.May(t.Effect.scope(), t.Set)
}

// closed says why the caller may not.
func (t *Tool) closed() error {
	return refused(audit.Scope, "Not done: your credential does not allow this tool, which needs the scope %s and the set %s.\nTell the person; who runs this server can give them another token. Do not try another way.", t.Effect.scope(), t.Set)
}

// sign signs what a caller brings back later, for a purpose and this caller alone.
func (p *policy) sign(caller, purpose string, parts ...[]byte) []byte {
	mac := hmac.New(sha256.New, p.Secret)
	for _, part := range append([][]byte{[]byte(purpose), []byte(caller)}, parts...) {
		fmt.Fprintf(mac, "%d:%s", len(part), part) // so that no two lists of parts read alike
	}
	return mac.Sum(nil)
}

// allowance is how many bots may be sent within a time, and who says so.
type allowance struct {
	shared.Rate
	key, says string
}

// allowances are all that bound the bots of a caller. A scheduled series counts
// as one: its bots come one by one, and a person can cancel them.
func (p *policy) allowances(ctx context.Context) []allowance {
	caller := access.CallerOf(ctx)
	all := []allowance{{shared.Rate{Most: p.MaxBotsPerHour, Per: time.Hour}, "launches/" + caller, "--max-bots-per-hour"}}
	if principal := access.From(ctx); principal != nil {
		all = append(all,
			allowance{shared.Rate{Most: principal.Bots.PerHour, Per: time.Hour}, "launches/hour/" + caller, "of your token"},
			allowance{shared.Rate{Most: principal.Bots.PerDay, Per: 24 * time.Hour}, "launches/day/" + caller, "of your token"})
	}
	return all
}

// spend counts one launch, or refuses it saying when the next is free. A launch
// that fails without a bot on its way does not count.
func (p *policy) spend(ctx context.Context, launch func() error) error {
	var refunds []func()
	refund := func() {
		for _, back := range refunds {
			back()
		}
	}
	for _, a := range p.allowances(ctx) {
		token, free, ok := p.State.Spend(ctx, a.key, a.Rate)
		if !ok {
			refund()
			within := "hour"
			if a.Per > time.Hour {
				within = "day"
			}
			return refused(audit.Limit, "Not sent: %d bots were sent within the last %s, which is the limit (%s).\nThe next is free at %s, in %s. Ask the person before sending more.",
				a.Most, within, a.says, free.UTC().Format(time.RFC3339), free.Sub(p.Now()).Round(time.Second))
		}
		refunds = append(refunds, func() { p.State.Refund(context.WithoutCancel(ctx), a.key, token) })
	}
	err := launch()
	var e *client.Error
	if err != nil && !(errors.As(err, &e) && e.Lost) {
		refund()
	}
	return err
}
