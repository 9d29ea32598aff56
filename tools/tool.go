// Package tools is what a model can do here: one catalogue of tools, each a
// plain function from typed arguments to a typed result.
package tools

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/invopop/jsonschema"
	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"github.com/meetmcp/meetmcp/client"
	"github.com/meetmcp/meetmcp/internal/access"
	"github.com/meetmcp/meetmcp/internal/audit"
)

// Effect is what a tool does to the world. Annotations, --read-only and
// confirmation follow from it.
type Effect string

// The three effects.
const (
	Reads    Effect = "reads"
	Writes   Effect = "writes"
	Destroys Effect = "destroys" // something is lost that no call brings back
)

// Set is a group of tools that --toolsets picks by name.
type Set struct {
	Name        string
	Description string
	Tools       []Tool
}

// Tool is one entry of the catalogue.
type Tool struct {
	Name        string
	Operation   string // of the API, "" when the tool is more than one operation
	Title       string
	Effect      Effect
	Description string
	Set         string
	Lost        string // what to say, and where to look, when it is not known whether a write was done

	remedies map[int]string // of its own, by the status of the API's refusal
	schemas  func() schemas
	run      func(ctx context.Context, call *Call, args []byte) (Result, error)
	policy   *policy
}

// Option is what an entry of the catalogue says beyond what every entry says.
type Option func(*Tool)

// Lost is what a tool that writes says when it is not known whether the write
// was done: that it may have been, and where to look.
func Lost(text string) Option { return func(t *Tool) { t.Lost = text } }

// Remedy is what to do about refusals with these statuses, where that differs
// from what helps with other tools.
func Remedy(text string, statuses ...int) Option {
	return func(t *Tool) {
		if t.remedies == nil {
			t.remedies = map[int]string{}
		}
		for _, status := range statuses {
			t.remedies[status] = text
		}
	}
}

// schemas are made when a tool is first listed or called.
type schemas struct {
	in            *jsonschema.Schema
	out           reflect.Type // what the tool returns
	arguments     arguments
	rawIn, rawOut []byte
	folders       *sync.Pool // for cursors
}

// Result is what a tool answers: a text that is enough by itself, and itself
// as the structured form, which is enough by itself too.
type Result interface {
	Text() string
	about() *About
}

// About is in every result.
type About struct {
	Next            string   `json:"next,omitzero"`             // what to call next
	Notes           []string `json:"notes,omitzero"`            // what was read or done otherwise than asked
	UntrustedFields []string `json:"untrusted_fields,omitzero"` // whose words are people's outside
}

func (a *About) about() *About { return a }

// Document is a result of long text, without a structured form. Meta says about
// it to programs what its first lines say to people.
type Document struct {
	About
	Body string
	Meta map[string]any
}

// Text returns the document.
func (d *Document) Text() string { return d.Body }

// define makes a tool out of a function whose In is its input schema and whose
// Out is its output schema.
func define[In any, Out Result](name, operation, title string, effect Effect, description string, run func(context.Context, In) (Out, error), options ...Option) Tool {
	return defineCall(name, operation, title, effect, description, func(ctx context.Context, _ *Call, in In) (Out, error) {
		return run(ctx, in)
	}, options...)
}

// defineCall is define for a function that also needs the call itself: to page,
// to add notes, to know the time.
func defineCall[In any, Out Result](name, operation, title string, effect Effect, description string, run func(context.Context, *Call, In) (Out, error), options ...Option) Tool {
	t := Tool{
		Name: name, Operation: operation, Title: title, Effect: effect, Description: description,
		schemas: sync.OnceValue(func() schemas { return schemasOf[In, Out](name, effect) }),
		run: func(ctx context.Context, call *Call, args []byte) (Result, error) {
			var in In
			if err := json.Unmarshal(args, &in); err != nil {
				return nil, badArgument("%v", err)
			}
			return run(ctx, call, in)
		},
	}
	for _, option := range options {
		option(&t)
	}
	return t
}

// Call is one call of a tool.
type Call struct {
	Now time.Time // when the call began, or the first page's call

	tool    *Tool
	caller  string
	token   mcp.ProgressToken // nil when the client wants no progress
	steps   int
	args    map[string]jsontext.Value
	confirm string         // the token that the call came with, "" without one
	place   jsontext.Value // where the cursor points, nil without one
	notes   []string
	last    rendered
	trim    func(next string) string // leaves out what the caller cannot do; nil: nothing
	latest  *client.ListedBot        // what bot_id latest stands for, nil when it was not asked for
	passed  []string                 // what latest passed over
	idle    bool                     // nothing would be lost, so that nobody was asked
}

// given are those of some arguments of text that the call came with.
func (c *Call) given(names ...string) []string {
	return slices.DeleteFunc(names, func(name string) bool {
		text, _ := stringOf(c.args[name])
		return text == ""
	})
}

// note tells the caller what was read or done otherwise than asked, once.
func (c *Call) note(text string) {
	if !slices.Contains(c.notes, text) {
		c.notes = append(c.notes, text)
	}
}

// odd tells the caller what was left out of an answer of the API's.
func (c *Call) odd(places []string, more int) {
	text := "left out of the API's answer, as it is not as its document says: " + strings.Join(places, ", ")
	if more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	c.note(text + ".")
}

// progress tells the client how far the call is, if it asked to be told. It is
// no failure of the call if the client cannot be told.
func (c *Call) progress(ctx context.Context, message string) {
	srv := server.ServerFromContext(ctx)
	if c.token == nil || srv == nil {
		return
	}
	c.steps++
	_ = srv.SendNotificationToClient(ctx, string(mcp.MethodNotificationProgress), map[string]any{
		"progressToken": c.token, "progress": c.steps, "message": message,
	})
}

