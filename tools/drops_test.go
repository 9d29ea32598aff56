package tools_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/mcp"

	"github.com/meetmcp/meetmcp/client"
	"github.com/meetmcp/meetmcp/client/sandbox"
	"github.com/meetmcp/meetmcp/internal/access"
	"github.com/meetmcp/meetmcp/internal/library"
	"github.com/meetmcp/meetmcp/internal/shared"
	"github.com/meetmcp/meetmcp/tools"
)

// account is a sandbox of which any key opens the same account, behind a proxy
// that may answer itself.
func account(t *testing.T, answers func(w http.ResponseWriter, r *http.Request, pass http.Handler) bool) (box *sandbox.Sandbox, address string) {
	t.Helper()
	box, err := sandbox.Start(sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	to, err := url.Parse(box.URL())
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{}
	pass := &httputil.ReverseProxy{Transport: transport, Rewrite: func(p *httputil.ProxyRequest) {
		p.SetURL(to)
		p.Out.Header.Set(client.KeyHeader, sandbox.Key)
	}}
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if answers == nil || !answers(w, r, pass) {
			pass.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(func() {
		front.Close()
		transport.CloseIdleConnections()
		if err := box.Close(); err != nil {
			t.Error(err)
		}
	})
	return box, front.URL
}

// onReplicas connects an agent with each key to a replica of its own.
func onReplicas(t *testing.T, box *sandbox.Sandbox, address string, keys ...string) []*agent {
	t.Helper()
	state := shared.NewMemory(box.Now)
	agents := make([]*agent, len(keys))
	for i, key := range keys {
		agents[i] = newAgentWith(t, tools.Policy{Now: box.Now, State: state, Secret: []byte("the same on all replicas")}, address, key)
		agents[i].sandbox = box
	}
	return agents
}

// What one deletes is shown to nobody, by whatever key and replica.
func TestDeletedByAnotherKey(t *testing.T) {
	t.Parallel()
	box, address := account(t, nil)
	agents := onReplicas(t, box, address, "one", "one", "another")
	weekly := agents[0].meetingOf("weekly sync")
	args := `{"bot_id":"` + weekly + `"}`
	for _, a := range agents {
		a.ok("search_transcripts", dishwasher)
		a.ok("get_transcript", args)
	}
	agents[0].ok("delete_meeting_data", args)
	for i, a := range agents {
		for _, tool := range []string{"search_transcripts", "get_transcript", "summarize_meeting"} {
			given := args
			if tool == "search_transcripts" {
				given = dishwasher
			}
			if r := a.call(tool, given); strings.Contains(r.text, "three past") || tool == "search_transcripts" && strings.Contains(r.text, weekly) {
				t.Errorf("replica %d, %s: %.300s", i, tool, r.text)
			}
		}
	}
}

// A replica that is not used while a meeting is transcribed again does not show
// the old transcript later.
func TestReplacedUnheard(t *testing.T) {
	t.Parallel()
	box, address := account(t, nil)
	agents := onReplicas(t, box, address, "one", "one")
	weekly := agents[0].meetingOf("weekly sync")
	args := `{"bot_id":"` + weekly + `"}`
	for _, a := range agents {
		a.ok("get_transcript", args)
	}
	agents[0].ok("retranscribe_meeting", args)
	box.Advance(40 * time.Minute)
	reads := func() (n int) {
		for _, r := range box.Requests() {
			if strings.Contains(r.Path, "meeting_data") {
				n++
			}
		}
		return n
	}
	before := reads()
	agents[1].ok("get_transcript", args)
	if reads() == before {
		t.Error("the old transcript is shown")
	}
	for range 100 { // a read beside which word of the drop arrives is not kept
		before = reads()
		if agents[1].ok("get_transcript", args); reads() == before {
			return
		}
	}
	t.Error("the new transcript is not kept")
}

// A change whose answer is lost counts as done.
func TestChangedUnanswered(t *testing.T) {
	t.Parallel()
	for _, tool := range []string{"retranscribe_meeting", "delete_meeting_data"} {
		ctx, leave := context.WithCancel(t.Context())
		box, address := account(t, func(_ http.ResponseWriter, r *http.Request, pass http.Handler) bool {
			if r.Method != http.MethodPost {
				return false
			}
			pass.ServeHTTP(httptest.NewRecorder(), r)
			leave() // before the answer comes
			<-r.Context().Done()
			return true
		})
		a := onReplicas(t, box, address, "one")[0]
		weekly := a.meetingOf("weekly sync")
		a.ok("get_transcript", `{"bot_id":"`+weekly+`"}`)
		var req mcp.CallToolRequest
		req.Params.Name, req.Params.Arguments = tool, json.RawMessage(`{"bot_id":"`+weekly+`"}`)
		_, _ = a.CallTool(ctx, req) // which nobody waits for any more
		r := a.call("get_transcript", `{"bot_id":"`+weekly+`"}`)
		if strings.Contains(r.text, "three past") && !strings.Contains(r.text, "still the old transcript") {
			t.Errorf("after %s: %.300s", tool, r.text)
		}
	}
}

// Deleting what is not there yet does not keep it away later.
func TestDeletedTooEarly(t *testing.T) {
	t.Parallel()
	a := newAgent(t, tools.Policy{})
	id := a.ok("join_meeting", `{`+meet+`}`).field("bot_id")
	a.sandbox.Advance(3 * time.Minute)
	a.ok("delete_meeting_data", `{"bot_id":"`+id+`"}`)
	a.sandbox.Advance(5 * time.Hour)
	if r := a.ok("search_transcripts", `{"query":"friday","bot_id":"`+id+`"}`); !strings.Contains(r.json, `"searched":1`) {
		t.Errorf("got %s", r.json)
	}
}

// What was deleted elsewhere is not shown to strangers when the API lists the
// meeting and cannot say more.
func TestListedOnly(t *testing.T) {
	t.Parallel()
	fails := false
	box, address := account(t, func(w http.ResponseWriter, r *http.Request, _ http.Handler) bool {
		if fails && strings.Contains(r.URL.Path, "meeting_data") {
			http.Error(w, "{}", http.StatusInternalServerError)
			return true
		}
		return false
	})
	a := onReplicas(t, box, address, "one")[0]
	p := &access.Principal{ID: "ada", Scopes: []access.Scope{access.Read}, Key: client.NewSecret("one")}
	weekly := a.meetingOf("weekly sync")
	a.callBy(p, "search_transcripts", dishwasher)
	api := client.New(box.URL(), client.NewSecret(sandbox.Key), nil)
	defer api.Close()
	if _, err := api.DeleteData(t.Context(), weekly); err != nil {
		t.Fatal(err)
	}
	fails = true
	box.Advance(72 * time.Hour)
	for _, given := range [][2]string{{"search_transcripts", dishwasher}, {"search_transcripts", `{"query":"dishwashr"}`}, {"get_transcript", `{"bot_id":"` + weekly + `"}`}} {
		if r := a.callBy(p, given[0], given[1]); strings.Contains(r.text, "three past") || strings.Contains(r.text, "- bot_id "+weekly) || given[1] != dishwasher && strings.Contains(r.text, "dishwasher") {
			t.Errorf("%s %s: %s", given[0], given[1], r.text)
		}
	}
}

// When nobody can use a key any more, nothing is kept for it, and nothing that
// comes later is.
func TestFinish(t *testing.T) {
	t.Parallel()
	var keeper tools.Keeper
	kept := keep(t, library.Bounds{})
	a := newAgent(t, tools.Policy{Library: func() (*library.Library, error) { return kept, nil }, Keeps: func(k tools.Keeper) { keeper = k }})
	weekly := a.meetingOf("weekly sync")
	a.ok("search_transcripts", dishwasher)
	holds := func() int {
		t.Helper()
		s, err := kept.Status(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return s.Meetings
	}
	if holds() != 8 {
		t.Fatalf("%d meetings are kept", holds())
	}
	ctx := client.WithKey(t.Context(), client.NewSecret(sandbox.Key))
	if err := keeper.Finish(ctx); err != nil || holds() != 0 {
		t.Errorf("%d meetings are kept, %v", holds(), err)
	}
	for range 2 {
		if err := keeper.Keep(ctx, weekly); err != nil || holds() != 0 {
			t.Errorf("after a webhook %d meetings are kept, %v", holds(), err)
		}
		a.sandbox.Advance(time.Hour)
	}
	p := &access.Principal{ID: "ada", Scopes: []access.Scope{access.Read}, Key: client.NewSecret(sandbox.Key)}
	if a.callBy(p, "search_transcripts", dishwasher); holds() != 8 {
		t.Errorf("with a new token %d meetings are kept", holds())
	}
}

// What a caller claims to delete of another's account touches nobody's copies.
func TestDeletedNotTheirs(t *testing.T) {
	t.Parallel()
	a := newAgent(t, tools.Policy{})
	l := keep(t, library.Bounds{})
	state := shared.NewMemory(a.sandbox.Now)
	p := tools.Policy{Now: a.sandbox.Now, State: state, Secret: []byte("the same"), Library: func() (*library.Library, error) { return l, nil }}
	one := newAgentWith(t, p, a.sandbox.URL(), sandbox.Key)
	other := newAgentWith(t, p, a.sandbox.URL(), sandbox.OtherKey)
	weekly := one.meetingOf("weekly sync")
	args := `{"bot_id":"` + weekly + `"}`
	one.ok("get_transcript", args)
	before := len(a.sandbox.Requests())
	for _, tool := range []string{"delete_meeting_data", "retranscribe_meeting"} {
		if r := other.call(tool, args); !r.isError {
			t.Errorf("%s of another's meeting: %s", tool, r.text)
		}
	}
	if r := one.ok("get_transcript", args); strings.Contains(r.text, "still the old transcript") {
		t.Errorf("got %.300s", r.text)
	}
	for _, r := range a.sandbox.Requests()[before:] {
		if strings.Contains(r.Path, "meeting_data") {
			t.Errorf("the owner's copy was dropped: %s %s", r.Method, r.Path)
		}
	}
}
