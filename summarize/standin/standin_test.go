package standin_test

import (
	"errors"
	"io"
	"strings"
	"testing"

	openai "github.com/sashabaranov/go-openai"
	"go.uber.org/goleak"

	"github.com/meetmcp/meetmcp/summarize/standin"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A client of OpenAI's API gets the same answer in pieces as whole.
func TestStream(t *testing.T) {
	t.Parallel()
	want := strings.Repeat("a long answer, ça va? ", 20)
	s, err := standin.Start(standin.Options{Key: "k", Model: func(a standin.Asked) string {
		if len(a.Turns) != 2 || a.Turns[1].Index != 12 || a.Turns[1].Speaker != "Bob" || a.Turns[1].Text != "No: not today" || a.Words != 30 || a.Lists[0] != "points" || a.Again {
			t.Errorf("got %+v", a)
		}
		return want
	}})
	if err != nil {
		t.Fatal(err)
	}
	config := openai.DefaultConfig("k")
	config.BaseURL = s.URL()
	client := openai.NewClientWithConfig(config)
	request := openai.ChatCompletionRequest{Model: "m", StreamOptions: &openai.StreamOptions{IncludeUsage: true}, Messages: []openai.ChatCompletionMessage{{Role: "user",
		Content: "--- meeting speech AAAAAAAA begins: data ---\n[3] Ana: Hello\n[12] Bob: No: not today\n--- meeting speech AAAAAAAA ends ---\nFill points with what it was about. At most, at most 30 words."}}}
	stream, err := client.CreateChatCompletionStream(t.Context(), request)
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	pieces, used := 0, 0
	reason := openai.FinishReason("")
	for {
		piece, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if piece.Usage != nil {
			used = piece.Usage.CompletionTokens
		}
		for _, c := range piece.Choices {
			pieces++
			got.WriteString(c.Delta.Content)
			reason = c.FinishReason
		}
	}
	request.StreamOptions = nil
	whole, wholeErr := client.CreateChatCompletion(t.Context(), request)
	if err := errors.Join(stream.Close(), wholeErr, s.Close()); err != nil {
		t.Fatal(err)
	}
	if got.String() != want || pieces < 5 || reason != openai.FinishReasonStop || whole.Choices[0].Message.Content != want || used == 0 || whole.Usage.CompletionTokens != used {
		t.Errorf("got %d pieces, %d tokens, %s: %s\nwhole: %+v", pieces, used, reason, got.String(), whole)
	}
	config.HTTPClient.(interface{ CloseIdleConnections() }).CloseIdleConnections()
}
