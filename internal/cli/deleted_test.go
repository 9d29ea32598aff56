package cli_test

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/meetmcp/meetmcp/client"
	"github.com/meetmcp/meetmcp/client/sandbox"
	"github.com/meetmcp/meetmcp/internal/redistest"
	"github.com/meetmcp/meetmcp/summarize/standin"
)

// talks writes meetings, in each of which somebody says a word that nobody says
// elsewhere, and another that gives it away.
func talks(t *testing.T, n int) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for i := range n {
		text := fmt.Sprintf("WEBVTT\n\n00:00.000 --> 00:09.000\n<v Ada>We decided that the xylograph%[1]d is kept in the brindlewick%[1]d until Friday.\n", i)
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("talk-%02d.vtt", i)), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// meetings finds the bot of every talk.
func (h *hook) meetings(t *testing.T, n int) (ids []string) {
	t.Helper()
	for i := range n {
		_, got := h.call(t, "search_transcripts", fmt.Sprintf(`{"query":"xylograph%d","limit":1}`, i))
		results, _ := got["results"].([]any)
		if len(results) != 1 {
			t.Fatalf("talk %d is not found: %v", i, got)
		}
		ids = append(ids, fmt.Sprint(results[0].(map[string]any)["bot_id"]))
	}
	return ids
}

// looks asks in one of many ways for what talk i said, and answers all that came back.
func (h *hook) looks(t *testing.T, way, i int, id string) string {
	t.Helper()
	call := func(tool, arguments string) string {
		return fmt.Sprintf(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":%q,"arguments":%s}}`, tool, arguments)
	}
	ways := []string{
		call("search_transcripts", fmt.Sprintf(`{"query":"xylograph%d"}`, i)),
		call("search_transcripts", fmt.Sprintf(`{"query":"brindlewik%d kept until friday"}`, i)),
		call("search_transcripts", fmt.Sprintf(`{"query":"decided","bot_id":%q}`, id)),
		call("search_transcripts", `{"query":"decided friday","speaker":"ada","limit":50}`),
		call("get_transcript", fmt.Sprintf(`{"bot_id":%q}`, id)),
		call("get_transcript", fmt.Sprintf(`{"bot_id":%q,"format":"vtt"}`, id)),
		call("summarize_meeting", fmt.Sprintf(`{"bot_id":%q}`, id)),
		call("verify_claims", fmt.Sprintf(`{"bot_id":%q,"claims":["The xylograph%d is kept somewhere."]}`, id, i)),
		call("get_meeting_data", fmt.Sprintf(`{"bot_id":%q,"include_transcripts":true}`, id)),
		call("search", fmt.Sprintf(`{"query":"xylograph%d"}`, i)),
		call("fetch", fmt.Sprintf(`{"id":%q}`, id)),
		fmt.Sprintf(`{"jsonrpc":"2.0","id":1,"method":"resources/read","params":{"uri":"meeting://%s/transcript"}}`, id),
	}
	_, _, answer := ask(t, "POST", h.url+"/mcp", h.headers.Clone(), ways[way%len(ways)])
	return answer
}

// sharing starts a server that shares what it knows with others.
func sharing(t *testing.T, box *sandbox.Sandbox, redis *redistest.Store, env []string, flags ...string) (h *hook, log *buffer, stop func()) {
	t.Helper()
	url, log, stop := serving(t, append(env, "MEETING_BAAS_BASE_URL="+box.URL(), "MEETMCP_MASTER_KEYS=a:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="),
		append(flags, "--auth", "key", "--redis", "redis://"+redis.Addr, "--toolsets", "default,chatgpt", "--confirm", "never",
			"--limit-reads", "0", "--limit-writes", "0", "--limit-address", "0")...)
	h = &hook{url, http.Header{http.CanonicalHeaderKey(client.KeyHeader): {sandbox.Key}, "Content-Type": {"application/json"}}}
	_, header, _ := ask(t, "POST", url+"/mcp", h.headers.Clone(), helloJSON)
	h.headers.Set("Mcp-Session-Id", header.Get("Mcp-Session-Id"))
	return h, log, stop
}

// TestSummariesShared has one replica make a summary that others then answer
// without asking the model, until the meeting is deleted.
func TestSummariesShared(t *testing.T) {
	redistest.Each(t, func(t *testing.T, redis *redistest.Store) {
		box, err := sandbox.Start(sandbox.Options{Data: talks(t, 1)})
		if err != nil {
			t.Fatal(err)
		}
		model, err := standin.Start(standin.Options{Model: standin.Extractive})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := errors.Join(box.Close(), model.Close()); err != nil {
				t.Error(err)
			}
		})
		id := ""
		var texts []string
		for _, library := range []string{"memory", "memory", "off"} {
			h, _, _ := sharing(t, box, redis, []string{"OPENAI_BASE_URL=" + model.URL()}, "--library", library, "--summarize-model", "m")
			if id == "" {
				id = h.meetings(t, 1)[0]
			}
			text, got := h.call(t, "summarize_meeting", fmt.Sprintf(`{"bot_id":%q,"engine":"model"}`, id))
			if got["cached"] != (len(texts) > 0) {
				t.Errorf("with the library %s cached is %v", library, got["cached"])
			}
			if texts = append(texts, text); len(model.Requests()) != 1 {
				t.Errorf("the model was asked %d times", len(model.Requests()))
			}
			if len(texts) == 3 {
				h.call(t, "delete_meeting_data", fmt.Sprintf(`{"bot_id":%q}`, id))
			}
		}
		h, _, _ := sharing(t, box, redis, nil, "--library", "off")
		if got := h.looks(t, 6, 0, id); strings.Contains(got, "brindlewick") {
			t.Errorf("the summary of a deleted meeting: got %s", got)
		}
	})
}

