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

	redisclient "github.com/redis/go-redis/v9"

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

// ways are those in which somebody may ask for what talk i said. None of them
// says brindlewick itself, so that an answer that repeats the question tells
// nothing.
func ways(i int, id string) []string {
	call := func(tool, arguments string, args ...any) string {
		return fmt.Sprintf(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":%q,"arguments":%s}}`, tool, fmt.Sprintf(arguments, args...))
	}
	return []string{
		call("search_transcripts", `{"query":"xylograph%d"}`, i),
		call("search_transcripts", `{"query":"brindlewik%d kept until friday"}`, i),
		call("search_transcripts", `{"query":"decided","bot_id":%q}`, id),
		call("search_transcripts", `{"query":"decided friday","speaker":"ada","limit":50}`),
		call("get_transcript", `{"bot_id":%q}`, id),
		call("get_transcript", `{"bot_id":%q,"format":"vtt"}`, id),
		call("summarize_meeting", `{"bot_id":%q}`, id),
		call("verify_claims", `{"bot_id":%q,"claims":["The xylograph%d is kept somewhere."]}`, id, i),
		call("get_meeting_data", `{"bot_id":%q,"include_transcripts":true}`, id),
		call("fetch", `{"id":%q}`, id),
		fmt.Sprintf(`{"jsonrpc":"2.0","id":1,"method":"resources/read","params":{"uri":"meeting://%s/transcript"}}`, id),
		call("search", `{"query":"xylograph%d"}`, i), // whose results have no text
	}
}

// looks asks in one of the ways, and answers all that came back.
func (h *hook) looks(t *testing.T, way, i int, id string) string {
	t.Helper()
	all := ways(i, id)
	_, _, answer := ask(t, "POST", h.url+"/mcp", h.headers.Clone(), all[way%len(all)])
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
		store := redisclient.NewClient(&redisclient.Options{Addr: redis.Addr})
		defer store.Close()
		shared := func() (bytes int64) {
			keys, err := store.Keys(t.Context(), "meetmcp:summaries:*").Result()
			if err != nil || len(keys) != 1 {
				t.Fatalf("summaries are under %q, %v", keys, err)
			}
			return store.StrLen(t.Context(), keys[0]).Val()
		}
		var last *hook
		id, first := "", ""
		for _, library := range []string{"memory", "memory", "off"} {
			last, _, _ = sharing(t, box, redis, []string{"OPENAI_BASE_URL=" + model.URL()}, "--library", library, "--summarize-model", "m")
			if id == "" {
				id = last.meetings(t, 1)[0]
			}
			_, got := last.call(t, "summarize_meeting", fmt.Sprintf(`{"bot_id":%q,"engine":"model"}`, id))
			said := fmt.Sprint(got["points"], got["decisions"], got["action_items"], got["open_questions"])
			if got["cached"] != (first != "") || first != "" && said != first || len(model.Requests()) != 1 {
				t.Errorf("with the library %s: cached %v, the model was asked %d times: %v", library, got["cached"], len(model.Requests()), got)
			}
			first = said
		}
		if n := shared(); n < 100 {
			t.Errorf("%d bytes are shared", n)
		}
		last.call(t, "delete_meeting_data", fmt.Sprintf(`{"bot_id":%q}`, id))
		if n := shared(); n > 50 { // an empty value, sealed
			t.Errorf("%d bytes are shared of a deleted meeting", n)
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
				for way := range ways(i, id) {
					shown := fmt.Sprintf("brindlewick%d", i)
					if way == len(ways(i, id))-1 {
						shown = id
					}
					if got := h.looks(t, way, i, id); !strings.Contains(got, shown) {
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
							t.Errorf("talk %d was deleted, and way %d shows: %s", i, n, got)
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
