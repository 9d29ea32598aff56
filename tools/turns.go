package tools

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/meetmcp/meetmcp/client"
	"github.com/meetmcp/meetmcp/internal/library"
	"github.com/meetmcp/meetmcp/internal/transcript"
	"github.com/meetmcp/meetmcp/internal/work"
)

// turnsOf makes of the API's transcripts what is stored and shown, once: where a
// copy has the same, its turns. The note says what was read otherwise than it
// was written.
func turnsOf(ctx context.Context, data *client.MeetingData, copied *library.Meeting) (turns []transcript.Turn, note string, err error) {
	if copied != nil && copied.Version == versionOf(data.BotData.Transcripts) && transcript.Prepared(copied.Turns) {
		return copied.Turns, "", nil
	}
	err = work.Heavy(ctx, func(ctx context.Context) error {
		scale := scaleOf(data)
		if turns, err = turnsIn(ctx, data.BotData.Transcripts, scale); err != nil {
			return err
		}
		if scale != 1 {
			note = "the API gave this meeting's times in milliseconds, as they do not fit its duration or how fast people speak; they are shown in seconds."
		}
		turns, err = transcript.Prepare(ctx, turns)
		return err
	})
	return turns, note, err
}

// turnsIn joins the words of the API's turns, in its order.
func turnsIn(ctx context.Context, all []client.Transcript, scale float64) ([]transcript.Turn, error) {
	turns := make([]transcript.Turn, 0, len(all))
	var words []string
	for i, t := range all {
		if i%256 == 0 {
			if err := work.Check(ctx); err != nil {
				return nil, err
			}
		}
		words = words[:0]
		for _, w := range t.Words {
			words = append(words, w.Text)
		}
		end := t.StartTime
		if n := len(t.Words); n > 0 {
			end = t.Words[n-1].EndTime
		}
		if t.EndTime != nil {
			end = *t.EndTime
		}
		turns = append(turns, transcript.Turn{Index: i, Speaker: t.Speaker, Start: t.StartTime * scale, End: end * scale, Lang: t.Lang, Text: transcript.JoinWords(words)})
	}
	return turns, nil
}

// What tells times in milliseconds: words that take longer than anybody speaks
// at one, or turns far behind the recording's end that fit into it as
// milliseconds.
const (
	slowestWord  = 20  // seconds, in the middle of a meeting's words
	fewestWords  = 3   // by which that is decided
	farBehind    = 50  // times a recording's length
	longestSlack = 600 // seconds that turns may lie behind the end of a recording
)

// scaleOf is what the API's times are to be multiplied with to be seconds.
func scaleOf(data *client.MeetingData) float64 {
	var lengths []float64
	end := 0.0
	for _, t := range data.BotData.Transcripts {
		end = max(end, t.StartTime)
		for _, w := range t.Words {
			end = max(end, w.EndTime)
			if length := w.EndTime - w.StartTime; length > 0 && len(lengths) < 10_000 {
				lengths = append(lengths, length)
			}
		}
	}
	const milli = 1.0 / 1000
	duration := float64(data.Duration)
	if duration > 0 && end*milli > 2*duration+longestSlack {
		return 1 // they would not fit so either
	}
	slices.Sort(lengths)
	if len(lengths) >= fewestWords {
		if lengths[len(lengths)/2] >= slowestWord {
			return milli
		}
		return 1
	}
	if duration > 0 && end > farBehind*duration {
		return milli
	}
	return 1
}

// absenceIn says why there are no words: nothing was transcribed, or the turns
// have none.
func absenceIn(data *client.MeetingData, turns []transcript.Turn, now time.Time) absence {
	why := absenceOf(data, now)
	if len(turns) > 0 {
		why.cause = fmt.Sprintf("The API gave %s without a word.", counted(len(turns), "turn"))
		why.whose, why.remedy, why.comes = "service", "retranscribe_meeting tries again.", false
	}
	return why
}

// wordless counts the turns that have no words.
func wordless(turns []transcript.Turn) int {
	n := 0
	for _, t := range turns {
		if t.Text == "" {
			n++
		}
	}
	return n
}
