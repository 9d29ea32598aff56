package configs

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// flags is what can be given, as it is written. All of it is text, so that one
// message can name every mistake.
type flags struct {
	Sandbox       bool   `group:"Meetings without an account" help:"Use the embedded sandbox instead of the real API: no account, no key, nothing leaves this machine."`
	SandboxData   string `group:"Meetings without an account" placeholder:"DIR" help:"Folder with meetings of your own for the sandbox: *.json as GET /bots/meeting_data answers, *.vtt, *.srt."`
	SandboxSpeed  string `group:"Meetings without an account" default:"60" placeholder:"N" help:"How many times faster than the wall the sandbox's clock runs (${default})."`
	SandboxQuirks string `group:"Meetings without an account" placeholder:"NAME,…" help:"Ways in which the real API may differ; 'meetmcp sandbox' lists them."`
	SandboxFaults string `group:"Meetings without an account" placeholder:"KIND=RATE,…" help:"Faults by rate, such as 429=0.1,500=0.05,slow=200ms,cut=0.01."`

	Toolsets     string `group:"Which tools" placeholder:"SET,…" help:"Only these sets of tools: bots, meetings, summaries, calendars, zoom, webhooks, chatgpt; default for all but chatgpt, which is what is on without this flag; all."`
	Tools        string `group:"Which tools" placeholder:"TOOL,…" help:"Only these tools, beside the sets that --toolsets names."`
	ExcludeTools string `group:"Which tools" placeholder:"TOOL,…" help:"All but these tools."`
	ReadOnly     bool   `group:"Which tools" help:"Only tools that read: nothing is sent, changed or deleted."`

	URLHosts       string `name:"url-hosts" group:"What tools may do" placeholder:"HOST,…" help:"Hosts that webhooks, streams and token URLs may name: example.org, *.example.org, or * for any on the internet by https or wss (default: none)."`
	SecretEnv      string `group:"What tools may do" placeholder:"NAME,…" help:"Environment variables that a secret argument may name as env:NAME (default: none)."`
	Confirm        string `group:"What tools may do" default:"auto" placeholder:"auto|always|never" help:"Ask the person before a tool deletes, replaces or cancels: by the client, or where it cannot by an answer that must come back with their word (${default}); always by the client, else refuse; or never."`
	SpeechToText   string `group:"What tools may do" default:"default" placeholder:"default|none" help:"Whether bots transcribe when a call does not say (${default})."`
	MaxBotsPerHour string `group:"What tools may do" placeholder:"N" help:"How many bots may be sent within an hour; 0 for no limit (10; with --sandbox no limit)."`
	CallLimit      string `group:"What tools may do" default:"50s" placeholder:"DURATION" help:"How long one call may take (${default}); several clients give up at 60s."`
	Library        string `group:"What tools may do" placeholder:"PATH|memory|off" help:"Where finished meetings are kept for search (default: a file in your data folder; in memory with --sandbox and serve)."`
	Timezone       string `group:"What tools may do" placeholder:"ZONE" help:"Of dates without a zone, such as Europe/Paris (default: this machine's; UTC with serve)."`

	SummarizeModel         string `group:"Summaries" placeholder:"NAME" help:"Model that writes summaries, by an API like OpenAI's (default: none; summaries are sentences as they were said)."`
	SummarizeContext       string `group:"Summaries" default:"32000" placeholder:"TOKENS" help:"What the model takes in one request, its answer included (${default}); longer meetings are read in parts."`
	SummarizeMaxCostTokens string `group:"Summaries" default:"200000" placeholder:"TOKENS" help:"What one summary may cost, in and out; 0 for no limit (${default})."`

	TokenFile string `group:"Running" placeholder:"PATH" help:"Where issued tokens are kept (default: a file in your data folder)."`
	Config    string `group:"Running" placeholder:"FILE" help:"Read flags from a YAML or JSON file: log-level: debug, serve: {addr: …}. Flags and the environment win over it."`
	LogLevel  string `group:"Running" default:"info" placeholder:"LEVEL" help:"debug, info, warn or error (${default}). The log goes to standard error."`
	LogFormat string `group:"Running" default:"text" placeholder:"FORMAT" help:"text or json (${default})."`

	AuditLog     string `group:"Running" placeholder:"FILE|stderr" help:"Write down each call as a line of JSON: who, which tool, on which bot or calendar, whether it was let through; never arguments or content."`
	OTLPEndpoint string `name:"otlp-endpoint" group:"Running" placeholder:"URL" help:"Send OpenTelemetry traces there, such as http://127.0.0.1:4318 (default: as OTEL_EXPORTER_OTLP_ENDPOINT says)."`

	Stdio struct{}   `cmd:"" help:"Serve MCP over standard input and output. This is what MCP clients run, and what plain 'meetmcp' does when a program is connected to its input."`
	Serve serveFlags `cmd:"" help:"Serve MCP over HTTP: streamable HTTP at /mcp, SSE at /sse. On this machine only, or for many people with --auth."`
	Demo  struct{}   `cmd:"" help:"Watch an agent's tools at work against the sandbox, in a few seconds. Needs nothing."`
	Call  struct {
		Tool      string `arg:"" help:"Name of the tool; 'meetmcp tools' lists them."`
		Arguments string `arg:"" optional:"" default:"{}" name:"json" help:"Its arguments as a JSON object, or - to read them from standard input."`
		JSON      bool   `help:"Print the whole result as JSON rather than its text."`
	} `cmd:"" help:"Call one tool, as an MCP client would. Exits 1 when the result is an error."`
	ToolList struct {
		JSON bool `help:"Print exactly what a client gets from tools/list."`
	} `cmd:"" name:"tools" help:"List the tools: what each does, and which operation of the API it is. Needs no key."`

	Keeping struct {
		Status struct{} `cmd:"" help:"Show where the library is and how much it holds, but nothing of what was said. Needs no key; with one, also how much of it is yours."`
		Sync   struct{} `cmd:"" help:"Read all your meetings that have ended and are not kept yet. Stop it with Ctrl-C whenever you like: run again, it goes on where it was."`
		Purge  struct {
			BotID string `name:"bot-id" placeholder:"ID" help:"Forget only this meeting."`
			All   bool   `help:"Forget the meetings of every key that was ever used here. Needs no key."`
			Yes   bool   `help:"Do not ask first."`
		} `cmd:"" help:"Forget your meetings on this machine, after asking. At Meeting BaaS nothing is deleted."`
	} `cmd:"" name:"library" help:"Look after the library, where meetings that have ended are kept on this machine for search: status, sync or purge."`

	SandboxOnly struct {
		Addr string `default:"127.0.0.1:3001" placeholder:"HOST:PORT" help:"Where to listen, on this machine only (${default})."`
	} `cmd:"" name:"sandbox" help:"Run only the sandbox, for programs of your own to call as if it were the API. Needs no key."`
	Token struct {
		Create struct {
			Name        string `placeholder:"NAME" help:"Whose token it is, or what for: 'token list' shows it, and 'token revoke' takes it."`
			Scopes      string `default:"read,write" placeholder:"SCOPE,…" help:"What its tools may do: read, write, destroy (${default}); destroy deletes, replaces and cancels."`
			Sets        string `placeholder:"SET,…" help:"Sets of tools that it may use, as 'meetmcp tools' names them (default: all that the server has)."`
			BotsPerHour string `default:"0" placeholder:"N" help:"How many bots it may send within an hour; 0 for no limit but the server's (${default})."`
			BotsPerDay  string `default:"0" placeholder:"N" help:"How many bots it may send within a day; 0 for no limit but the server's (${default})."`
			Expires     string `placeholder:"90d|DATE" help:"When it ends: after days (90d) or hours (12h), or with a day (2026-12-31) (default: when it is revoked)."`
			Webhooks    bool   `help:"Have its bots report to the server rather than to the account's own webhook."`
		} `cmd:"" help:"Issue a token for a Meeting BaaS API key, which is read from standard input or MEETING_BAAS_API_KEY. It is printed this once."`
		List struct {
			JSON bool `help:"Print the list as JSON."`
		} `cmd:"" help:"List the tokens: what each may do, and whether it is valid. Shows nothing secret, and needs no master key."`
		Revoke struct {
			Token string `arg:"" help:"Its id or its name, as 'meetmcp token list' shows them."`
		} `cmd:"" help:"End a token. Running servers refuse it within two seconds."`
		Rewrap    struct{} `cmd:"" help:"Encrypt all API keys again, under the first master key, so that the others can go."`
		MasterKey struct{} `cmd:"" help:"Print a new master key for MEETMCP_MASTER_KEYS. Put it first, before a comma and those that are there."`
	} `cmd:"" help:"Let people use your server: issue, list and revoke tokens, each for one Meeting BaaS API key, which is kept encrypted under MEETMCP_MASTER_KEYS."`
	Version struct{} `cmd:"" help:"Show which version this is, and which protocol versions it speaks."`
}

