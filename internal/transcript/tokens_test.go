package transcript

import (
	"testing"

	"github.com/tiktoken-go/tokenizer"
)

func counter(t testing.TB) func(string) int {
	t.Helper()
	codec, err := tokenizer.Get(tokenizer.O200kBase)
	if err != nil {
		t.Fatal(err)
	}
	return func(text string) int {
		n, err := codec.Count(text)
		if err != nil {
			t.Fatalf("count %q: %v", text, err)
		}
		return n
	}
}

func TestMeasure(t *testing.T) {
	count := counter(t)
	for name, text := range samples() {
		real := count(text)
		t.Logf("%-12s %4d est %4d %.2f  per rune %.3f per word %.2f", name, real, Tokens(text), float64(Tokens(text))/float64(real), float64(real)/float64(len([]rune(text))), float64(real)/float64(words(text)))
	}
	for name, text := range machinery() {
		real := count(text)
		t.Logf("M %-12s %4d est %4d %.2f  per rune %.3f", name, real, Tokens(text), float64(Tokens(text))/float64(real), float64(real)/float64(len([]rune(text))))
	}
}
