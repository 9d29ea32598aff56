package configs_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/meetmcp/meetmcp/configs"
)

func load(args, env string) (*configs.Config, error) {
	return configs.Load(strings.Fields(args), configs.Host{Env: strings.Fields(env), Help: &bytes.Buffer{}})
}

func file(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "meetmcp.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// master is a master key as it is written.
const master = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="

func TestPrecedence(t *testing.T) {
	path := file(t, "log-level: warn\nread_only: true\ntoolsets: [bots, zoom]\nmax-bots-per-hour: 3\nserve:\n  addr: 127.0.0.1:1\n  drain: 3s\n")
	asJSON := file(t, `{"log-level": "warn", "serve": {"addr": "127.0.0.1:1"}}`)
	nested := file(t, "token:\n  create: {name: Ada, scopes: [read], bots_per_day: 7}\n")
	const key = " MEETING_BAAS_API_KEY=k"
	const masters = "HOME=/h MEETMCP_MASTER_KEYS=one:" + master + ",2026-01:" + master
	for _, row := range []struct{ args, env, field, want string }{
		{"serve", key, "Addr", "127.0.0.1:8787"},
		{"serve --config " + path, key, "Addr", "127.0.0.1:1"},
		{"serve --config " + asJSON, key, "Addr", "127.0.0.1:1"},
		{"serve", "MEETMCP_CONFIG=" + path + key, "Addr", "127.0.0.1:1"},
		{"serve --config " + path, "MEETMCP_SERVE_ADDR=127.0.0.1:2" + key, "Addr", "127.0.0.1:2"},
		{"serve --addr 127.0.0.1:3 --config " + path, "MEETMCP_SERVE_ADDR=127.0.0.1:2" + key, "Addr", "127.0.0.1:3"},
		{"--addr 127.0.0.1:3 --config " + path + " serve", key, "Addr", "127.0.0.1:3"},
		{"serve --config " + path, key, "Serving.Drain", "3s"},
		{"serve --config " + path, key, "LogLevel", "WARN"},
		{"serve --config " + path, key, "ReadOnly", "true"},
		{"serve --config " + path, "MEETMCP_READ_ONLY=false" + key, "ReadOnly", "false"},
		{"serve --config " + path, key, "Toolsets", "[bots zoom]"},
		{"serve --config " + path, key, "MaxBotsPerHour", "3"},
		{"serve --config " + path, "MEETMCP_LOG_LEVEL=" + key, "LogLevel", "WARN"},
		{"--sandbox stdio", "", "Command", "stdio"},
		{"--sandbox", "", "Command", "stdio"},
		{"--toolsets bots --sandbox call list_bots", "", "Tool", "list_bots"},
		{"call list_bots --sandbox", "", "Arguments", "{}"},
		{`call list_bots {"limit":3} --json --sandbox`, "", "Arguments", `{"limit":3}`},
		{`call list_bots - --json --sandbox`, "", "Arguments", `-`},
		{`--json tools`, "", "JSON", `true`},
		{"stdio", key, "MaxBotsPerHour", "10"},
		{"stdio", key, "CallLimit", "50s"},
		{"stdio", key, "Key", "…"},
		{"stdio", key, "BaseURL", "https://api.meetingbaas.com"},
		{"stdio", "MEETING_BAAS_BASE_URL=http://localhost:3001/" + key, "BaseURL", "http://localhost:3001"},
		{"stdio --sandbox", key, "MaxBotsPerHour", "0"},
		{"stdio --sandbox --max-bots-per-hour 2", key, "MaxBotsPerHour", "2"},
		{"stdio --sandbox", key, "Key", ""},
		{"stdio --sandbox", key, "KeyLeft", "true"},
		{"stdio", "MEETMCP_SANDBOX=true", "KeyLeft", "false"},
		{"stdio", key, "Timezone", time.Local.String()},
		{"serve", key, "Timezone", "UTC"},
		{"serve --timezone Europe/Paris", key, "Timezone", "Europe/Paris"},
		{"serve --addr localhost:0", key, "Addr", "localhost:0"},
		{"serve --addr [::1]:8787", key, "Addr", "[::1]:8787"},
		{"serve --auth key --addr :8787 --public-url https://MCP.example.org/", key, "Addr", ":8787"},
		{"serve --auth key --addr :8787 --public-url https://MCP.example.org/ --allowed-hosts other:81", "", "Serving.Hosts", "[other:81 mcp.example.org]"},
		{"serve --auth key --allowed-origins https://A.example/", "", "Serving.Origins", "[https://a.example]"},
		{"serve --auth key --limit-calls 0 --limit-reads 5", "", "Serving.Limits", "map[calls:0 reads:5]"},
		{"serve --auth key", "", "Serving.LibraryTTL", "720h0m0s"},
		{"serve --auth key", "", "Serving.LibraryQuota", "1000"},
		{"serve --auth key --library-ttl 7d --library-quota 50", "", "Serving.LibraryTTL", "168h0m0s"},
		{"serve --auth key --library-ttl 90m --library-quota 50", "", "Serving.LibraryQuota", "50"},
		{"serve", key, "Serving.LibraryTTL", "0s"},
		{"serve --auth key --trusted-proxies 10.0.0.0/8,::1", "", "Serving.Proxies", "[10.0.0.0/8 ::1/128]"},
		{"serve --auth key", key, "KeyLeft", "true"},
		{"serve --auth key", key, "Key", ""},
		{"serve --auth key", "MEETING_BAAS_BASE_URL=http://localhost:3001", "BaseURL", "http://localhost:3001"},
		{"sandbox", "", "Addr", "127.0.0.1:3001"},
		{"stdio --url-hosts Example.org,*.example.org", key, "URLHosts", "[example.org *.example.org]"},
		{"version", "", "Command", "version"},
		{"stdio", key + " OPENAI_API_KEY=k", "Summarize.Model", ""},
		{"stdio --summarize-model gpt-4o-mini", key + " OPENAI_API_KEY=k", "Summarize.Model", "gpt-4o-mini"},
		{"stdio --summarize-model gpt-4o-mini", key + " OPENAI_API_KEY=k", "Summarize.Key", "…"},
		{"stdio --summarize-model gpt-4o-mini", key + " OPENAI_API_KEY=k", "Summarize.BaseURL", ""},
		{"stdio --sandbox --summarize-model llama3.2", "OPENAI_BASE_URL=http://127.0.0.1:11434", "Summarize.BaseURL", "http://127.0.0.1:11434/v1"},
		{"stdio --sandbox --summarize-model llama3.2", "OPENAI_BASE_URL=http://127.0.0.1:8000/v1/", "Summarize.BaseURL", "http://127.0.0.1:8000/v1"},
		{"stdio --sandbox --summarize-model mini", "OPENAI_API_KEY=k OPENAI_BASE_URL=https://ours.openai.azure.com", "Summarize.BaseURL", "https://ours.openai.azure.com/openai/v1"},
		{"serve --summarize-context 128000", key, "Summarize.Context", "128000"},
		{"serve", key, "Summarize.MaxTokens", "200000"},
		{"demo --summarize-model llama3.2", "", "Summarize.Model", ""},
		{"stdio", key + " XDG_DATA_HOME=/d HOME=/h", "Library", "/d/meetmcp/library.db"},
		{"stdio --library off", key, "Library", "off"},
		{"stdio --sandbox", "HOME=/h", "Library", "memory"},
		{"serve", key + " HOME=/h", "Library", "memory"},
		{"demo", "", "Command", "demo"},
		{"token list", "HOME=/h XDG_DATA_HOME=/d", "TokenFile", "/d/meetmcp/tokens.json"},
		{"serve --auth token --token-file t.json", masters, "TokenFile", "t.json"},
		{"serve --token-file t.json", key + " HOME=/h", "TokenFile", ""},
		{"token list", "MEETMCP_TOKEN_FILE=t.json", "TokenFile", "t.json"},
		{"stdio", key + " HOME=/h MEETMCP_TOKEN_FILE=t.json", "TokenFile", ""},
		{"token list --json", "HOME=/h", "JSON", "true"},
		{"--json token list", "HOME=/h", "JSON", "true"},
		{"token --json list", "HOME=/h", "Command", "token list"},
		{"--token-file t.json token revoke Ada", "", "Token", "{ [] [] 0 0 0001-01-01 00:00:00 +0000 UTC false Ada}"},
		{"token create --name Ada", masters, "Token", "{Ada [read write] [] 0 0 0001-01-01 00:00:00 +0000 UTC false }"},
		{"token create --name Ada", masters, "Key", ""},
		{"token create --name Ada", masters + key, "Key", "…"},
		{"--name Ada token --scopes destroy,read --sets bots create --bots-per-hour 2 --webhooks --expires 9000-12-31 --timezone Asia/Tokyo", masters, "Token",
			"{Ada [read destroy] [bots] 2 0 9001-01-01 00:00:00 +0900 JST true }"},
		{"token create --name Ada --expires 2999-12-31T18:00:00Z", masters, "Token", "{Ada [read write] [] 0 0 2999-12-31 18:00:00 +0000 UTC false }"},
		{"token create --config " + nested, masters, "Token", "{Ada [read] [] 0 7 0001-01-01 00:00:00 +0000 UTC false }"},
		{"token create --config " + nested + " --bots-per-day 1", masters + " MEETMCP_TOKEN_CREATE_SCOPES=write", "Token", "{Ada [write] [] 0 1 0001-01-01 00:00:00 +0000 UTC false }"},
		{"token rewrap", masters, "MasterKeys", "[{one …} {2026-01 …}]"},
		{"serve --auth key,token", masters, "MasterKeys", "[{one …} {2026-01 …}]"},
		{"serve", masters + key, "MasterKeys", "[]"},
		{"version", "MEETMCP_MASTER_KEYS=x", "MasterKeys", "[]"},
		{"token master-key", "", "Command", "token master-key"},
		{"library sync", key + " HOME=/h", "Command", "library sync"},
		{"library sync", key + " HOME=/h", "Key", "…"},
		{"library status", "HOME=/h", "Library", "/h/.local/share/meetmcp/library.db"},
		{"--bot-id b --library f library purge --yes", key, "BotID", "b"},
		{"library purge --library f", key + " MEETMCP_LIBRARY_PURGE_YES=true", "Yes", "true"},
		{"library purge --library f --config " + file(t, "library-purge: {bot-id: b}"), key, "BotID", "b"},
	} {
		config, err := load(row.args, row.env)
		if err != nil {
			t.Errorf("%s, %s: %v", row.args, row.env, err)
			continue
		}
		field := reflect.ValueOf(*config)
		for name := range strings.SplitSeq(row.field, ".") {
			field = field.FieldByName(name)
		}
		if got := fmt.Sprint(field); got != row.want {
			t.Errorf("%s, %s: got %s %s, want %s", row.args, row.env, row.field, got, row.want)
		}
	}
}

func TestMistakes(t *testing.T) {
	const key = "MEETING_BAAS_API_KEY=k "
	const masters = "HOME=/h MEETMCP_MASTER_KEYS=a:" + master
	path := file(t, "log-lvel: warn\nserve:\n  adr: x\ntoolsets: {a: b}\n")
	broken := file(t, "log-level: [\n")
	for _, row := range []struct{ args, env, want string }{
		{"stdio", "", "Set MEETING_BAAS_API_KEY"},
		{"stdio", "", "add --sandbox"},
		{"serve", "", "add --sandbox"},
		{"call list_bots", "", "add --sandbox"},
		{"stdio", "MEETING_BAAS_API_KEY=a\u200bb", "Copy it again"},
		{"stdio", "MEETING_BAAS_API_KEY=${MEETING_BAAS_API_KEY}", "MEETING_BAAS_API_KEY still is a placeholder of the form ${NAME}, and no key"},
		{"stdio", "MEETING_BAAS_API_KEY=<your-key>", "a placeholder of the form <your key>"},
		{"serve", "MEETING_BAAS_API_KEY=%MEETING_BAAS_API_KEY%", "a placeholder of the form %NAME%"},
		{"call list_bots", "MEETING_BAAS_API_KEY={{key}}", "a placeholder of the form {{NAME}}"},
		{"token create --name Ada --token-file /t", masters + " MEETING_BAAS_API_KEY=your-api-key", "a placeholder of the form your key"},
		{"stdio --summarize-model m", key + "OPENAI_API_KEY=$OPENAI_API_KEY", "OPENAI_API_KEY still is a placeholder of the form $NAME"},
		{"stdio --summarize-model m", key + "OPENAI_BASE_URL=http://127.0.0.1:1/v1 OPENAI_API_KEY=${KEY}", "OPENAI_API_KEY still is a placeholder"},
		{"stdio", key + "MEETING_BAAS_BASE_URL=api.meetingbaas.com", "must be an address such as"},
		{"stdio --log-level loud", key, "valid: debug, info, warn, error"},
		{"stdio --log-format xml", key, "valid: text, json"},
		{"stdio --timezone Mars/Base", key, "Europe/Paris"},
		{"stdio --url-hosts https://example.org", key, "without https://"},
		{"stdio --url-hosts example.org:80", key, "not a host"},
		{"stdio --secret-env MEETMCP_CONFIG", key, "which no tool may read"},
		{"stdio --secret-env A-B", key, "not the name of a variable"},
		{"stdio --speech-to-text maybe", key, "valid: default, none"},
		{"stdio --max-bots-per-hour many", key, "not a number of bots"},
		{"stdio --call-limit 50", key, "such as 50s"},
		{"stdio --sandbox --sandbox-speed 0", "", "above 0"},
		{"stdio --sandbox --summarize-model gpt-4o-mini", "", "--summarize-model needs OPENAI_API_KEY, or OPENAI_BASE_URL"},
		{"stdio --sandbox --summarize-model gpt-4o-mini", "OPENAI_API_KEY=a\u200bb", "OPENAI_API_KEY has a space"},
		{"stdio --sandbox --summarize-model gpt-4o-mini", "OPENAI_BASE_URL=http://me:secret@localhost/v1", "without a user"},
		{"stdio --sandbox --summarize-context 100", "", "from 2000 on"},
		{"stdio --sandbox --summarize-max-cost-tokens some", "", "not a number of tokens"},
		{"stdio --sandbox-faults 429=0.1", key, "do nothing to the real API"},
		{"stdio --sandbox --sandbox-data /nowhere/at/all", "", "no such file"},
		{"stdio", key + "MEETMCP_READ_ONLY=perhaps", "MEETMCP_READ_ONLY: \"perhaps\" is neither true nor false"},
		{"stdio", key + "MEETMCP_READONLY=1", "did you mean MEETMCP_READ_ONLY?"},
		{"serve", key + "MEETMCP_ADDR=127.0.0.1:1", "MEETMCP_ADDR is not known"},
		{"stdio --config " + path, key, "did you mean log-level?"},
		{"stdio --config " + path, key, "did you mean serve-addr?"},
		{"stdio --config " + path, key, "single value or a list"},
		{"stdio --config " + broken, key, "neither YAML nor JSON"},
		{"stdio --config /nowhere/at/all.yaml", key, "no such file"},
		{"stdio --read-onyl", key, "--read-only"},
		{"sdtio", key, "sdtio"},
		{"call", key, "tool"},
		{"serve --addr :8787", key, "can be reached from other machines"},
		{"serve --addr 0.0.0.0:8787", key, "--auth key or --auth token"},
		{"serve --addr [::]:8787", key, "use 127.0.0.1:8787"},
		{"serve --auth key --addr :8787", "", "--public-url or --allowed-hosts"},
		{"serve --auth password", "", "valid: key, token"},
		{"serve --auth key --secret-env GLADIA_KEY", "", "strangers"},
		{"serve --auth key --public-url mcp.example.org", "", "https://mcp.example.org"},
		{"serve --auth key --public-url https://mcp.example.org/mcp", "", "without a path"},
		{"serve --auth key --allowed-hosts *.example.org", "", "not a host"},
		{"serve --auth key --allowed-hosts https://a.example", "", "not a host"},
		{"serve --auth key --allowed-origins *", "", "There is no * for all"},
		{"serve --auth key --allowed-origins https://a.example/x", "", "not an origin"},
		{"serve --auth key --trusted-proxies proxy", "", "neither an address nor a network"},
		{"serve --auth key --tls-cert /nowhere.pem", "", "belong together"},
		{"serve --auth key --tls-cert /nowhere.pem --tls-key /nowhere.pem", "", "no such file"},
		{"serve --auth key --limit-reads=-1", "", "0 is no limit"},
		{"serve --auth key --library-ttl 0d", "", "--library-ttl: \"0d\" is not a duration from 1m0s to 3650d"},
		{"serve --auth key --library-ttl 99999999999999999999d", "", "--library-ttl"},
		{"serve --auth key --library-ttl month", "", "--library-ttl"},
		{"serve --auth key --library-quota 0", "", "--library-quota: \"0\" is not a number of meetings"},
		{"serve --auth key --redis redis://127.0.0.1", "", "--redis needs a master key"},
		{"serve --auth key --redis 127.0.0.1:6379", "", "--redis must be an address"},
		{"serve --auth key --take-webhooks", "", "--take-webhooks needs --public-url"},
		{"serve --addr 192.168.1.4:8787", key, "can be reached"},
		{"serve --addr 8787", key, "not an address"},
		{"serve --addr 127.0.0.1:http", key, "not a port"},
		{"serve --addr no-such-host.invalid:1", key, "leads nowhere"},
		{"sandbox --addr 0.0.0.0:1", "", "known to everybody"},
		{"token", "", "expected one of"},
		{"token crate", "", "crate"},
		{"token list", "", "--token-file: there is no home folder"},
		{"token list --name Ada", "HOME=/h", "--name"},
		{"token revoke", "HOME=/h", "token"},
		{"token create --name Ada", "HOME=/h", "There is no master key"},
		{"token rewrap", "HOME=/h MEETMCP_MASTER_KEYS=,", "There is no master key"},
		{"serve --auth token", "HOME=/h", "There is no master key"},
		{"serve --auth key,token", "MEETMCP_MASTER_KEYS=a:" + master, "--token-file: there is no home folder"},
		{"token create", masters, "--name Ada"},
		{"token create --name Ada --scopes read,admin", masters, `"admin" is not known; valid: read, write, destroy`},
		{"token create --name Ada --scopes ,", masters, "name one or more"},
		{"token create --name Ada --bots-per-hour ten", masters, "--bots-per-hour: \"ten\" is not a number of bots"},
		{"token create --name Ada --bots-per-day -1", masters, "--bots-per-day"},
		{"token create --name Ada --expires soon", masters, "neither days (90d)"},
		{"token create --name Ada --expires 0d", masters, "neither days (90d)"},
		{"token create --name Ada --expires -5d", masters, "--expires"},
		{"token create --name Ada --expires 2020-01-01", masters, "is over already"},
		{"token create --name Ada", masters + " MEETING_BAAS_BASE_URL=x", "must be an address such as"},
		{"token list", "HOME=/h MEETMCP_MASTER_KEYS=" + master, "key 1 is not an id"},
		{"token list", "HOME=/h MEETMCP_MASTER_KEYS=a/b:" + master, "key 1 is not an id"},
		{"token list", "HOME=/h MEETMCP_MASTER_KEYS=a:" + master + ",a:" + master, "two keys have the id a"},
		{"token list", "HOME=/h MEETMCP_MASTER_KEYS=a:" + master[:20], "has 15 bytes, not 32"},
		{"token list", "HOME=/h MEETMCP_MASTER_KEYS=a:" + master[:20] + "!", "the key with the id a is not Base64"},
		{"token list", "HOME=/h MEETMCP_MASTER_KEY=a:" + master, "did you mean MEETMCP_MASTER_KEYS?"},
		{"token list --master-keys a", "HOME=/h", "--master-keys"},
		{"stdio --secret-env MEETMCP_MASTER_KEYS", key, "which no tool may read"},
		{"token create --config " + file(t, "token: {create: {nam: Ada}}"), masters, `"token.create.nam" is not known (did you mean token-create-name?)`},
		{"token create --config " + file(t, "master-keys: a:"+master), masters, `"master-keys" is not known`},
		{"library", key, "library --help"},
		{"library purge", "HOME=/h", "which meetings are yours"},
		{"library purge --all --bot-id b", "HOME=/h", "Give one of them"},
		{"library status --library off", key, "keeps nothing"},
		{"library sync --sandbox", "", "lasts only while a server runs"},
	} {
		config, err := load(row.args, row.env)
		if err == nil {
			t.Errorf("%s, %s: got %+v, want %q", row.args, row.env, config, row.want)
			continue
		}
		if !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s, %s: got %v, want %q", row.args, row.env, err, row.want)
		}
		if strings.Contains(err.Error(), master[:20]) {
			t.Errorf("%s, %s: shows the master key: %v", row.args, row.env, err)
		}
	}
	_, err := load("serve --addr :1 --log-level loud --timezone x --config "+path, "MEETMCP_X=1")
	if got := strings.Count(fmt.Sprint(err), "\n  - "); got != 8 {
		t.Errorf("got %d mistakes in one message, want all 8: %v", got, err)
	}
}

