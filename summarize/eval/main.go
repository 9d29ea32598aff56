// Command eval scores the offline summaries on meetings of which people wrote
// what matters in them. It prints a table of means with 95 % intervals.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
)

const usage = `Usage: eval [-words N] [-focus-words N] FOLDER

Scores the offline summaries of the meetings in FOLDER. Each is two files:

NAME.meeting.json is what GET /bots/meeting_data answers. Of it are read
  bot_data.transcripts[] {speaker, lang, start_time, end_time, words[] {text}}
NAME.gold.json is what people wrote about it. A turn is its place in
transcripts, from 0.
  general[] {answer, evidence[] {sentence, ces[], pes[]}}
      a summary, and for each of its sentences the turns that say it (ces)
      and that say it in part (pes)
  queries[] {query, answer, turns[] [first, last]}
      a question, its answer, and where that stands

`

func main() {
	if err := run(os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "eval:", err)
		os.Exit(1)
	}
}

func run(args []string, out, help io.Writer) error {
	flags := flag.NewFlagSet("eval", flag.ContinueOnError)
	words := flags.Int("words", 150, "the length of a summary, in words")
	focusWords := flags.Int("focus-words", 60, "the length of the answer to a question, in words")
	flags.SetOutput(help)
	flags.Usage = func() {
		fmt.Fprint(help, usage)
		flags.PrintDefaults()
	}
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return nil
	} else if err != nil {
		return err
	}
	if flags.NArg() != 1 {
		return fmt.Errorf("want one folder with meetings, got %d; -help says what is in it", flags.NArg())
	}
	meetings, err := load(flags.Arg(0))
	if err != nil {
		return err
	}
	return report(out, meetings, *words, *focusWords)
}