// TestDeleted deletes meetings on one replica: the other, which has kept them,
// shows nothing of them from then on, whatever becomes of Redis.
func TestDeleted(t *testing.T) {
	redistest.Each(t, func(t *testing.T, redis *redistest.Store) {
		const talk = 6
		box, err := sandbox.Start(sandbox.Options{Data: talks(t, talk)})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := box.Close(); err != nil {
				t.Error(err)
			}
		})
		begin := func(library string) (h *hook, log *buffer, stop func()) {
			return sharing(t, box, redis, nil, "--library", library)
		}
		disk := filepath.Join(t.TempDir(), "library.db")
		one, _, _ := begin("memory")
		other, log, _ := begin("memory")
		third, _, stopThird := begin(disk)
		ids := one.meetings(t, talk)
		for _, h := range []*hook{one, other, third} {
			h.meetings(t, talk)
			for i, id := range ids {
				for way := range 12 {
					if got := h.looks(t, way, i, id); !strings.Contains(got, fmt.Sprintf("brindlewick%d", i)) && way != 9 {
						t.Fatalf("way %d does not show talk %d: %s", way, i, got)
					}
				}
			}
		}
		reads := func() (n int) {
			for _, r := range box.Requests() {
				if strings.HasPrefix(r.Path, "/bots/meeting_data") {
					n++
				}
			}
			return n
		}
		before := reads()
		for range 20 {
			other.looks(t, 4, 1, ids[1])
		}
		if n := reads() - before; n != 0 {
			t.Errorf("what is kept was read again %d times", n)
		}
		shows := func(h *hook, i, times int) {
			t.Helper()
			var group sync.WaitGroup
			var asked atomic.Int64
			for range 8 {
				group.Go(func() {
					for n := asked.Add(1); n <= int64(times); n = asked.Add(1) {
						if got := h.looks(t, int(n), i, ids[i]); strings.Contains(got, fmt.Sprintf("brindlewick%d", i)) || !strings.Contains(got, `"jsonrpc"`) {
							t.Errorf("talk %d was deleted, and way %d shows: %s", i, n%12, got)
							return
						}
					}
				})
			}
			group.Wait()
		}
		remove := func(i int) {
			t.Helper()
			if text, _ := one.call(t, "delete_meeting_data", fmt.Sprintf(`{"bot_id":%q}`, ids[i])); !strings.Contains(text, "eleted") {
				t.Fatalf("got %s", text)
			}
		}

		remove(0)
		shows(other, 0, 1000)
		shows(one, 0, 60)

		stopThird() // while it is away, something is deleted
		remove(1)
		third, _, _ = begin(disk)
		shows(third, 1, 60)
		shows(other, 1, 60)

		redis.Kill(t)
		remove(2)
		shows(other, 2, 60)
		redis.Start(t) // and has forgotten everything
		shows(other, 2, 60)
		log.find(t, `(redis is back)`)
		shows(other, 2, 60)
		if got := other.looks(t, 0, 5, ids[5]); !strings.Contains(got, "brindlewick5") {
			t.Errorf("what was not deleted is not found any more: %s", got)
		}
	})
}
