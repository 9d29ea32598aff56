package summarize_test

import (
	"os"
	"testing"

	"go.uber.org/goleak"

	"github.com/meetmcp/meetmcp/client"
	"github.com/meetmcp/meetmcp/client/sandbox"
	"github.com/meetmcp/meetmcp/internal/transcript"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// meetings are those of the folder that MEETINGS names beside the sandbox's own,
// by who speaks first.
func meetings(t testing.TB) map[string][]transcript.Turn {
	t.Helper()
	s, err := sandbox.Start(sandbox.Options{Data: os.Getenv("MEETINGS")})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	api := client.New(s.URL(), client.NewSecret(sandbox.Key), nil)
	defer api.Close()
	all := map[string][]transcript.Turn{}
	for listed, err := range api.AllBots(t.Context(), client.BotQuery{}) {
		if err != nil {
			t.Fatal(err)
		}
		data, err := api.MeetingData(t.Context(), listed.UUID, true)
		if err != nil {
			t.Fatal(err)
		}
		if turns := turnsOf(data.BotData.Transcripts); len(turns) > 0 {
			all[turns[0].Speaker] = turns
		}
	}
	return all
}

func turnsOf(all []client.Transcript) []transcript.Turn {
	var turns []transcript.Turn
	for i, said := range all {
		var words []string
		for _, word := range said.Words {
			words = append(words, word.Text)
		}
		turns = append(turns, transcript.Turn{Index: i, Speaker: said.Speaker, Start: said.StartTime, Lang: said.Lang, Text: transcript.JoinWords(words)})
	}
	return turns
}
