package cli

import (
	"context"
	"errors"
)

// stdio serves MCP over standard input and output.
func (p *program) stdio(ctx context.Context) error {
	u, err := p.connect()
	if err != nil {
		return err
	}
	s, _, err := p.server(u)
	if err == nil {
		err = s.Stdio(ctx, p.in, p.out)
	}
	return errors.Join(err, u.close())
}
