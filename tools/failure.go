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
	"github.com/meetmcp/meetmcp/internal/work"
)

// failure puts an error into words: what happened, then what to do next.
func (t *Tool) failure(err error) *mcp.CallToolResult {
	var argument *argumentError
	if errors.As(err, &argument) {
		return mcp.NewToolResultError(t.Name + ": " + transcript.Clean(argument.text))
	}
	text := t.Name + ": " + transcript.Line(reasonOf(err), 500)
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
	switch {
	case errors.As(err, &busy):
		return fmt.Sprintf("Wait %s, then try again; ask for less at once if it happens again.", max(busy.RetryAfter, time.Second).Round(time.Second))
	case isAPI && e.Lost:
		return t.lost()
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
	case t.Operation == "join" && e.Duplicate():
		return "A bot was sent to this meeting within the last 5 minutes: find it with list_bots (meeting_url). Only if a second bot is wanted, set a new deduplication_key."
	case (e.Status == 401 || e.Status == 403) && t.takes("oauth_refresh_token"):
		return "Either the provider refused the OAuth credentials, and the person must consent again (with offline access), or the API did not accept its key: list_calendars tells which, as it needs only the key."
	case e.Status == 401, e.Status == 403:
		return "The API did not accept the key, or it may not do this. Check MEETING_BAAS_API_KEY; other calls will fail the same way."
	case e.Status == 402, strings.Contains(strings.ToLower(e.Code+e.Message), "insufficient"):
		return "The account has no tokens left: the person must buy some at Meeting BaaS."
	case e.Status == 409 && t.Operation == "create_zoom_oauth_connection":
		return "list_zoom_connections shows the one that there is. To replace it, delete_zoom_connection first; each authorization code works once."
	case e.Status == 404 && t.Operation == "patch_bot":
		return "Look with get_calendar_event: if no recording is scheduled, schedule_recording makes one; if there is no such event, list_calendar_events gives event_id."
	case e.Status == 404:
		return "There is no such id for this key. " + t.lister()
	case e.Status == 429 && e.RetryAfter == 0 && t.Operation == "delete_data":
		return "The API allows 5 deletions a minute: wait one, then try again."
	case e.Status == 429 && e.RetryAfter == 0:
		return "Wait a minute, then try again."
	case e.Status == 429:
		return fmt.Sprintf("Wait %s, then try again.", max(e.RetryAfter, time.Second).Round(time.Second))
	case e.Status == 500 && t.Operation == "create_calendar":
		return "Most often the Google Calendar API is disabled in the project of oauth_client_id: enable it there, then try again."
	case e.Status >= 500:
		return "The API has trouble of its own. Try again in a minute."
	case e.Status >= 400:
		return "Correct the arguments, then try again."
	}
	return "Try again in a minute; if it stays so, the API has changed or MEETING_BAAS_BASE_URL is wrong."
}

// lost says how to find out whether a write whose answer was lost was done.
func (t *Tool) lost() string {
	switch t.Operation {
	case "join":
		return "The bot may have been sent all the same. Check with list_bots (meeting_url) before sending another."
	case "schedule_record_event", "patch_bot", "unschedule_record_event":
		return "It may have been done all the same. Check with get_calendar_event before trying again."
	case "create_calendar", "delete_calendar", "update_calendar":
		return "It may have been done all the same. Check with list_calendars before trying again."
	case "create_zoom_oauth_connection", "delete_zoom_oauth_connection":
		return "It may have been done all the same. Check with list_zoom_connections before trying again."
	case "leave", "delete_data", "retranscribe_bot":
		return "It may have been done all the same. Check with get_meeting_data before trying again."
	case "resync_all_calendars":
		return "It may have been done all the same. Trying again does no harm."
	case "list_raw_calendars":
		return "Nothing is stored by this. Try again in a minute."
	}
	return "It may have been done all the same. Look before trying again."
}

// lister names the tool that gives the ids which this one takes.
func (t *Tool) lister() string {
	for _, id := range []struct{ name, lister string }{
		{"bot_id", "list_bots gives bot_id."},
		{"event_id", "list_calendar_events gives event_id; it is not the provider's id."},
		{"connection_id", "list_zoom_connections gives connection_id."},
		{"calendar_id", "list_calendars gives calendar_id."},
	} {
		if t.takes(id.name) {
			return id.lister
		}
	}
	return ""
}

// takes reports whether a tool has an argument.
func (t *Tool) takes(name string) bool { return t.schemas().in.Properties.Value(name) != nil }
