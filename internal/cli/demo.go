package cli

import "context"

func (p *program) demo(ctx context.Context) error { return nil }