func TestHelp(t *testing.T) {
	for _, row := range []struct{ args, want string }{
		{"--help", "meetmcp demo"},
		{"serve --help", "MEETMCP_SERVE_ADDR"},
		{"--help serve", "MEETMCP_SERVE_ADDR"},
		{"call --help", "- to read them"},
		{"token --help", "MEETMCP_MASTER_KEYS"},
		{"--help token create", "MEETMCP_TOKEN_CREATE_NAME"},
		{"", "Which tools"},
	} {
		var help bytes.Buffer
		config, err := configs.Load(strings.Fields(row.args), configs.Host{InTerminal: true, Help: &help})
		if config != nil || err != nil || !strings.Contains(help.String(), row.want) {
			t.Errorf("%s: got %v, %v, %s, want help with %q", row.args, config, err, &help, row.want)
		}
	}
}

func TestSecret(t *testing.T) {
	const canary = "canary-1234"
	config, err := load("stdio --secret-env ALLOWED", "MEETING_BAAS_API_KEY="+canary+" ALLOWED=yes OTHER=no")
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	slog.New(slog.NewTextHandler(&out, nil)).Info("x", "key", config.Key)
	slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "key", config.Key)
	fmt.Fprintf(&out, "%v %+v %#v %s %q %x", config.Key, config.Key, config.Key, config.Key, config.Key, config.Key)
	if err := json.NewEncoder(&out).Encode(config.Key); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(out.String(), canary) {
		t.Errorf("the key is printed: %s", &out)
	}
	if got := config.Key.Reveal(); got != canary {
		t.Errorf("got %s, want the key", got)
	}
	if got := config.Getenv("ALLOWED") + config.Getenv("OTHER"); got != "yes" {
		t.Errorf("got %s, want the allowed variable alone", got)
	}
}

