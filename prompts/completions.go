package prompts

import (
	"context"
	"strings"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// Completions offers the values that an argument may have, and asks Otherwise
// about arguments that may have any.
type Completions struct {
	Otherwise server.PromptCompletionProvider
}

// CompletePromptArgument offers values for what was typed.
func (c Completions) CompletePromptArgument(ctx context.Context, prompt string, argument mcp.CompleteArgument, known mcp.CompleteContext) (*mcp.Completion, error) {
	for _, p := range All() {
		for _, a := range p.Arguments {
			if p.Name != prompt || a.Name != argument.Name || len(a.Values) == 0 {
				continue
			}
			var values []string
			for _, value := range a.Values {
				if strings.HasPrefix(value, strings.ToLower(argument.Value)) {
					values = append(values, value)
				}
			}
			return &mcp.Completion{Values: values, Total: len(values)}, nil
		}
	}
	return c.Otherwise.CompletePromptArgument(ctx, prompt, argument, known)
}
