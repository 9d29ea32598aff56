package tools

import (
	"context"
	"regexp"
	"slices"
	"strings"
)

// toolName is how tools are named in what Next says; those of one word are not.
var toolName = regexp.MustCompile(`\b[a-z]+(?:_[a-z]+)+\b`)

// offer takes note of which tools there are, and which of them are on.
func (p *policy) offer(sets []Set, on []Tool) {
	p.offered = map[string]*Tool{}
	for _, set := range sets {
		for _, t := range set.Tools {
			p.offered[t.Name] = nil
		}
	}
	for i := range on {
		p.offered[on[i].Name] = &on[i]
	}
}

// possible leaves out of what to do next each step with a tool that is off, or
// that the caller may not use: what is named there will be tried.
func (p *policy) possible(ctx context.Context, next string) string {
	may := func(step string) bool {
		return !slices.ContainsFunc(toolName.FindAllString(step, -1), func(name string) bool {
			t, is := p.offered[name]
			return is && (t == nil || !t.open(ctx))
		})
	}
	if may(next) {
		return next
	}
	var steps []string
	for step := range strings.SplitSeq(strings.ReplaceAll(strings.TrimSuffix(next, "."), ". ", "; "), "; ") {
		if may(step) {
			steps = append(steps, step)
		}
	}
	if len(steps) == 0 {
		return ""
	}
	return strings.Join(steps, "; ") + "."
}
