package transcript

import (
	"math"
	"slices"
	"testing"
)

func TestJoinWords(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		words []string
		want  string
	}{
		{nil, ""},
		{[]string{"Hello", " world", "", " "}, "Hello world"},
		{[]string{"Hello", ",", "world", "!", "Fine", "."}, "Hello, world! Fine."},
		{[]string{"(", "yes", ")", "50", "%", "…"}, "(yes) 50%…"},
		{[]string{"¿", "Qué", "?"}, "¿Qué?"},
		{[]string{"don't", "-", "stop"}, "don't - stop"},
		{[]string{"我们", "下个月", "，", "再", "说", "。"}, "我们下个月，再说。"},
		{[]string{"用", "Kafka", "吗", "？"}, "用 Kafka 吗？"},
		{[]string{"リリース", "の", "日程"}, "リリースの日程"},
		{[]string{"สวัสดี", "ครับ"}, "สวัสดีครับ"},
		{[]string{"제", "목소리"}, "제 목소리"},
		{[]string{"हाँ", "।", "ठीक"}, "हाँ। ठीक"},
		{[]string{"نعم", "؟"}, "نعم؟"},
	} {
		if got := JoinWords(row.words); got != row.want {
			t.Errorf("%q: got %q, want %q", row.words, got, row.want)
		}
	}
}

func TestClock(t *testing.T) {
	t.Parallel()
	for seconds, want := range map[float64]string{
		0: "0:00", 5.9: "0:05", 61: "1:01", 3599.99: "59:59", 3600: "1:00:00", 36061: "10:01:01", -3: "0:00",
		math.NaN(): "0:00", math.Inf(1): "596523:14:07",
	} {
		if got := Clock(seconds); got != want {
			t.Errorf("%v: got %s, want %s", seconds, got, want)
		}
	}
}

func TestWords(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		"": 0, " — … ": 0, "Hello, world!": 2, "don't stop": 2, "twenty-one 3.5": 2,
		"我们下个月再说。": 7, "用 Kafka 吗": 3, "สวัสดีครับ": 3, "제 목소리": 2,
	} {
		if got := Words([]Turn{{Text: text}}); got != want {
			t.Errorf("%q: got %d words, want %d", text, got, want)
		}
	}
}

func TestTalkTime(t *testing.T) {
	t.Parallel()
	got := TalkTime([]Turn{
		{Index: 0, Speaker: "Ana", Start: 0, End: 2, Lang: "", Text: "Hello there."},
		{Index: 1, Speaker: "Bob\x1b[1m\n", Start: 2, End: 12, Lang: "", Text: "A long story."},
		{Index: 2, Speaker: "Ana\u200b", Start: 12, End: 13, Lang: "", Text: "Yes."},
		{Index: 3, Speaker: "", Start: 20, End: 0, Lang: "", Text: "Who is it?"},
	})
	want := []Speaking{{"Bob", 10, 3, 1}, {"Ana", 3, 3, 2}, {"unknown speaker", 0, 3, 1}}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