// Definition is the tool as tools/list shows it.
func (t *Tool) Definition() mcp.Tool {
	s := t.schemas()
	return mcp.Tool{
		Name: t.Name, Title: t.Title, Description: t.Description,
		RawInputSchema: s.rawIn, RawOutputSchema: s.rawOut,
		Annotations: mcp.ToolAnnotation{
			Title:           t.Title,
			ReadOnlyHint:    mcp.ToBoolPtr(t.Effect == Reads),
			DestructiveHint: mcp.ToBoolPtr(t.Effect == Destroys),
			IdempotentHint:  mcp.ToBoolPtr(t.Effect != Writes && t.Operation != "retranscribe_bot"), // which transcribes, and costs, each time
			OpenWorldHint:   mcp.ToBoolPtr(true),
		},
	}
}

// Register adds the tools to a server. The server lists them in the
// catalogue's order, and their schemas are made when they are first listed.
func Register(to *server.MCPServer, all []Tool) {
	list := make([]server.ServerTool, len(all))
	for i := range all {
		tool := &all[i]
		list[i] = server.ServerTool{Tool: mcp.Tool{Name: tool.Name}, Handler: tool.handle}
	}
	to.AddTools(list...)
}

// Listing puts full definitions, in the catalogue's order, in place of the
// names that the server holds, and leaves out those that are closed to the caller.
func Listing(all []Tool) server.ToolFilterFunc {
	byName := make(map[string]int, len(all))
	for i, t := range all {
		byName[t.Name] = i
	}
	return func(ctx context.Context, names []mcp.Tool) []mcp.Tool {
		names = slices.DeleteFunc(names, func(tool mcp.Tool) bool { return !all[byName[tool.Name]].open(ctx) })
		slices.SortFunc(names, func(a, b mcp.Tool) int { return byName[a.Name] - byName[b.Name] })
		for i, tool := range names {
			names[i] = all[byName[tool.Name]].Definition()
		}
		return names
	}
}

// handle answers one call over the protocol. Everything that goes wrong is a
// result with isError, in words.
func (t *Tool) handle(ctx context.Context, req mcp.CallToolRequest) (*mcp.CallToolResult, error) {
	record := audit.From(ctx)
	record.Tool, record.Effect = t.Name, string(t.Effect)
	result, err := t.answer(ctx, req, record)
	if err != nil {
		record.Decision, record.Limit = decided(err)
		return t.failure(err), nil
	}
	return result, nil
}

func (t *Tool) answer(ctx context.Context, req mcp.CallToolRequest, record *audit.Record) (*mcp.CallToolResult, error) {
	if !t.open(ctx) {
		return nil, t.closed()
	}
	raw, err := rawArguments(req)
	if err != nil {
		return nil, err
	}
	call := &Call{Now: t.policy.Now(), tool: t, caller: access.CallerOf(ctx)}
	call.trim = func(next string) string { return t.policy.possible(ctx, next) }
	if req.Params.Meta != nil {
		call.token = req.Params.Meta.ProgressToken
	}
	args, err := call.read(raw)
	if err != nil {
		return nil, err
	}
	record.Things = call.things()
	ctx = client.WithOdd(ctx, call.odd)
	if t.Effect == Destroys {
		ask, err := t.policy.person.consent(ctx, call, args, req.Params.MultiRoundTripParams)
		if err != nil {
			return nil, err
		}
		if ask != nil {
			record.Decision = audit.Asked
			return ask, nil
		}
		if record.Begin() != nil {
			return nil, refused(audit.Policy, "Not done: this server keeps a log of what is deleted, replaced or cancelled, and cannot write it at the moment.\nTell the person; whoever runs the server must see to it. Try again later.")
		}
	}
	out, err := t.run(ctx, call, args)
	record.Things = call.things() // latest has become an id
	if bot, ok := stringOf(call.args["bot_id"]); ok && t.Effect != Reads {
		t.policy.watches.stir(ctx, bot)
	}
	if err != nil {
		return nil, call.withPassed(err)
	}
	result, err := call.result(out)
	if t.Effect == Writes {
		_ = json.Unmarshal(call.last.structured, &record.Things) // with what was made, if that is an id
	}
	return result, err
}

// things are what the call is about.
func (c *Call) things() audit.Things {
	id := func(name string) string {
		text, _ := stringOf(c.args[name])
		return text
	}
	return audit.Things{BotID: id("bot_id"), CalendarID: id("calendar_id"), EventID: id("event_id"), ConnectionID: id("connection_id")}
}

// rawArguments returns the arguments' JSON as it came.
func rawArguments(req mcp.CallToolRequest) (jsontext.Value, error) {
	if raw := req.Params.RawArguments; len(raw) > 0 {
		return jsontext.Value(raw), nil
	}
	if req.Params.Arguments == nil {
		return jsontext.Value("{}"), nil
	}
	return json.Marshal(req.Params.Arguments)
}

// result makes the protocol's result of what a tool returned.
func (c *Call) result(out Result) (*mcp.CallToolResult, error) {
	if document, ok := out.(*Document); ok {
		result := mcp.NewToolResultText(document.Body)
		if document.Meta != nil {
			result.Meta = &mcp.Meta{AdditionalFields: document.Meta}
		}
		return result, nil
	}
	r, err := c.render(out)
	if err != nil {
		return nil, err
	}
	result := &mcp.CallToolResult{
		Content:           []mcp.Content{mcp.NewTextContent(r.text)},
		StructuredContent: rawJSON(r.structured),
	}
	if p, ok := out.(interface{ pictures() []picture }); ok {
		for _, p := range p.pictures() {
			result.Content = append(result.Content, mcp.NewImageContent(p.data, p.mime))
		}
	}
	return result, nil
}
