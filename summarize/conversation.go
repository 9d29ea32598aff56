package summarize

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"

	openai "github.com/sashabaranov/go-openai"

	"github.com/meetmcp/meetmcp/internal/transcript"
	"github.com/meetmcp/meetmcp/prompts"
)

// conversation is the requests of one summary, and what they cost.
type conversation struct {
	engine *Engine
	client *openai.Client
	schema json.RawMessage

	mu       sync.Mutex
	usage    Usage
	reserved int // tokens that requests under way may cost
}

func (e *Engine) converse() *conversation {
	c := &conversation{engine: e, schema: answerSchema()}
	config := openai.DefaultConfig(e.options.Key())
	config.BaseURL = cmp.Or(e.options.BaseURL, config.BaseURL)
	config.HTTPClient = &endpoint{engine: e, sends: c.count}
	c.client = openai.NewClientWithConfig(config)
	return c
}

func (c *conversation) count() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.usage.Calls++
}

// spent is what the summary has cost so far.
func (c *conversation) spent() Usage {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.usage
}

// Answers that cannot be used, and what may help.
var (
	errCutOff  = errors.New("the model's answer was cut off")                      // a smaller part
	errTooLong = errors.New("the request is longer than the model takes")          // a smaller part
	errRefused = errors.New("the model refused to answer")                         // nothing: the part is left out
	errUnclear = errors.New("the model did not answer with the JSON asked for")    // the same
	errCeiling = errors.New("it would cost more than --summarize-max-cost-tokens") // nothing
)

func system() string { return prompts.Template("system", nil) }

// ask sends a prompt and reads what the model drafts. An answer that is not the
// JSON asked for is sent back once, with what is wrong.
func (c *conversation) ask(ctx context.Context, prompt string, limit int) (draft, error) {
	messages := []openai.ChatCompletionMessage{
		{Role: openai.ChatMessageRoleSystem, Content: system()},
		{Role: openai.ChatMessageRoleUser, Content: prompt},
	}
	text, err := c.send(ctx, messages, limit)
	if err != nil {
		return draft{}, err
	}
	d, problem := parse(text)
	if problem == nil {
		return d, nil
	}
	const shown = 4000 // bytes of the wrong answer
	messages = append(messages,
		openai.ChatCompletionMessage{Role: openai.ChatMessageRoleAssistant, Content: cmp.Or(text[:min(len(text), shown)], "{}")},
		openai.ChatCompletionMessage{Role: openai.ChatMessageRoleUser, Content: prompts.Template("again", map[string]string{
			"problem": transcript.Line(problem.Error(), 200), "schema": string(c.schema)})})
	if text, err = c.send(ctx, messages, limit); err != nil {
		return draft{}, err
	}
	if d, problem = parse(text); problem != nil {
		return draft{}, fmt.Errorf("%w, twice: %s", errUnclear, transcript.Line(problem.Error(), 200))
	}
	return d, nil
}

// send sends messages in the strictest way that the endpoint takes.
func (c *conversation) send(ctx context.Context, messages []openai.ChatCompletionMessage, limit int) (string, error) {
	for {
		format, completion := c.engine.format.Load(), c.engine.completion.Load()
		text, err := c.once(ctx, c.request(messages, limit, format, completion), limit)
		if err == nil || !c.engine.adapts(err, format, completion) {
			return text, err
		}
	}
}

// Ways to ask for JSON, the strictest first.
const (
	inSchema int32 = iota
	inJSON
	inWords
)