const description = `An MCP server that lets AI agents work with meetings through the Meeting BaaS API.

See it work, without an account:   meetmcp demo
Try one tool:                      meetmcp call list_bots --sandbox
Plug it into an MCP client:        run 'meetmcp stdio' with MEETING_BAAS_API_KEY set
Serve clients over HTTP:           meetmcp serve
Serve many people, each with a key of their own:
                                   meetmcp serve --auth key --addr :8787 --public-url https://mcp.example.org
Issue a token for somebody:        meetmcp token create --help

The API key is read from MEETING_BAAS_API_KEY, and the API's address, if it is not https://api.meetingbaas.com, from MEETING_BAAS_BASE_URL. A model for summaries is reached with OPENAI_API_KEY, and elsewhere than at OpenAI by OPENAI_BASE_URL. Every flag can also be set as the environment variable that its help names, and stand before or after the command.`

// nothingToDo is for whoever runs a container, a service or a job without a
// command: an MCP client would have connected its input.
const nothingToDo = `no command was given, and nothing is connected to standard input. Say what to run:

  meetmcp stdio    for one MCP client, which starts it and keeps its input open (docker run -i), with MEETING_BAAS_API_KEY set
  meetmcp serve --auth key --addr :8787 --public-url https://mcp.example.org
                   for clients that connect over HTTP, each with a Meeting BaaS key of their own
  meetmcp demo     to see it work against the embedded sandbox, without an account; stdio and serve work on it with --sandbox

'meetmcp --help' shows all commands and flags.`

