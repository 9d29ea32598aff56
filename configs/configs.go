// Package configs turns flags, the environment and an optional file into one
// checked Config. Nothing else in the program reads the environment.
package configs

import (
	"io"
	"log/slog"
	"net/url"
	"strings"
	"time"
)

// Config is everything a person can set, checked.
type Config struct {
	Command string // stdio, serve, demo, call, tools, sandbox, version, or library or token with what is to be done

	Key     Secret // of the API; empty with the sandbox
	BaseURL string // of the API
	KeyLeft bool   // a key was there, and was not read because of --sandbox or --auth

	Sandbox   SandboxConfig
	Summarize SummarizeConfig

	Toolsets, Tools, ExcludeTools []string
	ReadOnly                      bool

	LogLevel slog.Level
	LogJSON  bool

	AuditLog string // a file's path, or stderr; none when ""
	Traces   Traces // of stdio and serve

	Timezone       *time.Location
	URLHosts       []string // hosts, "*.host" for those below one, "*" for all
	SecretEnv      []string // variables that a secret argument may name
	SpeechToText   string   // default or none
	Confirm        string   // auto, always or never
	MaxBotsPerHour int      // 0: no limit
	CallLimit      time.Duration
	Library        string // a file's path, memory, or off

	Addr    string  // of serve and sandbox
	Serving Serving // of serve

	TokenFile  string      // where issued tokens are kept; empty when there is no folder for it
	MasterKeys []MasterKey // that encrypt what tokens stand for, the first what is new
	Token      TokenConfig

	Tool, Arguments string // of call; the arguments are "-" for standard input
	JSON            bool   // of call, tools and token list

	BotID    string // of library purge: the only meeting to forget
	All, Yes bool   // of library purge: whoever's they are, and without asking

	InTerminal, ErrTerminal bool // whether a person is there to ask and to tell
	OutColor, ErrColor      bool // whether the two outputs take colour

	env map[string]string
}

// SummarizeConfig says which model writes summaries.
type SummarizeConfig struct {
	Model     string // "" for none
	BaseURL   string // "" for OpenAI's own
	Key       Secret // empty when the endpoint asks for none
	Context   int    // tokens of a request, with its answer
	MaxTokens int    // that a summary may cost; 0: no limit
}

// SandboxConfig says how the embedded sandbox behaves.
type SandboxConfig struct {
	On     bool
	Data   string
	Speed  float64
	Quirks []string
	Faults string
}

// Getenv returns a variable that SecretEnv names, and no other.
func (c *Config) Getenv(name string) string {
	for _, allowed := range c.SecretEnv {
		if name == allowed {
			return c.env[name]
		}
	}
	return ""
}

// Host is the machine and the terminal that the program runs in.
type Host struct {
	Env                                  []string // as os.Environ gives it
	InTerminal, OutTerminal, ErrTerminal bool
	Help                                 io.Writer // where help is written
}

// Mistakes is everything that is wrong with how the program was started.
type Mistakes []string

// Error lists them all.
func (m Mistakes) Error() string {
	if len(m) == 1 {
		return m[0]
	}
	return "These need to be put right:\n  - " + strings.Join(m, "\n  - ")
}

// Load reads the command line, the environment and the file that they may
// name, in this order of precedence. It returns nil without an error when help
// was asked for and written, and Mistakes when anything is wrong.
func Load(args []string, host Host) (*Config, error) {
	env := map[string]string{}
	for _, pair := range host.Env {
		if name, value, ok := strings.Cut(pair, "="); ok {
			env[name] = value
		}
	}
	given, command, mistakes := parse(args, env, host)
	if given == nil && mistakes == nil {
		return nil, nil
	}
	if given == nil {
		return nil, mistakes
	}
	c := &checker{env: env, mistakes: mistakes}
	config := c.check(given, command)
	color := env["NO_COLOR"] == "" && env["TERM"] != "dumb"
	config.InTerminal, config.ErrTerminal = host.InTerminal, host.ErrTerminal
	config.OutColor, config.ErrColor = color && host.OutTerminal, color && host.ErrTerminal
	config.env = env
	if len(c.mistakes) > 0 {
		return nil, c.mistakes
	}
	return config, nil
}

// baseURL checks an address below which something is, such as the API.
func baseURL(text string) (string, bool) {
	u, err := url.Parse(text)
	ok := err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.User == nil && u.RawQuery == "" && u.Fragment == ""
	return strings.TrimRight(text, "/"), ok
}
