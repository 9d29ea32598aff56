package words_test

import (
	"slices"
	"testing"

	"github.com/meetmcp/meetmcp/internal/words"
)

func TestSubjects(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		language, text string
		want           []string
	}{
		{"en", "We should have replaced the rotten paddles", []string{"replac", "rotten", "paddl"}},
		{"de", "Die Paddel sind verfault", []string{"paddel", "verfault"}},
		{"ja", "車軸はまっすぐでした。値段は?", []string{"車軸", "値段"}},
		{"ja", "墨と白のパッキン", []string{"墨", "白", "パッ", "ッキ", "キン"}},
		{"zh", "我们讨论了预算的问题", []string{"讨论", "预算", "问题"}},
		{"ko", "예산을 다시 보고합니다", []string{"예산", "다시", "보고", "고합", "합니"}},
		{"th", "งบ", []string{"งบ"}},
		{"en", "", nil},
	} {
		var got []string
		words.NewLexicon(row.language).Subjects(words.Plain(row.text), func(term string) { got = append(got, term) })
		if !slices.Equal(got, row.want) {
			t.Errorf("%s %q: got %q, want %q", row.language, row.text, got, row.want)
		}
	}
}

func TestSelective(t *testing.T) {
	t.Parallel()
	for language, want := range map[string]bool{"en": true, "ja": true, "zh": true, "ko": false, "pl": false, "": false} {
		if got := words.NewLexicon(language).Selective(); got != want {
			t.Errorf("%q: selective %v, want %v", language, got, want)
		}
	}
}
