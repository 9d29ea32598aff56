package tools

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"github.com/meetmcp/meetmcp/client"
	"github.com/meetmcp/meetmcp/internal/access"
	"github.com/meetmcp/meetmcp/internal/audit"
	"github.com/meetmcp/meetmcp/internal/untrusted"
)

// person is asked before something is lost. What a question was about is not
// kept: the client brings it back, signed.
type person struct {
	api    *client.Client
	policy *policy
}

// errNothingToLose says that a call would lose nothing, so that nobody is asked.
var errNothingToLose = errors.New("nothing would be lost")

// theQuestion is the name under which a call asks its one question.
const theQuestion = "confirm"

// consent returns nil when the call may go ahead, and else what asks the
// person, with whose answer the same call comes again.
func (p *person) consent(ctx context.Context, call *Call, args []byte, came mcp.MultiRoundTripParams) (*mcp.CallToolResult, error) {
	if p.policy.Confirm == "never" {
		return nil, nil
	}
	session := ""
	if s := server.ClientSessionFromContext(ctx); s != nil {
		session = s.SessionID()
	}
	about, err := p.about(ctx, call, args, session)
	if err != nil {
		return nil, err
	}
	if came.RequestState != "" || len(came.InputResponses) > 0 {
		if err := p.redeem(ctx, came.RequestState, about); err != nil {
			return nil, err
		}
		return nil, verdict(server.ElicitationResponse(came.InputResponses, theQuestion))
	}
	asks := canAsk(ctx)
	switch {
	case asks:
	case p.policy.Confirm == "always":
		return nil, refused(audit.Policy, "Not done: the person must be asked first (--confirm always), and this client cannot ask them.\nTell the person. They can use a client that supports elicitation, or do it themselves; do not try again here.")
	case call.confirm != "":
		return nil, p.redeemToken(ctx, call, args)
	}
	question, err := p.question(ctx, call, args)
	if errors.Is(err, errNothingToLose) {
		call.idle = true
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if !asks {
		first, err := p.askFirst(ctx, call, question, args)
		if err != nil {
			return nil, err
		}
		return call.result(first)
	}
	return server.NewInputRequestBuilder(p.issue(ctx, about)).Elicit(theQuestion, mcp.ElicitationParams{
		Message:         question,
		RequestedSchema: map[string]any{"type": "object", "properties": map[string]any{}}, // to accept is enough
	}).ToolResult(), nil
}

// verdict is nil when the person agreed.
func verdict(answer *mcp.ElicitationResult) error {
	switch {
	case answer == nil:
		return refused(audit.Policy, "Not done: the person's answer is missing.\nCall again without requestState, and the person is asked anew.")
	case answer.Action == mcp.ElicitationResponseActionAccept:
		return nil
	case answer.Action == mcp.ElicitationResponseActionDecline:
		return refused(audit.Declined, "Not done: the person was asked and declined.\nDo not try again, nor another way, without their word.")
	}
	return refused(audit.Declined, "Not done: the person was asked and closed the question without an answer.\nDo not try again, nor another way, without their word.")
}

// canAsk reports whether the client can put a question to the person.
func canAsk(ctx context.Context) bool {
	var can mcp.ClientCapabilities
	if info := server.RequestProtocolInfoFromContext(ctx); info != nil && info.Modern {
		if info.ClientCapabilities != nil {
			can = *info.ClientCapabilities
		}
	} else {
		session := server.ClientSessionFromContext(ctx)
		if wrapped, ok := session.(interface{ Unwrap() server.ClientSession }); ok {
			session = wrapped.Unwrap()
		}
		if _, ok := session.(server.SessionWithElicitation); !ok {
			return false // over SSE the library cannot, whatever the client can
		}
		if known, ok := session.(server.SessionWithClientInfo); ok {
			can = known.GetClientCapabilities()
		}
	}
	forms := can.Elicitation
	return forms != nil && (forms.Form != nil || forms.URL == nil) // neither is how forms were named first
}

// ticket is the unsigned part of a state: 16 random bytes, then when it
// expires, in Unix seconds.
type ticket [24]byte

func (t ticket) expires() time.Time {
	return time.Unix(int64(binary.BigEndian.Uint64(t[16:])), 0)
}

// issue makes the state that an answer must come back with.
func (p *person) issue(ctx context.Context, about []byte) string {
	var t ticket
	_, _ = rand.Read(t[:16]) // it never fails
	binary.BigEndian.PutUint64(t[16:], uint64(p.policy.Now().Add(p.policy.ConfirmWithin).Unix()))
	return base64.RawURLEncoding.EncodeToString(append(t[:], p.policy.sign(access.CallerOf(ctx), "confirm", t[:], about)...))
}

// redeem takes a state once, for the same call of the same caller, in time.
func (p *person) redeem(ctx context.Context, state string, about []byte) error {
	const again = "\nCall again without requestState and inputResponses, and the person is asked anew."
	raw, err := base64.RawURLEncoding.DecodeString(state)
	if err != nil || len(raw) != len(ticket{})+sha256.Size {
		return refused(audit.Policy, "Not done: requestState is not one that this server gave."+again)
	}
	t := ticket(raw[:len(ticket{})])
	if !hmac.Equal(raw[len(t):], p.policy.sign(access.CallerOf(ctx), "confirm", t[:], about)) {
		return refused(audit.Policy, "Not done: requestState is not one that this server gave for this tool, these arguments and this caller."+again)
	}
	now := p.policy.Now()
	if !now.Before(t.expires()) {
		return refused(audit.Policy, "Not done: the person's answer came too late; a question stands for 10 minutes."+again)
	}
	if !p.policy.State.Once(ctx, "confirmed/"+hex.EncodeToString(t[:]), p.policy.ConfirmWithin) {
		return refused(audit.Policy, "Not done: this answer of the person's was used before, and holds for one call.\nLook whether that call was carried out before you call again.")
	}
	return nil
}

// about identifies a call: its tool, its arguments in one form, and who calls,
// in which session where that counts.
func (p *person) about(ctx context.Context, call *Call, args []byte, session string) ([]byte, error) {
	canonical := jsontext.Value(slices.Clone(args))
	if err := canonical.Canonicalize(); err != nil {
		return nil, fmt.Errorf("read the arguments: %w", err)
	}
	sum := sha256.New()
	for _, part := range []string{call.tool.Name, string(canonical), p.api.KeyFor(ctx).Reveal(), session} {
		fmt.Fprintf(sum, "%d:%s", len(part), part) // so that no two lists of parts read alike
	}
	return sum.Sum(nil), nil
}

// question names what would be lost.
func (p *person) question(ctx context.Context, call *Call, args []byte) (string, error) {
	var in struct {
		BotID          string `json:"bot_id"`
		CalendarID     string `json:"calendar_id"`
		EventID        string `json:"event_id"`
		AllOccurrences bool   `json:"all_occurrences"`
		ConnectionID   string `json:"connection_id"`
	}
	if err := json.Unmarshal(args, &in); err != nil {
		return "", badArgument("%v", err)
	}
	switch call.tool.Operation {
	case "delete_data":
		meeting, err := p.meeting(ctx, call, in.BotID)
		return fmt.Sprintf("Delete the recording and transcript of %s? This cannot be undone.", meeting), err
	case "retranscribe_bot":
		meeting, err := p.meeting(ctx, call, in.BotID)
		return fmt.Sprintf("Replace the transcript of %s by a new one? The recording is transcribed again, which costs.", meeting), err
	case "delete_calendar":
		calendar, scheduled, err := p.calendar(ctx, in.CalendarID)
		return fmt.Sprintf("Disconnect the calendar %s? %s.", calendar, scheduled), err
	case "update_calendar":
		calendar, scheduled, err := p.calendar(ctx, in.CalendarID)
		return fmt.Sprintf("Replace the credentials of the calendar %s? %s.", calendar, scheduled), err
	case "unschedule_record_event":
		event, err := p.api.Event(ctx, in.EventID)
		if err != nil {
			return "", err
		}
		scheduled, err := scheduledOf(ctx, p.api, event, in.AllOccurrences)
		if err != nil {
			return "", err
		}
		if scheduled == 0 {
			return "", errNothingToLose
		}
		name, at := untrusted.Name(event.Name).Quoted(), event.StartTime.In(p.policy.Timezone).Format("2006-01-02 15:04 MST")
		if in.AllOccurrences {
			return fmt.Sprintf("Cancel the recordings of the whole series %s, %s, from that of %s?", name, counted(scheduled, "event"), at), nil
		}
		return fmt.Sprintf("Cancel the recording of %s of %s?", name, at), nil
	case "delete_zoom_oauth_connection":
		connection, err := p.api.ZoomConnection(ctx, in.ConnectionID)
		if err != nil {
			return "", err
		}
		return fmt.Sprintf("Delete the connection of the Zoom user %s? They would have to consent again.", untrusted.Name(connection.ZoomUserID).Quoted()), nil
	}
	return call.tool.Title + "? This cannot be undone.", nil
}

// meeting names a meeting by title, day and length.
func (p *person) meeting(ctx context.Context, call *Call, id string) (string, error) {
	if err := notLatest(id); err != nil {
		return "", err
	}
	data, err := p.api.MeetingData(ctx, id, false)
	if err != nil {
		return "", err
	}
	title, _ := titleOf(ctx, p.api, call, data)
	text := title.Quoted() + " of " + data.BotData.Bot.CreatedAt.In(p.policy.Timezone).Format(time.DateOnly)
	if data.Duration > 0 {
		text += ", " + lasted(data.Duration)
	}
	return text, nil
}

// calendar names a calendar, and tells how many recordings would go with it.
func (p *person) calendar(ctx context.Context, id string) (name, scheduled string, err error) {
	calendar, err := p.api.Calendar(ctx, id)
	if err != nil {
		return "", "", err
	}
	page, err := p.api.Events(ctx, client.EventQuery{CalendarID: id})
	if err != nil {
		return "", "", err
	}
	count := 0
	for _, e := range page.Data {
		if e.BotParam != nil {
			count++
		}
	}
	name = untrusted.Name(calendar.Name).Quoted() + " of " + untrusted.Name(calendar.Email).Quoted()
	switch {
	case page.Next != "":
		return name, fmt.Sprintf("All its scheduled recordings are cancelled, %d of the next 100 events", count), nil
	case count == 0:
		return name, "No recording is scheduled for it", nil
	}
	return name, fmt.Sprintf("Its scheduled recordings are cancelled: %d", count), nil
}
