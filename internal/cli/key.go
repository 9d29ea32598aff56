package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"github.com/meetmcp/meetmcp/client"
	"github.com/meetmcp/meetmcp/client/sandbox"
	"github.com/meetmcp/meetmcp/internal/unfilled"
)

// maxKeyInput bounds what is read for a key, in bytes.
const maxKeyInput = 4096

// upstreamKey returns the API key that a token is to stand for: the one on
// standard input, else that of the environment, else the sandbox's. It says
// which.
func (p *program) upstreamKey(ctx context.Context, u *upstream) (key client.Secret, from string, err error) {
	configured, from := p.Key.Reveal(), "the API key in MEETING_BAAS_API_KEY"
	if u.sandbox != nil {
		configured, from = sandbox.Key, "the sandbox's API key"
	}
	given := ""
	if configured == "" || !terminal(p.in) {
		if given, err = p.readKey(ctx); err != nil {
			return key, from, fmt.Errorf("read the API key: %w", err)
		}
	}
	switch {
	case unfilled.Form(given) != "":
		return key, from, usageError{fmt.Errorf("what is on standard input still is a placeholder of the form %s, and no key", unfilled.Form(given))}
	case given == "" && configured == "":
		return key, from, usageError{errors.New("there is no API key for the token to stand for: give one on standard input, or set MEETING_BAAS_API_KEY; with --sandbox none is needed")}
	case given == "":
		return client.NewSecret(configured), from, nil
	case u.sandbox == nil && configured != "" && given != configured:
		return key, from, usageError{errors.New("there are two API keys, one on standard input and another in MEETING_BAAS_API_KEY: give only the one that the token is to stand for")}
	}
	return client.NewSecret(given), "the API key that you gave", nil
}

// readKey reads the input to its end, or asks at the terminal without showing
// what is typed.
func (p *program) readKey(ctx context.Context) (string, error) {
	if !terminal(p.in) {
		return first(ctx, func() (string, error) {
			raw, err := io.ReadAll(io.LimitReader(p.in, maxKeyInput+1))
			if err == nil && len(raw) > maxKeyInput {
				err = fmt.Errorf("standard input has more than %d bytes, which is no key", maxKeyInput)
			}
			return strings.TrimSpace(string(raw)), err
		})
	}
	file, ok := p.in.(*os.File)
	if !ok {
		return "", errors.New("this terminal cannot be read")
	}
	at := int(file.Fd())
	before, err := term.GetState(at)
	if err != nil {
		return "", err
	}
	fmt.Fprint(p.err, "Meeting BaaS API key, which is not shown: ")
	key, err := first(ctx, func() (string, error) {
		raw, err := term.ReadPassword(at)
		return strings.TrimSpace(string(raw)), err
	})
	fmt.Fprintln(p.err)
	if ctx.Err() != nil {
		err = errors.Join(err, term.Restore(at, before)) // what was typed shows again
	}
	return key, err
}

// first waits for read, which cannot be interrupted, or for the end of ctx.
func first(ctx context.Context, read func() (string, error)) (string, error) {
	type answer struct {
		text string
		err  error
	}
	answers := make(chan answer, 1)
	go func() {
		text, err := read()
		answers <- answer{text, err}
	}()
	select {
	case <-ctx.Done():
		return "", ctx.Err()
	case a := <-answers:
		return a.text, a.err
	}
}
