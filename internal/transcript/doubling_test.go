package transcript

import (
	"fmt"
	"strings"
	"testing"
)

// heavy are texts that are heavy to clean, to look through or to show, each
// repeated as often as it takes.
var heavy = map[string]string{
	"marks with joiners":         "\u0915" + strings.Repeat("\u093e", 50) + strings.Repeat("\u200d", 50),
	"spacing marks":              "\u093e\u200d",
	"joiners":                    "\u200d",
	"control strings":            "\x1bP",
	"control strings in C1":      "\u0090",
	"control strings and words":  "\x1b]0;a \u009d",
	"isolates":                   "\u2068abc ",
	"isolates closed far away":   "\u2068\u2068a\u2069",
	"flags":                      "🇬🇧🇬",
	"ideographs with variants":   "見\U000e0100",
	"pictures left open":         "![",
	"pictures and chat marks":    "![<|a|>",
	"words of orders":            "ignore ai instructions all delete send ",
	"one word of an order":       "ai ",
	"names of tools":             "delete_meeting_x ",
	"words spelled out":          "i g n o r e ",
	"lines of a fence":           "meetingspeech end ",
	"dashes":                     "--- ",
	"sentences of no letter":     "。",
	"ends of sentences":          ". ",
	"one word":                   "a",
	"accents":                    "é́́́́",
	"Chinese":                    "会议记录",
	"quotes of foreign and then": "zwrk qwrt and the of ",
	"addresses":                  "a@b.c x://y ",
}

// BenchmarkDoubling prepares and shows heavy texts of 64 KB to 1 MB: from one
// size to the next, twice the time is right.
func BenchmarkDoubling(b *testing.B) {
	for name, unit := range heavy {
		for size := 64 << 10; size <= 1<<20; size *= 2 {
			text := strings.Repeat(unit, size/len(unit))
			b.Run(fmt.Sprintf("%s/%d", name, size), func(b *testing.B) {
				b.SetBytes(int64(size))
				for range b.N {
					turns, err := Prepare(b.Context(), []Turn{{Speaker: "Ana", Text: text}})
					if err != nil {
						b.Fatal(err)
					}
					for _, format := range []Format{Text, Markdown, VTT} {
						RenderAs(format, turns, Position{}, 6000)
					}
				}
			})
		}
	}
}
