// Package prompts is what a person starts from a client's menu: short texts
// that tell a model which tools to use, and embed nothing of any meeting.
package prompts

import (
	"context"
	"embed"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"github.com/meetmcp/meetmcp/internal/transcript"
)

//go:embed texts/*.txt
var texts embed.FS

// valueLimit is how many characters of an argument are taken.
const valueLimit = 500

// Prompt is one entry of the menu. Its text is in texts, by name.
type Prompt struct {
	Name        string
	Title       string
	Description string
	Arguments   []Argument
	Tools       []string // without all of which it is of no use
	Uses        []string // tools whose lines are left out where they are off
}

// Argument is what a person fills in. Clients send all as text.
type Argument struct {
	Name        string
	Description string
	Required    bool
	Otherwise   string   // when it is not given
	Values      []string // the only ones, when there are any
	Days        bool     // a whole number from 1 to 31, which is not quoted
}

// All is every prompt there is, in the order of the menu.
func All() []Prompt {
	meeting := Argument{Name: "bot_id", Description: "The meeting's bot; the latest meeting by default.", Otherwise: "latest"}
	return []Prompt{
		{"meeting_summary", "Summarise a meeting", "What was said, decided and left open in one meeting.", []Argument{
			meeting,
			{Name: "length", Description: "short or full; short by default.", Otherwise: "short", Values: []string{"short", "full"}},
			{Name: "focus", Description: "What to dwell on."},
		}, []string{"get_meeting_data", "get_transcript"}, []string{"summarize_meeting", "verify_claims"}},

		{"follow_up_email", "Draft a follow-up email", "An email about what was agreed in a meeting, to be read before it is sent.", []Argument{
			meeting,
			{Name: "to", Description: "Who gets it; all who were there by default."},
			{Name: "language", Description: "Of the email; that of the meeting by default."},
		}, []string{"get_meeting_data", "get_transcript"}, nil},

		{"prepare_for_meeting", "Prepare for a meeting", "What was said, decided and promised before on what a coming meeting is about.", []Argument{
			{Name: "topic", Description: "What the meeting is about, or its title.", Required: true},
			{Name: "people", Description: "Names of those who come."},
		}, []string{"list_calendars", "list_calendar_events", "search_transcripts", "get_transcript"}, nil},

		{"find_decision", "Find a decision", "What was decided on something, when, by whom and in which words.", []Argument{
			{Name: "topic", Description: "What was decided about.", Required: true},
			{Name: "meeting", Description: "Only meetings with this in title or link."},
			{Name: "after", Description: "Only later meetings: a date, or 30d (30 days ago)."},
		}, []string{"search_transcripts", "get_transcript"}, nil},

		{"record_my_week", "Record my week", "Schedules recordings of the calendar's coming meetings, after asking which.", []Argument{
			{Name: "bot_name", Description: "What the bot is called in the meetings; Notetaker by default.", Otherwise: "Notetaker"},
			{Name: "days", Description: "How many days ahead; 7 by default.", Otherwise: "7", Days: true},
			{Name: "skip", Description: "Leave out meetings with this in their name."},
		}, []string{"list_calendars", "list_calendar_events", "schedule_recording"}, nil},
	}
}

// Register adds to a server the prompts whose tools are all on.
func Register(to *server.MCPServer, on func(tool string) bool) {
	for _, p := range All() {
		if slices.ContainsFunc(p.Tools, func(tool string) bool { return !on(tool) }) {
			continue
		}
		options := []mcp.PromptOption{mcp.WithPromptTitle(p.Title), mcp.WithPromptDescription(p.Description)}
		for _, a := range p.Arguments {
			about := []mcp.ArgumentOption{mcp.ArgumentDescription(a.Description)}
			if a.Required {
				about = append(about, mcp.RequiredArgument())
			}
			options = append(options, mcp.WithArgument(a.Name, about...))
		}
		to.AddPrompt(mcp.NewPrompt(p.Name, options...), func(_ context.Context, req mcp.GetPromptRequest) (*mcp.GetPromptResult, error) {
			text, err := p.Text(req.Params.Arguments, on)
			if err != nil {
				return nil, err
			}
			return mcp.NewGetPromptResult(p.Title, []mcp.PromptMessage{mcp.NewPromptMessage(mcp.RoleUser, mcp.NewTextContent(text))}), nil
		})
	}
}

// mistake is one in the arguments of a prompt, in words.
type mistake string

func (m mistake) Error() string { return string(m) }

// Unwrap says of which kind it is.
func (m mistake) Unwrap() error { return mcp.ErrInvalidParams }

// Text fills the prompt in. A line that needs an argument which was not given,
// or a tool that is off, is left out.
func (p *Prompt) Text(given map[string]string, on func(tool string) bool) (string, error) {
	for name := range given {
		if !slices.ContainsFunc(p.Arguments, func(a Argument) bool { return a.Name == name }) {
			return "", mistake(fmt.Sprintf("The prompt %s has no argument %q. It has %s.", p.Name, transcript.Line(name[:min(len(name), 240)], 60), p.names()))
		}
	}
	values := make(map[string]string, len(p.Arguments))
	for _, a := range p.Arguments {
		value, err := a.value(given[a.Name])
		if err != nil {
			return "", mistake(fmt.Sprintf("The prompt %s cannot be filled in: %v.", p.Name, err))
		}
		values[a.Name] = value
	}
	for _, tool := range p.Uses {
		if on(tool) {
			values[tool] = tool
		}
	}
	raw, err := texts.ReadFile("texts/" + p.Name + ".txt")
	if err != nil {
		return "", fmt.Errorf("read prompt %s: %w", p.Name, err)
	}
	return fill(string(raw), values), nil
}

// fill puts values in their places. A line that needs one which is empty is
// left out.
func fill(text string, values map[string]string) string {
	place := regexp.MustCompile(`\{\{(\w+)\}\}`)
	var out strings.Builder
	for line := range strings.Lines(text) {
		complete := true
		filled := place.ReplaceAllStringFunc(line, func(at string) string {
			value := values[strings.Trim(at, "{}")]
			complete = complete && value != ""
			return value
		})
		if complete {
			out.WriteString(filled)
		}
	}
	return strings.TrimSpace(out.String())
}

func (p *Prompt) names() string {
	names := make([]string, len(p.Arguments))
	for i, a := range p.Arguments {
		names[i] = a.Name
	}
	return strings.Join(names, ", ")
}

// value cleans what was given, and quotes it, so that it is one word of the
// text and not a part of it.
func (a *Argument) value(given string) (string, error) {
	if len(given) > valueLimit {
		if n := utf8.RuneCountInString(given); n > valueLimit {
			return "", fmt.Errorf("the argument %s is %d characters long; at most %d are taken", a.Name, n, valueLimit)
		}
	}
	text := transcript.Line(given, valueLimit)
	if text == "" {
		text = a.Otherwise
	}
	switch {
	case text == "" && a.Required:
		return "", fmt.Errorf("the argument %s is missing: %s", a.Name, strings.TrimSuffix(a.Description, "."))
	case text == "":
		return "", nil
	case len(a.Values) > 0 && !slices.Contains(a.Values, text):
		return "", fmt.Errorf("the argument %s cannot be %q; it is one of %s", a.Name, text, strings.Join(a.Values, ", "))
	case len(a.Values) > 0:
		return text, nil
	case a.Days:
		if n, err := strconv.Atoi(text); err != nil || n < 1 || n > 31 {
			return "", fmt.Errorf("the argument %s must be a whole number from 1 to 31, not %q", a.Name, text)
		}
		return text, nil
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`, nil
}
