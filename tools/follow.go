package tools

import (
	"context"
	"fmt"

	"github.com/mark3labs/mcp-go/mcp"
)

// Follows reports whether there are resources that can be followed.
func (r *Resources) Follows() bool {
	return r.tool("get_meeting_data") != nil || r.tool("get_transcript") != nil
}

// Follow looks at the meeting that a resource is about, and from then on calls
// changed whenever what the resource answers does, until ctx ends; the last
// time, with last set, when it never will again, as the meeting is no longer
// there. It returns an error, in words, when there is nothing to follow.
func (r *Resources) Follow(ctx context.Context, uri string, changed func(last bool)) error {
	name, args, err := addressed(uri)
	switch {
	case err != nil:
		return err
	case name == "list_bots", args["bot_id"] == latest:
		return resourceError{fmt.Sprintf("only one meeting's resources tell when they change: %sBOT and %sBOT/transcript, with a bot_id from list_bots", scheme, scheme), mcp.ErrInvalidParams}
	}
	tool := r.tool(name)
	switch {
	case tool == nil:
		return off(name)
	case !tool.open(ctx):
		return tool.closed()
	}
	seen, done := tool.policy.watches.see(ctx, args["bot_id"])
	var first sighting
	select {
	case first = <-seen:
	case <-tool.policy.After(fetchTime): // it may come later
	case <-ctx.Done():
		done()
		return ctx.Err()
	}
	if first.err != nil && !passing(first.err) {
		done()
		return tool.unread(first.err)
	}
	go func() {
		defer done()
		follow(ctx, seen, first, name == "get_transcript", changed)
	}()
	return nil
}

// follow compares what is seen with what was seen last.
func follow(ctx context.Context, seen <-chan sighting, last sighting, speech bool, changed func(last bool)) {
	mark := func(s sighting) fingerprint {
		if speech {
			return s.marks.transcript
		}
		return s.marks.glance
	}
	for {
		select {
		case s := <-seen:
			if mark(s) == (fingerprint{}) || mark(s) == mark(last) {
				continue
			}
			known := mark(last) != (fingerprint{})
			last = s
			over := s.err != nil
			if known || over {
				changed(over)
			}
			if over {
				return
			}
		case <-ctx.Done():
			return
		}
	}
}

// textOf is what a result says.
func textOf(result *mcp.CallToolResult) string {
	text := ""
	for _, content := range result.Content {
		if c, ok := content.(mcp.TextContent); ok {
			text += c.Text
		}
	}
	return text
}