func (c *conversation) request(messages []openai.ChatCompletionMessage, limit int, format int32, completion bool) openai.ChatCompletionRequest {
	r := openai.ChatCompletionRequest{Model: c.engine.options.Model, Messages: messages}
	if completion {
		r.MaxCompletionTokens = limit
	} else {
		//lint:ignore SA1019 many servers know only the older name
		r.MaxTokens = limit
	}
	switch format {
	case inSchema:
		r.ResponseFormat = &openai.ChatCompletionResponseFormat{Type: openai.ChatCompletionResponseFormatTypeJSONSchema,
			JSONSchema: &openai.ChatCompletionResponseFormatJSONSchema{Name: "notes", Schema: c.schema, Strict: true}}
		return r
	case inJSON:
		r.ResponseFormat = &openai.ChatCompletionResponseFormat{Type: openai.ChatCompletionResponseFormatTypeJSONObject}
	}
	r.Messages = append([]openai.ChatCompletionMessage(nil), messages...)
	r.Messages[0].Content += "\n\n" + prompts.Template("schema", map[string]string{"schema": string(c.schema)})
	return r
}

// adapts takes note of what an endpoint does not take, and reports whether
// asking in another way may help.
func (e *Engine) adapts(err error, format int32, completion bool) bool {
	var api *openai.APIError
	refused := errors.As(err, &api) && (api.HTTPStatusCode == http.StatusBadRequest || api.HTTPStatusCode == http.StatusUnprocessableEntity)
	message := ""
	if refused {
		message = strings.ToLower(api.Message)
	}
	switch {
	case !completion && strings.Contains(message, "max_completion_tokens"), errors.Is(err, openai.ErrReasoningModelMaxTokensDeprecated):
		return e.completion.CompareAndSwap(false, true) || e.completion.Load()
	case errors.Is(err, errTooLong):
		return false
	case refused && format < inWords && containsAny(message, "response_format", "json_schema", "json_object", "structured output", "schema", "grammar"):
		e.format.CompareAndSwap(format, format+1)
		return true
	}
	return false
}

func containsAny(text string, parts ...string) bool {
	for _, part := range parts {
		if strings.Contains(text, part) {
			return true
		}
	}
	return false
}

// once sends a request if its cost is allowed, and counts what it did cost.
func (c *conversation) once(ctx context.Context, r openai.ChatCompletionRequest, limit int) (string, error) {
	in := 0
	for _, m := range r.Messages {
		in += transcript.Tokens(m.Content) + 8
	}
	if r.ResponseFormat != nil && r.ResponseFormat.JSONSchema != nil {
		in += transcript.Tokens(string(c.schema))
	}
	most := in + limit
	if err := c.reserve(most); err != nil {
		return "", err
	}
	answer, err := c.client.CreateChatCompletion(ctx, r)
	text := ""
	if len(answer.Choices) > 0 {
		text = answer.Choices[0].Message.Content
	}
	usage := Usage{InputTokens: answer.Usage.PromptTokens, OutputTokens: answer.Usage.CompletionTokens}
	if err == nil && usage.InputTokens+usage.OutputTokens == 0 { // the endpoint does not tell
		usage = Usage{InputTokens: in, OutputTokens: transcript.Tokens(text)}
	}
	c.release(most, usage)
	switch {
	case err != nil:
		return "", c.engine.word(ctx, err)
	case len(answer.Choices) == 0:
		return "", fmt.Errorf("%w: it is empty", errUnclear)
	case answer.Choices[0].FinishReason == openai.FinishReasonLength:
		return "", errCutOff
	case answer.Choices[0].FinishReason == openai.FinishReasonContentFilter, answer.Choices[0].Message.Refusal != "":
		return "", errRefused
	}
	return text, nil
}

func (c *conversation) reserve(tokens int) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if ceiling := c.engine.options.MaxTokens; ceiling > 0 && c.usage.InputTokens+c.usage.OutputTokens+c.reserved+tokens > ceiling {
		return fmt.Errorf("%w (%d): %d tokens are spent, and the next request may take %d", errCeiling, ceiling, c.usage.InputTokens+c.usage.OutputTokens, tokens)
	}
	c.reserved += tokens
	return nil
}

func (c *conversation) release(tokens int, used Usage) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.reserved -= tokens
	c.usage.InputTokens += used.InputTokens
	c.usage.OutputTokens += used.OutputTokens
}
