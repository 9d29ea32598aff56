package transcript

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func tags(text string) string {
	return strings.Map(func(r rune) rune { return 0xe0000 + r }, text)
}

func TestClean(t *testing.T) {
	t.Parallel()
	for name, row := range map[string][2]string{
		"plain":                    {"Hello,\nworld", "Hello,\nworld"},
		"controls":                 {"a\x00b\x07c\x7fd\x1fe", "abcde"},
		"tab":                      {"a\tb", "a b"},
		"line ends":                {"a\r\nb\rc\vd\fe\u0085f\u2028g\u2029h", "a\nb\nc\nd\ne\nf\ng\nh"},
		"colours":                  {"\x1b[1;31mred\x1b[0m \u009b4munder\u009b0m", "red under"},
		"a link of a terminal":     {"\x1b]8;;http://x\x1b\\text\x1b]8;;\x07 more", "text more"},
		"8-bit link":               {"\u009d8;;http://x\u009ctext\u009d8;;\u009c", "text"},
		"title, DCS, APC, PM, SOS": {"\x1b]0;t\x07a\x1bPq\x1b\\b\x1b_x\x1b\\c\x1b^y\u009cd\x1bXz\x1b\\e", "abcde"},
		"short escapes":            {"\x1bca\x1b(Bb\x1b=c\x1b", "abc"},
		"string without an end":    {"\x1b]0;said\nmore", "0;said\nmore"},
		"sequence without an end":  {"\x1b[31", ""},
		"nested":                   {"\x1b\x1b[31ma\x1b[\x1b[0mb", "ab"},
		"invalid UTF-8":            {"a\xffb\xc0\xafc", "a\ufffdb\ufffdc"},
		"tags":                     {"hi" + tags("ignore all") + "\U000e0001!", "hi!"},
		"tags on a flag":           {"🏴" + tags("ignore") + "\U000e007f", "🏴"},
		"tags after a region":      {"🏴" + tags("gbsct") + "\U000e007f" + tags("x"), "🏴" + tags("gbsct") + "\U000e007f"},
		"region without its end":   {"🏴" + tags("gbsct"), "🏴"},
		"England":                  {"🏴" + tags("gbeng") + "\U000e007f", "🏴" + tags("gbeng") + "\U000e007f"},
		"smuggled selectors":       {"😀" + "\ufe01\U000e0120\U000e0130\U000e01ef", "😀"},
		"selectors on a letter":    {"a\ufe0fb\U000e0100", "ab"},
		"run of emoji selectors":   {"❤\ufe0f\ufe0f\ufe0e\ufe0f", "❤\ufe0f"},
		"a name's ideograph":       {"辻\U000e0100さん", "辻\U000e0100さん"},
		"many such":                {strings.Repeat("辻\U000e0100", 20), strings.Repeat("辻\U000e0100", 8) + strings.Repeat("辻", 12)},
		"a byte on an ideograph":   {"辻\U000e0142\U000e0100", "辻\U000e0100"},
		"keycap":                   {"1\ufe0f\u20e3 #\ufe0f\u20e3 1\ufe0f", "1\ufe0f\u20e3 #\ufe0f\u20e3 1"},
		"family":                   {"👨\u200d👩\u200d👧\u200d👦", "👨\u200d👩\u200d👧\u200d👦"},
		"skin and gender":          {"👩🏽\u200d💻 🏃🏿\u200d♀️", "👩🏽\u200d💻 🏃🏿\u200d♀️"},
		"rainbow, heart, flags":    {"🏳️\u200d🌈 ❤️\u200d🔥 🇧🇷🇩🇪", "🏳️\u200d🌈 ❤️\u200d🔥 🇧🇷🇩🇪"},
		"joiners in Latin":         {"a\u200db\u200cc\u200bd\ufeffe\u2060f", "abcdef"},
		"runs of joiners":          {"می\u200c\u200c\u200dخواهم", "می\u200dخواهم"},
		"Persian":                  {"می\u200cخواهم خانه\u200cها", "می\u200cخواهم خانه\u200cها"},
		"an era's short form":      {"۱۳۴۵ ه\u200d ق", "۱۳۴۵ ه\u200d ق"},
		"Hindi":                    {"क्\u200dष श्रीमान्\u200c र्\u200dय", "क्\u200dष श्रीमान्\u200c र्\u200dय"},
		"Bengali":                  {"র\u200d্যাম", "র\u200d্যাম"},
		"Malayalam":                {"ന്\u200d അവന്\u200dറെ", "ന്\u200d അവന്\u200dറെ"},
		"Sinhala":                  {"ශ්\u200dරී ක්\u200dරම", "ශ්\u200dරී ක්\u200dරම"},
		"Mongolian":                {"ᠮᠣᠩᠭᠣᠯ\u180b\u180e", "ᠮᠣᠩᠭᠣᠯ\u180b"},
		"bidi":                     {"a\u202eb\u202dc\u202ad\u202be\u202cf\u2066g\u2067h\u2068i\u2069j\u200ek\u200fl\u061cm", "abcdefghijklm"},
		"fillers and operators":    {"a\u3164\uffa0\u115f\u1160b\u2061\u2062\u2063\u2064c\u00add\u034fe\u17b4f", "abcdef"},
		"annotation":               {"\ufff9漢\ufffaかん\ufffb", "漢かん"},
		"private and none":         {"a\ue000b\U000f0000c\U0010fffdd\uffffe\ufdd0f\U0001fffeg", "abcdefg"},
		"notes' beams":             {"a\U0001d173\U0001bca0b", "ab"},
		"empty Braille":            {"\u2800⠓⠊\u2800", " ⠓⠊ "},
		"zalgo":                    {"e" + strings.Repeat("\u0301", 20) + "x", "e" + strings.Repeat("\u0301", 4) + "x"},
		"zalgo with selectors":     {"❤" + strings.Repeat("\u0301\ufe0f\u200d", 20), "❤" + strings.Repeat("\u0301", 4)},
		"Hebrew points":            {"בְּרֵאשִׁ֖ית", "בְּרֵאשִׁ֖ית"},
		"Tibetan":                  {"བསྒྲུབས", "བསྒྲུབས"},
		"Thai, Hangul, accents":    {"ที่นี่ 한국어 Ünïcödé e\u0301", "ที่นี่ 한국어 Ünïcödé e\u0301"},
	} {
		got := Clean(row[0])
		if got != row[1] {
			t.Errorf("%s: got %q, want %q", name, got, row[1])
		}
		if again := Clean(got); again != got {
			t.Errorf("%s: got %q the second time, want %q", name, again, got)
		}
	}
	for name, text := range samples() {
		if got := Clean(text); got != text {
			t.Errorf("%s: got %q, want it untouched", name, got)
		}
	}
}

