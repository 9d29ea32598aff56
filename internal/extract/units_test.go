package extract

import (
	"slices"
	"strings"
	"testing"
)

func TestSentences(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		language, text string
		want           []string
	}{
		{"en", "It's fine. Is it? Yes!", []string{"It's fine.", "Is it?", "Yes!"}},
		{"en", "Mr. Odell and Dr. Vane paid 3.50 for it. Good.", []string{"Mr. Odell and Dr. Vane paid 3.50 for it.", "Good."}},
		{"en", "J. Pask has, e.g. the form. See example.com for it.", []string{"J. Pask has, e.g. the form.", "See example.com for it."}},
		{"en", "I thought… maybe not. Well... perhaps… Anyway.", []string{"I thought… maybe not.", "Well... perhaps…", "Anyway."}},
		{"en", `"Is it done?" "No."`, []string{`"Is it done?"`, `"No."`}},
		{"en", "one line\nanother line", []string{"one line", "another line"}},
		{"de", "Wir machen auf am 3. Mai. Gut.", []string{"Wir machen auf am 3. Mai.", "Gut."}},
		{"ja", "始めます。いいですか？はい", []string{"始めます。", "いいですか？", "はい"}},
		{"hi", "नमस्ते। चलिए।", []string{"नमस्ते।", "चलिए।"}},
		{"en", "... !!! 👍", nil},
		{"", "", nil},
	} {
		if got := slices.Collect(tongueOf(row.language).sentences(row.text, 100)); !slices.Equal(got, row.want) {
			t.Errorf("%q: got %q, want %q", row.text, got, row.want)
		}
	}
}

// What has no marks is cut in pieces of some words, where clauses begin, and no
// piece is longer than the limit.
func TestPieces(t *testing.T) {
	t.Parallel()
	long := map[string]string{
		"en": strings.Repeat("we looked at the axle and it was straight but the paddles are rotten because of the silt ", 20),
		"ja": strings.Repeat("車軸はまっすぐでしたが羽根板は泥のせいで腐っていました", 20),
		"th": strings.Repeat("เพลาตรงดีแต่ใบพัดผุเพราะโคลน", 40),
		"ko": strings.Repeat("축은 곧았지만 날개판은 진흙 때문에 썩었습니다 ", 30),
		"":   strings.Repeat("a, b ", 300),
	}
	for language, text := range long {
		for _, limit := range []int{1, 2, 5, 30, 150, 10_000} {
			all := slices.Collect(tongueOf(language).sentences(text, limit))
			whole := ""
			for _, piece := range all {
				n := wordsIn(piece)
				if n > limit || limit >= 30 && n > pieceWords*3/2*dense(text) {
					t.Errorf("%s, limit %d: a piece of %d words: %s", language, limit, n, piece)
				}
				whole += piece
			}
			if got, want := strings.ReplaceAll(whole, " ", ""), strings.ReplaceAll(text, " ", ""); got != want {
				t.Errorf("%s, limit %d: pieces lose or change words", language, limit)
			}
		}
	}
	for piece := range tongueOf("en").sentences(long["en"], 150) {
		if first, _, _ := strings.Cut(piece, " "); !slices.Contains([]string{"we", "and", "but", "because"}, first) {
			t.Errorf("%q begins in the middle of a clause", piece)
		}
	}
}
