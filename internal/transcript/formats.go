package transcript

import (
	"fmt"
	"strings"
)

// Format is a way of writing turns down.
type Format string

// The formats. In Text one line says which letter means which speaker, and each
// line after has its time, its speaker's letter and the words; Markdown has a
// paragraph instead, with the name in bold; VTT and SRT have a cue for each turn.
const (
	Text     Format = "text"
	Markdown Format = "markdown"
	VTT      Format = "vtt"
	SRT      Format = "srt"
)

const (
	mergeGap  = 2.0  // seconds of silence within what is shown as one line
	mergeSpan = 60.0 // seconds from a line's start after which a new one begins
	mergeSize = 1500 // bytes of a line after which a new one begins
)

func (f Format) subtitles() bool { return f == VTT || f == SRT }

// keyed says whether who speaks stands above the lines.
func (f Format) keyed() bool { return !f.subtitles() && f != Markdown }

// opening is what stands above the lines.
func (f Format) opening(key []string) string {
	switch f {
	case VTT:
		return "WEBVTT"
	case SRT, Markdown:
		return ""
	}
	return strings.Join(key, ", ")
}

// line is what is shown together: a line, a paragraph or a cue.
type line struct {
	format     Format
	number     int // from 1, the place among the turns
	speaker    string
	letter     string
	start, end float64
	continued  bool // the turn began on an earlier page
	text       string
	cost       tally // of the tokens
}

// takes says whether next goes on with what l says.
func (l line) takes(next line) bool {
	gap := next.start - max(l.end, l.start)
	return !l.format.subtitles() && l.speaker == next.speaker && gap <= mergeGap && len(l.text) < mergeSize &&
		next.start >= l.start && next.start-l.start <= mergeSpan
}

// String is the line with the line feeds that part it from what went before.
// It is such that Wrap finds nothing in it to change.
func (l line) String() string {
	mark := ""
	if l.continued {
		mark = " (continued)"
	}
	text := defuse(l.text)
	switch l.format {
	case Markdown:
		return "\n\n" + defuse(Inert(Clock(l.start)+" **"+literal(l.speaker)+"**"+mark+": "+literal(text)))
	case VTT:
		start, end := l.cue(".")
		return "\n\n" + start + " --> " + end + "\n" + defuse(voice(l.speaker)+escaped(text))
	case SRT:
		start, end := l.cue(",")
		name := strings.ReplaceAll(l.speaker, ": ", ":") // the first one in a cue ends the name
		said := strings.ReplaceAll(name+": "+text, "-->", "-- >")
		return fmt.Sprintf("\n\n%d\n%s --> %s\n%s", l.number, start, end, guard(Inert(said)))
	}
	return "\n" + Clock(l.start) + " " + l.letter + mark + ": " + text
}

// cue is when a cue begins and ends: always later, as players ask.
func (l line) cue(point string) (start, end string) {
	const most = 100*3600*1000 - 1 // as there are two digits for the hours
	milliseconds := func(seconds float64) int {
		if !(seconds > 0) {
			return 0
		}
		return int(min(seconds*1000+0.5, most))
	}
	from := min(milliseconds(l.start), most-1)
	to := max(milliseconds(l.end), from+1)
	write := func(ms int) string {
		return fmt.Sprintf("%02d:%02d:%02d%s%03d", ms/3600_000, ms/60_000%60, ms/1000%60, point, ms%1000)
	}
	return write(from), write(to)
}

// literal keeps Markdown from taking a text for its own signs.
func literal(text string) string {
	if !strings.ContainsAny(text, "\\`*_~") {
		return text
	}
	return strings.NewReplacer(`\`, `\\`, "`", "\\`", "*", `\*`, "__", `\_\_`, "~~", `\~\~`).Replace(text)
}

// escaped leaves an angle that closes alone, as several readers do not know its
// escape, but for an arrow.
func escaped(text string) string {
	if !strings.ContainsAny(text, "&<>") {
		return text
	}
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", "-->", "--&gt;").Replace(text)
}

// voice is the tag by which VTT says who speaks. It has no room for attributes,
// and no end that would close it at once.
func voice(name string) string {
	if strings.HasSuffix(name, "-") {
		name += " " // or the tag's end would make it an arrow
	}
	if !strings.ContainsAny(name, "&<>=/") {
		return "<v " + name + ">"
	}
	return "<v " + strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "=", "&#61;", "/", "&#47;").Replace(name) + ">"
}

// voiced measures a line's voice tag, of the kind that carries a name alone.
func voiced(line string) int {
	if !strings.HasPrefix(line, "<v ") {
		return 0
	}
	if end := strings.IndexAny(line[1:], "<>=/\n"); end > 0 && line[1+end] == '>' {
		return end + 2
	}
	return 0
}