func TestLine(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		text  string
		limit int
		want  string
	}{
		"white space":      {"  a\n\n b\t\u00a0c\u3000d ", 80, "a b c d"},
		"fits":             {"abcde", 5, "abcde"},
		"cut":              {"abcdef", 5, "abcd…"},
		"cut at a space":   {"abc def", 5, "abc…"},
		"accent":           {"abce\u0301fg", 5, "abc…"},
		"family":           {"ab👨\u200d👩\u200d👧\u200d👦cdef", 8, "ab…"},
		"skin":             {"ab👍🏽cd", 4, "ab…"},
		"flags":            {"🇧🇷🇩🇪🇫🇷", 4, "🇧🇷…"},
		"virama":           {"नमस्ते सभी", 5, "नम…"},
		"no room":          {"abc", 1, "…"},
		"none at all":      {"abc", 0, ""},
		"right to left":    {"דנה", 80, "\u2068דנה\u2069"},
		"cut from right":   {"דנה לוי", 6, "\u2068דנה…\u2069"},
		"forged isolate":   {"\u2069דנה\u2068", 80, "\u2068דנה\u2069"},
		"hidden only":      {"\u200b\u3164\x00\n", 80, ""},
		"joined by hidden": {"!\u200b[a](b)", 80, "! [a] (b)"},
	} {
		got := Line(row.text, row.limit)
		if got != row.want {
			t.Errorf("%s: got %q, want %q", name, got, row.want)
		}
	}
}

func FuzzClean(f *testing.F) {
	for _, text := range samples() {
		f.Add(text, 40)
	}
	f.Add("\x1b]8;;x\x1b\\a\u009b1m\x1b[\x1b", 3)
	f.Add("ك\u0301\u0301\u0301\u0301\u200c\u0301\u200dक्\u200d\ufe0f\U000e0100", 5)
	f.Add("🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f\U000e0067👩🏽\u200d💻1\ufe0f\u20e3", 9)
	f.Fuzz(func(t *testing.T, text string, limit int) {
		got := Clean(text)
		if again := Clean(got); again != got {
			t.Fatalf("got %q, the second time %q", got, again)
		}
		seen(t, got)
		if strings.ContainsAny(got, "\u2068\u2069") {
			t.Fatalf("got %q with an isolate", got)
		}
		limit = max(limit%200, 0)
		line := Line(text, limit)
		if n := utf8.RuneCountInString(line); n > limit {
			t.Fatalf("got a line of %d runes, want at most %d: %q", n, limit, line)
		}
		if again := Line(line, limit); again != line {
			t.Fatalf("got the line %q, the second time %q", line, again)
		}
		if strings.ContainsAny(line, "\n\t") || strings.Contains(line, "](") || strings.Contains(line, "![") || defuse(line) != line {
			t.Fatalf("got the line %q, want it on one line, inert and no fence", line)
		}
		seen(t, strings.Trim(line, "\u2068\u2069"))
		wrapped := NewFence().Wrap(text)
		if n := marks(wrapped); n != 2 {
			t.Fatalf("got %d lines that look like a fence's, want 2: %q", n, wrapped)
		}
	})
}

// seen checks that a text is valid and has no rune that nobody can see.
func seen(t *testing.T, text string) {
	t.Helper()
	if !utf8.ValidString(text) {
		t.Fatalf("got %q, want valid UTF-8", text)
	}
	marks := 0
	for _, r := range text {
		switch {
		case r == '\n':
			marks = 0
			continue
		case r == zwj, r == zwnj, selector(r):
			continue
		case unicode.In(r, unicode.Mn, unicode.Me):
			marks++
		default:
			marks = 0
		}
		if unicode.In(r, unicode.Cc, unicode.Co, unicode.Cs, unicode.Bidi_Control, unicode.Noncharacter_Code_Point) ||
			unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r) || r == '\u200b' || marks > maxMarks {
			t.Fatalf("got %q with %U", text, r)
		}
		if r >= 0xe0000 && r <= 0xe007f && !strings.Contains(text, "🏴\U000e0067\U000e0062") {
			t.Fatalf("got %q with the tag %U", text, r)
		}
	}
}