// TestClients holds the ready-made configurations to commands and flags that
// exist.
func TestClients(t *testing.T) {
	paths, err := filepath.Glob("clients/*.json")
	if err != nil || len(paths) < 14 {
		t.Fatalf("got %d files, %v, want one for each client", len(paths), err)
	}
	readme, err := os.ReadFile("clients/README.md")
	if err != nil {
		t.Fatal(err)
	}
	serve, err := load("serve --sandbox", "")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		if !strings.Contains(string(readme), "`"+filepath.Base(path)+"`") {
			t.Errorf("%s: clients/README.md does not name it", path)
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var all map[string]json.RawMessage
		if err := json.Unmarshal(raw, &all); err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		servers := map[string]struct {
			Command, URL, ServerURL string
			Args                    []string
			Env                     map[string]string
		}{}
		for _, name := range []string{"mcpServers", "servers", "context_servers"} {
			if all[name] != nil {
				if err := json.Unmarshal(all[name], &servers); err != nil {
					t.Errorf("%s: %v", path, err)
				}
			}
		}
		server, ok := servers["meetmcp"]
		if !ok {
			t.Errorf("%s: no server meetmcp", path)
			continue
		}
		if address := server.URL + server.ServerURL; address != "" {
			u, err := url.Parse(address)
			if err != nil || u.Host != serve.Addr || u.Path != "/mcp" && u.Path != "/sse" {
				t.Errorf("%s: got %s, want /mcp or /sse at %s", path, address, serve.Addr)
			}
			continue
		}
		var env []string
		for name := range server.Env {
			env = append(env, name+"=k")
		}
		config, err := configs.Load(server.Args, configs.Host{Env: env})
		if err != nil || config.Command != "stdio" || server.Command != "meetmcp" {
			t.Errorf("%s: got %v, %v, want meetmcp stdio", path, server.Args, err)
		}
	}
}
