package configs

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // zones on machines that have none

	"github.com/meetmcp/meetmcp/internal/unfilled"
)

// checker turns flags into a Config, and collects what is wrong with them.
type checker struct {
	env      map[string]string
	mistakes Mistakes
}

func (c *checker) wrong(format string, args ...any) {
	c.mistakes = append(c.mistakes, fmt.Sprintf(format, args...))
}

func (c *checker) check(given *flags, command string) *Config {
	config := &Config{
		Command: command,
		Sandbox: SandboxConfig{
			On:     given.Sandbox,
			Data:   c.folder(given.SandboxData),
			Speed:  c.speed(given.SandboxSpeed),
			Quirks: list(given.SandboxQuirks),
			Faults: given.SandboxFaults,
		},
		Toolsets: list(given.Toolsets), Tools: list(given.Tools), ExcludeTools: list(given.ExcludeTools), ReadOnly: given.ReadOnly,
		LogLevel:     c.level(given.LogLevel),
		LogJSON:      c.oneOf("--log-format", given.LogFormat, "text", "json") == "json",
		Timezone:     c.zone(given.Timezone, command),
		Library:      libraryPath(given, command, c.env),
		URLHosts:     c.hosts(given.URLHosts),
		SecretEnv:    c.names(given.SecretEnv),
		SpeechToText: c.oneOf("--speech-to-text", given.SpeechToText, "default", "none"),
		Confirm:      c.oneOf("--confirm", given.Confirm, "auto", "always", "never"),
		CallLimit:    c.duration("--call-limit", given.CallLimit, time.Second, 10*time.Minute),
		Tool:         given.Call.Tool, Arguments: given.Call.Arguments,
		JSON:  given.Call.JSON || given.ToolList.JSON || given.Token.List.JSON,
		BotID: strings.TrimSpace(given.Keeping.Purge.BotID), All: given.Keeping.Purge.All, Yes: given.Keeping.Purge.Yes,
	}
	config.MaxBotsPerHour = c.bots(given.MaxBotsPerHour, given.Sandbox)
	switch command {
	case "serve":
		config.Serving = c.serving(&given.Serve, config.SecretEnv)
		config.Addr = config.Serving.Addr
	case "sandbox":
		config.Addr = c.loopback("--addr", given.SandboxOnly.Addr, "the sandbox's keys are known to everybody")
	}
	if calls(command) {
		config.AuditLog = given.AuditLog
	}
	if command == "serve" || command == "stdio" {
		config.Traces = c.traces(given.OTLPEndpoint)
	}
	c.access(config)
	c.tokens(config, given)
	config.Summarize = c.summarize(given, command)
	if verb, ok := strings.CutPrefix(command, "library "); ok {
		c.keeping(config, verb)
	}
	return config
}

// calls reports whether a command calls tools for somebody.
func calls(command string) bool { return slices.Contains([]string{"stdio", "serve", "call"}, command) }

// access finds the API and its key, or the sandbox in their place.
func (c *checker) access(config *Config) {
	key := strings.TrimSpace(c.env["MEETING_BAAS_API_KEY"])
	shared := config.Serving.Shared() // each caller pays with another key
	needed := calls(config.Command) || config.Command == "token create" || config.Command == "library sync"
	useful := slices.Contains([]string{"library status", "library purge"}, config.Command)
	switch {
	case !needed && !useful:
		return
	case config.Sandbox.On:
		config.KeyLeft = key != ""
		return
	case config.Sandbox.Data != "" || config.Sandbox.Faults != "" || len(config.Sandbox.Quirks) > 0:
		c.wrong("--sandbox-data, --sandbox-quirks and --sandbox-faults do nothing to the real API. Add --sandbox to work with the sandbox, or leave them out.")
		return
	case shared:
		config.KeyLeft, key = key != "", ""
	case key == "" && useful:
		return
	case key == "" && config.Command != "token create": // which also reads standard input
		c.wrong("There is no API key. Set MEETING_BAAS_API_KEY to the key of your Meeting BaaS account, or add --sandbox (MEETMCP_SANDBOX=true) to work with the embedded sandbox, which needs no account.")
	case unfilled.Form(key) != "":
		c.unfilled("MEETING_BAAS_API_KEY", key)
	case strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r >= 0x7f }):
		c.wrong("MEETING_BAAS_API_KEY has a space, a line break or another character that no key has. Copy it again.")
	}
	config.Key = NewSecret(key)
	address := c.env["MEETING_BAAS_BASE_URL"]
	if address == "" {
		address = "https://api.meetingbaas.com"
	}
	base, ok := baseURL(address)
	if !ok {
		c.wrong("MEETING_BAAS_BASE_URL must be an address such as https://api.meetingbaas.com, without a user, ? or #.")
	}
	config.BaseURL = base
}

