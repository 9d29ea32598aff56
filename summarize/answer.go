package summarize

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/invopop/jsonschema"

	"github.com/meetmcp/meetmcp/internal/transcript"
)

// answer is what a model must answer. Its schema is made of this.
type answer struct {
	Points        []note   `json:"points"`
	Decisions     []note   `json:"decisions"`
	ActionItems   []action `json:"action_items"`
	OpenQuestions []note   `json:"open_questions"`
}

type note struct {
	Text     string     `json:"text"`
	Evidence []citation `json:"evidence"`
}

type action struct {
	note
	Owner string `json:"owner" jsonschema_description:"Who is to do it; empty when nobody promised to."`
	Due   string `json:"due" jsonschema_description:"By when, in the words of the meeting; empty when none was said."`
}

type citation struct {
	Turn  turnNumber `json:"turn" jsonschema_description:"The number in brackets before the turn."`
	Quote string     `json:"quote" jsonschema_description:"Copied letter by letter from that turn."`
}

// turnNumber is also read from what models make of it: "12", "[12]".
type turnNumber int

func (n *turnNumber) UnmarshalJSON(raw []byte) error {
	text := strings.Trim(string(raw), `"[] `)
	number, err := strconv.ParseFloat(text, 64)
	if err != nil || number != float64(int(number)) {
		return fmt.Errorf("turn must be a whole number, not %s", transcript.Line(string(raw), 40))
	}
	*n = turnNumber(number)
	return nil
}

// JSONSchema keeps to what every endpoint's strict mode takes.
func (turnNumber) JSONSchema() *jsonschema.Schema { return &jsonschema.Schema{Type: "integer"} }

// answerSchema is the schema that a model's answer must follow.
func answerSchema() json.RawMessage {
	r := jsonschema.Reflector{Anonymous: true, DoNotReference: true, ExpandedStruct: true}
	s := r.Reflect(answer{})
	s.Version = ""
	raw, err := json.Marshal(s)
	if err != nil {
		panic(fmt.Sprintf("schema of an answer: %v", err))
	}
	return raw
}

// Limits of an answer, far above what is asked for.
const (
	mostItems  = 100 // of a list
	mostQuotes = 5   // of an item
	longest    = 600 // characters of a text or a quote
)

// parse reads a model's answer, also out of a fence or between other words, and
// behind what a model thinks aloud.
func parse(text string) (draft, error) {
	if i := strings.LastIndex(text, "</think>"); i >= 0 {
		text = text[i:]
	}
	start, end := strings.IndexByte(text, '{'), strings.LastIndexByte(text, '}')
	if start < 0 || end < start {
		return draft{}, errors.New("there is no JSON object in it")
	}
	var lists map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text[start:end+1]), &lists); err != nil {
		return draft{}, fmt.Errorf("it is not valid JSON: %w", err)
	}
	var a answer
	decoder := json.NewDecoder(bytes.NewReader([]byte(text[start : end+1])))
	if err := decoder.Decode(&a); err != nil {
		return draft{}, fmt.Errorf("it does not follow the schema: %w", err)
	}
	for _, list := range []string{"points", "decisions", "action_items", "open_questions"} {
		if _, ok := lists[list]; ok {
			return a.draft(), nil
		}
	}
	return draft{}, errors.New("it has none of the lists points, decisions, action_items and open_questions")
}

func (a answer) draft() draft {
	d := draft{points: claims(a.Points), decisions: claims(a.Decisions), questions: claims(a.OpenQuestions)}
	for _, item := range a.ActionItems[:min(len(a.ActionItems), mostItems)] {
		for _, c := range claims([]note{item.note}) {
			c.Owner, c.Due = transcript.Line(item.Owner, transcript.NameLimit), transcript.Line(item.Due, transcript.NameLimit)
			d.actions = append(d.actions, c)
		}
	}
	return d
}

func claims(all []note) []Claim {
	var out []Claim
	for _, n := range all[:min(len(all), mostItems)] {
		c := Claim{Text: transcript.Line(n.Text, longest)}
		for _, e := range n.Evidence[:min(len(n.Evidence), mostQuotes)] {
			turn := int(e.Turn)
			c.Quotes = append(c.Quotes, Quote{Text: e.Quote[:min(len(e.Quote), 4*longest)], Turn: &turn})
		}
		if c.Text != "" {
			out = append(out, c)
		}
	}
	return out
}
