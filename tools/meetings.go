package tools

import (
	"context"

	"github.com/meetmcp/meetmcp/client"
)

// meetings is the set that an agent needs beyond the API's operations.
func meetings(api *client.Client, p *policy) Set {
	watches := &watches{api: api, after: p.After, open: map[watched]*watch{}}
	return Set{"meetings", "Wait for meetings.", []Tool{

		defineCall("wait_for_meeting", "", "Wait for a meeting", Reads,
			"Waits until a bot has joined, is recording, has ended, or its transcript is ready, and returns as soon as it is so or never can be, with cause and remedy. When state is running call it again. Use it rather than repeated get_meeting_data.",
			func(ctx context.Context, call *Call, in waitFor) (*waited, error) {
				return wait(ctx, watches, call, in)
			}),
	}}
}
