package cli

import (
	"fmt"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

func (p *program) printJSON(value any) error {
	if err := json.MarshalWrite(p.out, value, jsontext.WithIndent("  ")); err != nil {
		return fmt.Errorf("print JSON: %w", err)
	}
	_, err := fmt.Fprintln(p.out)
	return err
}

func (p *program) bold(text string) string { return p.tint("1", text) }

// tint colours text on a terminal; code is as in ANSI's "select graphic rendition".
func (p *program) tint(code, text string) string {
	if !p.OutColor {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

// wrap breaks text into lines of at most width, each after indent.
func wrap(text string, width int, indent string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		at := 0
		for _, word := range strings.Fields(line) {
			switch {
			case at == 0:
				b.WriteString(indent)
			case at+1+len(word) > width:
				b.WriteString("\n" + indent)
				at = 0
			default:
				b.WriteString(" ")
				at++
			}
			b.WriteString(word)
			at += len(word)
		}
		b.WriteString("\n")
	}
	return b.String()
}

// row is a name and what it means, which may go over several lines.
func row(name, effect string, width int) string {
	indent := strings.Repeat(" ", width)
	return fmt.Sprintf("  %-*s", width-2, name) + strings.TrimPrefix(wrap(effect, 70, indent), indent)
}