// unfilled tells that a key was never put in, without showing it.
func (c *checker) unfilled(name, key string) {
	c.wrong("%s still is a placeholder of the form %s, and no key: whatever starts this program did not fill it in. Put the key itself there, or have that program set it.", name, unfilled.Form(key))
}

// list splits at commas.
func list(text string) (parts []string) {
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part != "" {
			parts = append(parts, part)
		}
	}
	return parts
}

func (c *checker) oneOf(flag, text string, valid ...string) string {
	if !slices.Contains(valid, text) {
		c.wrong("%s: %q is not known; valid: %s.", flag, text, strings.Join(valid, ", "))
	}
	return text
}

func (c *checker) level(text string) slog.Level {
	levels := map[string]slog.Level{"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError}
	return levels[c.oneOf("--log-level", text, "debug", "info", "warn", "error")]
}

func (c *checker) folder(path string) string {
	if path == "" {
		return ""
	}
	if info, err := os.Stat(path); err != nil {
		c.wrong("--sandbox-data: %v.", err)
	} else if !info.IsDir() {
		c.wrong("--sandbox-data: %s is not a folder.", path)
	}
	return path
}

func (c *checker) speed(text string) float64 {
	speed, err := strconv.ParseFloat(text, 64)
	if err != nil || !(speed > 0 && speed <= 1e5) {
		c.wrong("--sandbox-speed: %q is not a number above 0, such as 60.", text)
	}
	return speed
}

func (c *checker) duration(flag, text string, least, most time.Duration) time.Duration {
	d, err := time.ParseDuration(text)
	if err != nil || d < least || d > most {
		c.wrong("%s: %q is not a duration from %s to %s, such as 50s or 2m.", flag, text, least, most)
	}
	return d
}

func (c *checker) zone(text, command string) *time.Location {
	if text == "" {
		if command == "serve" {
			return time.UTC
		}
		return time.Local
	}
	zone, err := time.LoadLocation(text)
	if err != nil {
		c.wrong("--timezone: %q is not known. Use a name such as Europe/Paris, America/New_York or UTC.", text)
		return time.UTC
	}
	return zone
}

func (c *checker) bots(text string, sandbox bool) int {
	switch {
	case text != "":
	case sandbox:
		return 0
	default:
		return 10
	}
	return c.count("--max-bots-per-hour", text)
}

var hostPattern = regexp.MustCompile(`^(\*|(\*\.)?[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*)$`)

func (c *checker) hosts(text string) []string {
	hosts := list(strings.ToLower(text))
	for _, host := range hosts {
		if !hostPattern.MatchString(host) {
			c.wrong("--url-hosts: %q is not a host. Give the name alone, without https://, port or path: example.org, *.example.org for those below it, or * for any.", host)
		}
	}
	return hosts
}

var variable = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

func (c *checker) names(text string) []string {
	names := list(text)
	for _, name := range names {
		switch {
		case strings.HasPrefix(name, "MEETMCP_"):
			c.wrong("--secret-env: %s is this program's own setting, which no tool may read. Use a variable of another name.", name)
		case !variable.MatchString(name):
			c.wrong("--secret-env: %q is not the name of a variable, such as GLADIA_KEY.", name)
		}
	}
	return names
}

// loopback refuses addresses that other machines may reach.
func (c *checker) loopback(flag, addr, because string) string {
	addr, local := c.address(flag, addr)
	if !local {
		_, port, _ := net.SplitHostPort(addr) // address has
		c.wrong("%s: %s can be reached from other machines, and %s. Or use 127.0.0.1:%s.", flag, addr, because, port)
	}
	return addr
}

// lookup finds a host's addresses; "" is every one of this machine's, a nil IP.
func lookup(host string) ([]net.IP, error) {
	if ip := net.ParseIP(host); ip != nil || host == "" {
		return []net.IP{ip}, nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	return net.DefaultResolver.LookupIP(ctx, "ip", host)
}

// libraryPath is where meetings are kept: for a person with a key in a file,
// else in memory.
func libraryPath(given *flags, command string, env map[string]string) string {
	switch {
	case given.Library != "":
		return given.Library
	case given.Sandbox, command != "stdio" && command != "call" && !strings.HasPrefix(command, "library "):
		return "memory"
	}
	if folder := dataFolder(env); folder != "" {
		return filepath.Join(folder, "library.db")
	}
	return "memory"
}

// dataFolder is ours in the folder for programs' data, which differs between
// systems; "" when there is none.
func dataFolder(env map[string]string) string {
	folder := env["XDG_DATA_HOME"]
	switch home := env["HOME"]; {
	case folder != "":
	case runtime.GOOS == "windows" && env["LOCALAPPDATA"] != "":
		folder = env["LOCALAPPDATA"]
	case home == "":
		return ""
	case runtime.GOOS == "darwin":
		folder = filepath.Join(home, "Library", "Application Support")
	default:
		folder = filepath.Join(home, ".local", "share")
	}
	return filepath.Join(folder, "meetmcp")
}
