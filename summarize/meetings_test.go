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

// meetings are those of the folder that MEETINGS names, else the sandbox's own,
// by title.
func meetings(t testing.TB) map[string][]transcript.Turn {
	t.Helper()
	folder := os.Getenv("MEETINGS")
	s, err := sandbox.Start(sandbox.Options{Data: folder})
	if err != nil {
		t.Fatal(err)
	}
	api := client.New(s.URL(), client.NewSecret(sandbox.Key), nil)
	defer func() {
		api.Close()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	all := map[string][]transcript.Turn{}
	for bot, err := range api.AllBots(t.Context(), client.BotQuery{Limit: 50}) {
		if err != nil {
			t.Fatal(err)
		}
		data, err := api.MeetingData(t.Context(), bot.UUID, true)
		if err != nil {
			t.Fatal(err)
		}
		if turns := turnsOf(data.BotData.Transcripts); len(turns) > 0 {
			all[data.BotData.Bot.MeetingURL] = turns
		}
	}
	if len(all) < 5 {
		t.Fatalf("%d meetings", len(all))
	}
	return all
}

func turnsOf(all []client.Transcript) []transcript.Turn {
	turns := make([]transcript.Turn, len(all))
	for i, t := range all {
		words := make([]string, len(t.Words))
		for j, w := range t.Words {
			words[j] = w.Text
		}
		turns[i] = transcript.Turn{Index: i, Speaker: t.Speaker, Start: t.StartTime, End: t.StartTime, Lang: t.Lang, Text: transcript.JoinWords(words)}
	}
	return turns
}