// parse reads what is given into flags. It returns nil and no mistakes when
// help was written.
func parse(args []string, env map[string]string, host Host) (*flags, string, Mistakes) {
	given, source := &flags{}, &source{env: env, names: map[*kong.Flag]string{}}
	helped := false
	app, err := kong.New(given, kong.Name("meetmcp"), kong.Description(description),
		kong.Writers(host.Help, host.Help), kong.Exit(func(int) { helped = true }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 110, NoAppDescFormat: true}),
		kong.ValueFormatter(source.help), kong.Resolvers(source))
	if err != nil {
		panic(fmt.Sprintf("flags: %v", err)) // they are written above
	}
	args, found := commandFirst(app.Model, args)
	switch {
	case found:
	case host.InTerminal && !slices.ContainsFunc(args, func(arg string) bool { return arg == "--help" || arg == "-h" }):
		args = append([]string{"--help"}, args...)
	case slices.Contains(args, "--help") || slices.Contains(args, "-h"):
	case host.InNull:
		return nil, "", Mistakes{nothingToDo}
	default:
		args = append([]string{"stdio"}, args...)
	}
	source.name(app.Model)
	context, err := app.Parse(args)
	if helped {
		return nil, "", nil
	}
	source.unknownEnv()
	if err != nil {
		hint := "; 'meetmcp --help' shows what there is"
		var wrong *kong.ParseError
		if errors.As(err, &wrong) && wrong.Context != nil && wrong.Context.Selected() != nil {
			hint = "; '" + wrong.Context.Selected().FullPath() + " --help' shows what there is"
		}
		return nil, "", append(Mistakes{err.Error() + hint}, source.mistakes...)
	}
	return given, context.Selected().Path(), source.mistakes
}

// commandFirst moves the command, which may be of two words, before the flags
// that stand before it, as those may be its own.
func commandFirst(app *kong.Application, args []string) ([]string, bool) {
	valued := map[string]bool{}
	for _, node := range nodes(app.Node) {
		for _, flag := range node.Flags {
			valued["--"+flag.Name] = !flag.IsBool()
		}
	}
	at, command, rest := app.Node, []string{}, []string{}
	for i := 0; i < len(args); i++ {
		switch arg := args[i]; {
		case arg == "--" || len(command) > 0 && len(at.Children) == 0:
			return slices.Concat(command, rest, args[i:]), len(command) > 0
		case valued[arg] && i+1 < len(args):
			rest = append(rest, arg, args[i+1])
			i++
		case strings.HasPrefix(arg, "-"):
			rest = append(rest, arg)
		default:
			command = append(command, arg)
			child := slices.IndexFunc(at.Children, func(child *kong.Node) bool { return child.Name == arg })
			if child < 0 {
				return slices.Concat(command, rest, args[i+1:]), true // which kong refuses
			}
			at = at.Children[child]
		}
	}
	return append(command, rest...), len(command) > 0
}

// nodes are a command and all that are below it.
func nodes(node *kong.Node) []*kong.Node {
	all := []*kong.Node{node}
	for _, child := range node.Children {
		all = append(all, nodes(child)...)
	}
	return all
}
