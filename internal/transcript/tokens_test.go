package transcript

import (
	"encoding/base64"
	"encoding/hex"
	"math/rand/v2"
	"strings"
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

func TestTokensNeverBelow(t *testing.T) {
	t.Parallel()
	count := counter(t)
	check := func(name, text string, most float64) {
		real, got := count(text), Tokens(text)
		if got < real || float64(got) > most*float64(real) {
			t.Errorf("%s: got %d tokens, real %d, want at most %.2f times that", name, got, real, most)
		}
	}
	for name, text := range samples() {
		most := 1.8
		if name == "Formal" {
			most = 2.5 // the same endings in French would cost that much
		}
		check(name, text, most)
		check(name+" three times", strings.Repeat(text+"\n", 3), most)
	}
	for name, text := range machinery() {
		check(name, text, 2.3)
	}
	check("English", samples()["English"], 1.25)
	for _, turn := range hour() {
		check("a spoken line", Clock(turn.Start)+" A: "+turn.Text, 1.5)
	}
	check("an hour", Render(hour(), Position{}, 1<<20).Text, 1.25)
	check("nothing", "", 1)
}

func TestTokensOfRandomMixtures(t *testing.T) {
	t.Parallel()
	count := counter(t)
	random := rand.New(rand.NewPCG(1, 2))
	bytes := func(n int) []byte {
		out := make([]byte, n)
		for i := range out {
			out[i] = byte(random.Uint32())
		}
		return out
	}
	uuid := func() string {
		h := hex.EncodeToString(bytes(16))
		return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
	}
	pieces := []func() string{
		uuid,
		func() string { return strings.ToUpper(uuid()) },
		func() string { return base64.StdEncoding.EncodeToString(bytes(24)) },
		func() string { return base64.RawURLEncoding.EncodeToString(bytes(30)) },
		func() string { return hex.EncodeToString(bytes(32)) },
		func() string { return `{"bot_id":"` + uuid() + `","event_uuid":null},` },
		func() string {
			return "https://files.example.com/" + uuid() + ".mp4?sig=" + hex.EncodeToString(bytes(20))
		},
	}
	for _, all := range []map[string]string{samples(), machinery()} {
		for _, text := range all {
			words := strings.Fields(text)
			pieces = append(pieces, func() string {
				i := random.IntN(len(words))
				return strings.Join(words[i:min(len(words), i+12)], " ")
			})
		}
	}
	for range 300 {
		var text strings.Builder
		for range 12 {
			text.WriteString(pieces[random.IntN(len(pieces))]() + []string{" ", "\n", ", "}[random.IntN(3)])
		}
		if got, real := Tokens(text.String()), count(text.String()); got < real {
			t.Errorf("got %d tokens, real %d: %q", got, real, text.String())
		}
	}
}

func TestFenceTokens(t *testing.T) {
	t.Parallel()
	count := counter(t)
	for range 200 {
		if got := NewFence().Wrap(""); count(got) > FenceTokens || Tokens(got) > FenceTokens {
			t.Fatalf("a fence has %d tokens, want at most %d: %s", Tokens(got), FenceTokens, got)
		}
	}
}

// Render adds up its lines, so a text must never come to more than they do.
func FuzzTokens(f *testing.F) {
	for _, text := range samples() {
		f.Add(text, "ok\n")
	}
	f.Add("\x00\x7f\xff\x80", "\u0085\u0301\u20e3\ufe0f")
	f.Fuzz(func(t *testing.T, a, b string) {
		a, b = strings.TrimSpace(a), strings.TrimSpace(b)
		got, most := Tokens(a+"\n"+b), Tokens(a)+Tokens("\n"+b)
		if got > most {
			t.Errorf("got %d tokens for %q and %q together, want at most %d", got, a, b, most)
		}
	})
}

func BenchmarkTokens(b *testing.B) {
	text := Render(hour(), Position{}, 1<<20).Text
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		Tokens(text)
	}
}
