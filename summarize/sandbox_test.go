package summarize_test

import (
	"testing"

	"github.com/meetmcp/meetmcp/client"
	"github.com/meetmcp/meetmcp/client/sandbox"
	"github.com/meetmcp/meetmcp/internal/transcript"
)

// sandboxMeetings are the meetings that the sandbox comes with, by who speaks
// first.
func sandboxMeetings(t testing.TB) map[string][]transcript.Turn {
	t.Helper()
	s, err := sandbox.Start(sandbox.Options{})
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
