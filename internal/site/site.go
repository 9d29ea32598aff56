// Package site is what people see who open a hosted server's address in a
// browser: what it is, and how to connect a client to it.
package site

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

//go:embed page.html style.css page.js icon.svg
var files embed.FS

// Options are what a page tells.
type Options struct {
	URL     string // by which callers reach the server, without a path
	Auth    []string
	Version string
	Tools   []Tool
	Clients fs.FS // ready-made configurations, NAME-http.json
}

// Tool is a row of the table of tools.
type Tool struct{ Name, Title, Set, Effect string }

// Client is a client, and what a person copies into its configuration.
type Client struct{ ID, Name, Where, Config string }

// clients says which clients there are, where each has its configuration, and
// which file is ready for it.
var clients = []struct{ id, name, where string }{
	{"claude-code", "Claude Code", ".mcp.json in a project"},
	{"cursor", "Cursor", "~/.cursor/mcp.json"},
	{"vscode", "VS Code", ".vscode/mcp.json"},
	{"windsurf", "Windsurf", "~/.codeium/windsurf/mcp_config.json"},
	{"zed", "Zed", "settings.json"},
	{"generic", "Others", "their list of MCP servers"},
}

// policy lets the page have its own style and script, and nothing else.
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// Handler serves the page at /, with its style and script beside it.
func Handler(o Options) (http.Handler, error) {
	page, err := render(o)
	if err != nil {
		return nil, fmt.Errorf("write the page: %w", err)
	}
	served := map[string][]byte{"/": page}
	for _, name := range []string{"style.css", "page.js", "icon.svg"} {
		if served["/"+name], err = files.ReadFile(name); err != nil {
			return nil, err
		}
	}
	types := map[string]string{"": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		content, found := served[r.URL.Path]
		switch {
		case !found:
			http.Error(w, "Nothing is here. MCP clients connect to /mcp (streamable HTTP) or /sse (SSE); people read /.", http.StatusNotFound)
			return
		case r.Method != http.MethodGet && r.Method != http.MethodHead:
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "This page is only read. MCP clients post to /mcp.", http.StatusMethodNotAllowed)
			return
		}
		h := w.Header()
		h.Set("Content-Type", types[path.Ext(r.URL.Path)])
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-cache")
		_, _ = w.Write(content) // the reader may be gone
	}), nil
}

func render(o Options) ([]byte, error) {
	text, err := files.ReadFile("page.html")
	if err != nil {
		return nil, err
	}
	made, err := template.New("page").Parse(string(text))
	if err != nil {
		return nil, err
	}
	data := struct {
		Options
		Key, Token bool
		Header     string
		Ready      []Client
		Sets       [][]Tool
	}{Options: o, Key: slices.Contains(o.Auth, "key"), Token: slices.Contains(o.Auth, "token"), Header: headerOf(o.Auth)}
	for _, c := range clients {
		config, err := o.config(c.id)
		if err != nil {
			return nil, err
		}
		data.Ready = append(data.Ready, Client{c.id, c.name, c.where, config})
	}
	for _, tool := range o.Tools {
		if n := len(data.Sets); n == 0 || data.Sets[n-1][0].Set != tool.Set {
			data.Sets = append(data.Sets, nil)
		}
		last := &data.Sets[len(data.Sets)-1]
		*last = append(*last, tool)
	}
	var page bytes.Buffer
	err = made.Execute(&page, data)
	return page.Bytes(), err
}

// headerOf is the header by which a caller says who they are.
func headerOf(auth []string) string {
	switch {
	case len(auth) == 0:
		return ""
	case slices.Contains(auth, "token"):
		return "Bearer YOUR_TOKEN"
	}
	return "Bearer YOUR_MEETING_BAAS_KEY"
}

// config is a client's ready-made configuration, with this server's address and
// a place for the caller's key.
func (o Options) config(client string) (string, error) {
	raw, err := fs.ReadFile(o.Clients, client+"-http.json")
	if err != nil {
		return "", err
	}
	var whole map[string]map[string]map[string]any
	if err := json.Unmarshal(raw, &whole); err != nil {
		return "", fmt.Errorf("%s: %w", client, err)
	}
	for _, servers := range whole {
		for _, server := range servers {
			for name := range server {
				if strings.EqualFold(name, "url") || strings.EqualFold(name, "serverUrl") {
					server[name] = o.URL + "/mcp"
				}
			}
			if header := headerOf(o.Auth); header != "" {
				server["headers"] = map[string]string{"Authorization": header}
			}
		}
	}
	text, err := json.Marshal(whole, json.Deterministic(true), jsontext.WithIndent("  "))
	return string(text), err
}
