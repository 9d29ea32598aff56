package cli

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/meetmcp/meetmcp/client"
	"github.com/meetmcp/meetmcp/internal/access"
	"github.com/meetmcp/meetmcp/tools"
)

// keyCheckMost is how long Meeting BaaS may take to say whether it knows a key.
const keyCheckMost = 15 * time.Second

// tokens is the file of issued tokens, with the master keys that were given.
func (p *program) tokens() (*access.TokenFile, *access.MasterKeys, error) {
	given := make([]access.MasterKey, len(p.MasterKeys))
	for i, key := range p.MasterKeys {
		given[i] = access.MasterKey{ID: key.ID, Key: client.NewSecret(key.Key.Reveal())}
	}
	keys, err := access.NewMasterKeys(given...)
	return access.NewTokenFile(p.TokenFile, time.Now), keys, err
}

// createToken issues a token. The token alone goes to the output, so that it
// can be piped on.
func (p *program) createToken(ctx context.Context) error {
	file, keys, err := p.tokens()
	if err != nil {
		return err
	}
	u, err := p.connect()
	if err != nil {
		return err
	}
	secret, token, from, err := p.issue(ctx, u, file, keys)
	if err := errors.Join(err, u.close()); err != nil {
		return err
	}
	if _, err := fmt.Fprintln(p.out, secret.Reveal()); err != nil {
		return fmt.Errorf("the token %s was issued and could not be shown, so revoke it: %w", token.ID, err)
	}
	_, err = fmt.Fprintf(p.err, `
This is the token of %s, for %s. It is not shown again.
It may %s. It ends %s, or with: meetmcp token revoke %s
Who has it sends it to your server as the header Authorization: Bearer, and calls Meeting BaaS with that key without seeing it.
`, token.Name, from, may(&token.Grant), when(token.Expires, "never by itself"), token.ID)
	return err
}

// issue says as well where the API key is from.
func (p *program) issue(ctx context.Context, u *upstream, file *access.TokenFile, keys *access.MasterKeys) (secret client.Secret, token access.Token, from string, err error) {
	grant := access.Grant{
		Name: p.Token.Name, Sets: p.Token.Sets, Bots: access.Budget{PerHour: p.Token.BotsPerHour, PerDay: p.Token.BotsPerDay},
		Expires: p.Token.Expires, Webhooks: p.Token.Webhooks,
	}
	for _, scope := range p.Token.Scopes {
		grant.Scopes = append(grant.Scopes, access.Scope(scope))
	}
	if err = knownSets(u, grant.Sets); err != nil {
		return secret, token, from, usageError{err}
	}
	key, from, err := p.upstreamKey(ctx, u)
	if err == nil {
		err = p.tryKey(ctx, u, key)
	}
	if err == nil {
		secret, token, err = file.Issue(ctx, keys, grant, key)
	}
	return secret, token, from, err
}

// knownSets refuses sets that the catalogue has not.
func knownSets(u *upstream, sets []string) error {
	var valid []string
	for _, set := range tools.All(u.api, tools.Policy{}) {
		valid = append(valid, set.Name)
	}
	for _, set := range sets {
		if !slices.Contains(valid, set) {
			return fmt.Errorf("--sets: %q is not known; valid: %s", set, strings.Join(valid, ", "))
		}
	}
	return nil
}

// tryKey asks Meeting BaaS about a key, and refuses one that it refuses.
func (p *program) tryKey(ctx context.Context, u *upstream, key client.Secret) error {
	ctx, cancel := context.WithTimeout(client.WithKey(ctx, key), keyCheckMost)
	defer cancel()
	err := u.api.Check(ctx)
	var refused *client.Error
	switch {
	case errors.As(err, &refused) && (refused.Means() == http.StatusUnauthorized || refused.Means() == http.StatusForbidden):
		return errors.New("no token was issued, as Meeting BaaS does not accept this API key: copy it again")
	case err != nil:
		p.log.Warn("the API key could not be tried, and is taken as it is", "error", err)
	}
	return nil
}

