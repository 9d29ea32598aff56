package site_test

import (
	"encoding/json"
	"html"
	"io/fs"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/meetmcp/meetmcp/configs"
	"github.com/meetmcp/meetmcp/internal/site"
)

func get(t *testing.T, o site.Options, method, path string) *httptest.ResponseRecorder {
	t.Helper()
	h, err := site.Handler(o)
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(method, path, nil))
	return w
}

var options = site.Options{
	URL: "https://mcp.example.org", Auth: []string{"key"}, Version: "v1", Clients: configs.Clients(),
	Tools: []site.Tool{{"join_meeting", "Send a bot", "bots", "writes"}, {"list_bots", "List <bots>", "bots", "reads"}, {"list_calendars", "List calendars", "calendars", "reads"}},
}

func TestPage(t *testing.T) {
	w := get(t, options, "GET", "/")
	page := w.Body.String()
	for _, want := range []string{"https://mcp.example.org/mcp", "https://mcp.example.org/sse", "join_meeting", "List &lt;bots&gt;", "<h3>calendars</h3>", "Bearer YOUR_MEETING_BAAS_KEY"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	csp := w.Header().Get("Content-Security-Policy")
	if w.Code != 200 || !strings.HasPrefix(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") || strings.Contains(csp, "http") {
		t.Errorf("got %d, policy %q", w.Code, csp)
	}
	// With that policy a browser would run nothing that stands in the page itself.
	for _, never := range []string{`<script>`, `<style`, ` style=`, ` onclick=`, `javascript:`, `src="http`, `href="http`} {
		if strings.Contains(page, never) {
			t.Errorf("the page has %s", never)
		}
	}
	for _, path := range regexp.MustCompile(`(?:src|href)="([^"]+)"`).FindAllStringSubmatch(page, -1) {
		if got := get(t, options, "GET", path[1]).Code; got != 200 {
			t.Errorf("%s: got %d", path[1], got)
		}
	}
	for _, id := range regexp.MustCompile(`data-copy="([^"]+)"`).FindAllStringSubmatch(page, -1) {
		if strings.Count(page, `id="`+id[1]+`"`) != 1 {
			t.Errorf("a button copies %q, which is not there once", id[1])
		}
	}
}

// TestConfigs reads what the page has people copy.
func TestConfigs(t *testing.T) {
	files, err := fs.Glob(configs.Clients(), "*-http.json")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, row := range []struct {
		auth []string
		want string
	}{{nil, ""}, {[]string{"key"}, "Bearer YOUR_MEETING_BAAS_KEY"}, {[]string{"token"}, "Bearer YOUR_TOKEN"}, {[]string{"key", "token"}, "Bearer YOUR_TOKEN"}} {
		o := options
		o.Auth = row.auth
		page := get(t, o, "GET", "/").Body.String()
		made := regexp.MustCompile(`<pre tabindex="0"><code id="config-[a-z-]+">([^<]+)</code>`).FindAllStringSubmatch(page, -1)
		if len(made) != len(files) {
			t.Errorf("%v: the page has %d configurations, there are %d", row.auth, len(made), len(files))
		}
		for _, m := range made {
			var config map[string]map[string]map[string]any
			text := html.UnescapeString(m[1])
			if err := json.Unmarshal([]byte(text), &config); err != nil {
				t.Errorf("%s: %v", text, err)
			}
			if !strings.Contains(text, `"https://mcp.example.org/mcp"`) || strings.Contains(text, "127.0.0.1") || strings.Contains(text, "headers") != (row.want != "") || !strings.Contains(text, row.want) {
				t.Errorf("%v: got %s", row.auth, text)
			}
		}
	}
}

func TestElsewhere(t *testing.T) {
	for _, row := range []struct {
		method, path string
		want         int
	}{{"GET", "/style.css", 200}, {"HEAD", "/page.js", 200}, {"POST", "/", 405}, {"GET", "/page.html", 404}, {"GET", "/../style.css", 404}, {"GET", "/x", 404}} {
		if got := get(t, options, row.method, row.path).Code; got != row.want {
			t.Errorf("%s %s: got %d, want %d", row.method, row.path, got, row.want)
		}
	}
}
