package tools

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/mark3labs/mcp-go/mcp"

	"github.com/meetmcp/meetmcp/client"
	"github.com/meetmcp/meetmcp/internal/audit"
	"github.com/meetmcp/meetmcp/internal/transcript"
	"github.com/meetmcp/meetmcp/internal/untrusted"
	"github.com/meetmcp/meetmcp/internal/work"
)

// failure puts an error into words: what happened, then what to do next.
func (t *Tool) failure(err error) *mcp.CallToolResult {
	var argument *argumentError
	if errors.As(err, &argument) {
		return mcp.NewToolResultError(t.Name + ": " + transcript.Clean(argument.text))
	}
	text := t.Name + ": " + untrusted.Line(reasonOf(err), 500).String()
	if !strings.ContainsAny(text[len(text)-1:], ".?!") {
		text += "."
	}
	if next := t.remedy(err); next != "" {
		text += "\n" + next
	}
	return mcp.NewToolResultError(text)
}

// decided says whether an error refuses the call, and for which limit.
func decided(err error) (by audit.Decision, limit string) {
	var argument *argumentError
	var e *client.Error
	switch {
	case errors.As(err, &argument) && argument.decision == audit.Limit:
		return audit.Limit, "bots"
	case argument != nil:
		return argument.decision, ""
	case errors.As(err, &e) && e.Unsent && e.Status == http.StatusTooManyRequests:
		return audit.Limit, "deletions"
	}
	return audit.Allowed, ""
}

// reasonOf is an error without the API's name of the operation.
func reasonOf(err error) string {
	var e *client.Error
	var busy *work.Busy
	switch {
	case errors.As(err, &e):
		return e.Reason()
	case errors.As(err, &busy):
		return busy.What
	}
	return err.Error()
}

// remedy says what the caller can do about an error.
func (t *Tool) remedy(err error) string {
	var e *client.Error
	isAPI := errors.As(err, &e)
	var busy *work.Busy
	status := 0
	if isAPI {
		status = e.Means()
	}
	if own, ok := t.remedies[status]; ok && !e.Unsent && !(status == http.StatusTooManyRequests && e.RetryAfter > 0) {
		return own
	}
	switch {
	case isAPI && e.Lost:
		return t.Lost
	case errors.As(err, &busy):
		return fmt.Sprintf("Wait %s, then try again; ask for less at once if it happens again.", max(busy.RetryAfter, time.Second).Round(time.Second))
	case errors.Is(err, context.DeadlineExceeded):
		return "Try again in a minute; ask for less if it happens again."
	case errors.Is(err, context.Canceled):
		return "Call again if the result is still wanted."
	case !isAPI:
		return ""
	case e.Unsent && e.Status == 0:
		return t.lister()
	case e.Status == 0:
		return "Check the connection and MEETING_BAAS_BASE_URL, then try again."
	case status == 401, status == 403:
		return "The API did not accept the key, or it may not do this. Check MEETING_BAAS_API_KEY; other calls will fail the same way."
	case status == 402:
		return "The account has no tokens left: the person must buy some at Meeting BaaS."
	case status == 404 && t.lister() != "":
		return "There is no such id for this key. " + t.lister()
	case status == 429 && e.RetryAfter > 0:
		return fmt.Sprintf("Wait %s, then try again.", max(e.RetryAfter, time.Second).Round(time.Second))
	case status == 429:
		return "Wait a minute, then try again."
	case status >= 500:
		return "The API has trouble of its own. Try again in a minute."
	case e.Refused && t.Effect == Reads:
		return "Correct the arguments, then try again; if it stays so, the API has trouble of its own."
	case e.Refused:
		return "By the API's own words it was not done. Put right what they name before you send it again."
	case status >= 400:
		return "Correct the arguments, then try again."
	}
	return "Try again in a minute; if it stays so, the API has changed or MEETING_BAAS_BASE_URL is wrong."
}

// lister names the tool that gives the ids which this one takes.
func (t *Tool) lister() string {
	for _, id := range []struct{ name, lister string }{
		{"bot_id", "list_bots gives bot_id."},
		{"event_id", "list_calendar_events gives event_id; it is not the provider's id."},
		{"connection_id", "list_zoom_connections gives connection_id."},
		{"calendar_id", "list_calendars gives calendar_id."},
		{"id", "search gives id."},
	} {
		if t.takes(id.name) {
			return id.lister
		}
	}
	return ""
}

// takes reports whether a tool has an argument.
func (t *Tool) takes(name string) bool { return t.schemas().in.Properties.Value(name) != nil }