// listTokens shows the tokens, without what is secret of them.
func (p *program) listTokens(context.Context) error {
	file, keys, err := p.tokens()
	if err != nil {
		return err
	}
	if len(p.MasterKeys) == 0 {
		keys = nil
	}
	all, err := file.List(keys)
	if err != nil {
		return err
	}
	if p.JSON {
		return p.printJSON(struct {
			Tokens []access.Listed `json:"tokens"`
		}{all})
	}
	if len(all) == 0 {
		_, err := fmt.Fprintf(p.out, "No token is in %s. Issue one: meetmcp token create --name NAME\n", p.TokenFile)
		return err
	}
	table := tabwriter.NewWriter(p.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "ID\tNAME\tSTATE\tMAY\tISSUED\tENDS\tMASTER KEY")
	for _, t := range all {
		ends := when(t.Expires, "never")
		if !t.Revoked.IsZero() {
			ends = when(t.Revoked, "")
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", t.ID, t.Name, t.State, may(&t.Grant), when(t.Created, ""), ends, t.MasterKey)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	for _, t := range all {
		if t.Fault != "" {
			if _, err := fmt.Fprintf(p.out, "%s: %s.\n", t.ID, t.Fault); err != nil {
				return err
			}
		}
	}
	return nil
}

// revokeToken ends a token.
func (p *program) revokeToken(ctx context.Context) error {
	file, _, err := p.tokens()
	if err != nil {
		return err
	}
	token, err := file.Revoke(ctx, p.Token.Which)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(p.out, "The token %s of %s is revoked since %s. Servers that use %s refuse it.\n", token.ID, token.Name, when(token.Revoked, ""), p.TokenFile)
	return err
}

// rewrapTokens encrypts what tokens stand for again.
func (p *program) rewrapTokens(ctx context.Context) error {
	file, keys, err := p.tokens()
	if err != nil {
		return err
	}
	done, left, err := file.Rewrap(ctx, keys)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(p.out, "Encrypted the API keys of %d tokens under the master key %s.\n", done, p.MasterKeys[0].ID); err != nil || len(left) == 0 {
		return err
	}
	for _, t := range left {
		fmt.Fprintf(p.err, "The token %s of %s stays as it was: %v.\n", t.ID, t.Name, t.Fault)
	}
	return errors.New("add the master keys that are missing to MEETMCP_MASTER_KEYS and do this again, or revoke these tokens")
}

// masterKey prints a new master key, which goes nowhere else.
func (p *program) masterKey(context.Context) error {
	key, id := make([]byte, access.MasterKeySize), strings.ToLower(rand.Text()[:6])
	rand.Read(key) // ends the process rather than fail
	_, err := fmt.Fprintf(p.out, "%s-%s:%s\n", time.Now().UTC().Format(time.DateOnly), id, base64.StdEncoding.EncodeToString(key))
	return err
}

// may says what a token may do, in a few words.
func may(grant *access.Grant) string {
	var parts []string
	for _, scope := range grant.Scopes {
		parts = append(parts, string(scope))
	}
	text := strings.Join(parts, ", ")
	if len(grant.Sets) > 0 {
		text += " with " + strings.Join(grant.Sets, ", ")
	}
	for _, bound := range []struct {
		most int
		per  string
	}{{grant.Bots.PerHour, "an hour"}, {grant.Bots.PerDay, "a day"}} {
		if bound.most > 0 {
			text += fmt.Sprintf("; %d bots %s", bound.most, bound.per)
		}
	}
	if grant.Webhooks {
		text += "; webhooks"
	}
	return text
}

// when is a time to the minute.
func when(t time.Time, never string) string {
	if t.IsZero() {
		return never
	}
	return t.Local().Format("2006-01-02 15:04")
}
