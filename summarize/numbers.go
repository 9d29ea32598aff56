package summarize

import (
	"math"
	"strconv"
	"strings"

	"github.com/meetmcp/meetmcp/internal/words"
)

// quantity is a number that somebody says or writes, and of what.
type quantity struct {
	value float64
	unit  string // "" when none is said
	shown string // as it stands
	weak  bool   // may be no number at all: one, both, first
}

// quantities finds the numbers of a text: digits in every language, and words
// in those whose numerals are known.
func (c *Checker) quantities(text, language string) []quantity {
	k := counter{numerals: c.numeralsOf(language), text: text, tokens: tokensOf(text)}
	var found []quantity
	for k.at < len(k.tokens) {
		k.start = k.at
		value, ok := k.han()
		if !ok {
			value, ok = k.number()
		}
		if !ok {
			k.at = k.start + 1
			continue
		}
		q := quantity{value: value, shown: text[k.tokens[k.start].start:k.tokens[k.at-1].end]}
		q.weak = k.at == k.start+1 && k.doubtful[k.tokens[k.start].fold]
		var factor float64
		q.unit, factor = k.unit()
		q.value *= factor
		found = append(found, q)
	}
	return found
}

func (c *Checker) numeralsOf(language string) *numerals {
	if c.numerals[language] == nil {
		c.numerals[language] = newNumerals(language)
	}
	return c.numerals[language]
}

// counter reads numbers from a place in a text on.
type counter struct {
	*numerals
	text      string
	tokens    []token
	start, at int
}

// next is the word at the place, "" when it is parted from those before.
func (k *counter) next() string {
	if k.at >= len(k.tokens) || k.at > k.start && k.tokens[k.at].before != joined {
		return ""
	}
	return k.tokens[k.at].fold
}

// take goes on when the word at the place is one of a kind.
func (k *counter) take(kind map[string]bool) bool {
	if !kind[k.next()] {
		return false
	}
	k.at++
	return true
}

// number reads hundreds, times a scale, and on with smaller ones.
func (k *counter) number() (total float64, ok bool) {
	for limit := math.Inf(1); ; {
		before := k.at
		if ok {
			k.take(k.and)
		}
		part, read := k.hundreds()
		if !read && (ok || k.scale[k.next()] == 0) {
			k.at = before
			return total, ok
		}
		if !read {
			part = 1
		}
		part += k.rest()
		if factor := k.scale[k.next()]; factor > 0 && factor < limit {
			k.at++
			total, limit, ok = total+part*factor, factor, true
			continue
		}
		if part >= limit {
			k.at = before
			return total, ok
		}
		return total + part, true
	}
}

// hundreds reads digits, or a number in words that is below a thousand as a rule.
func (k *counter) hundreds() (float64, bool) {
	if value, ok := digits(k.next()); ok {
		k.at++
		return value, true
	}
	before := k.at
	if value := k.fraction[k.next()]; value > 0 { // half a million
		k.at++
		if end := k.at; k.take(k.article) && k.scale[k.next()] == 0 {
			k.at = end
		}
		return value, true
	}
	if k.take(k.article) {
		switch {
		case k.scale[k.next()] > 0:
			return 1, true
		case !k.hundred[k.next()]:
			k.at = before
		}
	}
	value, ok := k.tens()
	if (!ok || value < 100) && k.take(k.hundred) {
		if !ok {
			value = 1
		}
		value, ok = value*100, true
	}
	if value < 100 || math.Mod(value, 100) != 0 {
		return value, ok
	}
	before = k.at
	k.take(k.and)
	if rest, more := k.tens(); more && rest < 100 {
		return value + rest, true
	}
	k.at = before
	return value, ok
}

// tens reads a word for a number, and a unit behind a ten.
func (k *counter) tens() (float64, bool) {
	value, ok := k.value(k.next())
	if !ok {
		return 0, false
	}
	k.at++
	if value == 4 && k.language == "fr" && strings.HasPrefix(k.next(), "vingt") {
		k.at++
		value = 80
	}
	if value < 20 || value > 90 || math.Mod(value, 10) != 0 {
		return value, true
	}
	most := 10.0
	if k.language == "fr" && (value == 60 || value == 80) {
		most = 20
	}
	before := k.at
	k.take(k.link)
	if unit, more := k.value(k.next()); more && unit > 0 && unit < most {
		k.at++
		return value + unit, true
	}
	k.at = before
	return value, true
}

// rest reads what stands behind the point, or a half that is added.
func (k *counter) rest() float64 {
	before := k.at
	if k.at > k.start && k.take(k.point) {
		spelled := ""
		for value, ok := k.value(k.next()); ok && value < 100 && (spelled == "" || value < 10); value, ok = k.value(k.next()) {
			k.at++
			spelled += strconv.Itoa(int(value))
		}
		if value, err := strconv.ParseFloat("0."+spelled, 64); err == nil && spelled != "" {
			return value
		}
	}
	k.at = before
	if k.at > k.start && k.take(k.and) {
		k.take(k.article)
		if value := k.fraction[k.next()]; value > 0 {
			k.at++
			return value
		}
	}
	k.at = before
	return 0
}

// digits reads a number in digits, as 3.5 and 3,5, or with what hangs on it:
// 21st.
func digits(word string) (float64, bool) {
	if word == "" || !words.Digit(word[0]) {
		return 0, false
	}
	word = strings.TrimRight(word, "abcdefghijklmnopqrstuvwxyzµ")
	value, err := strconv.ParseFloat(strings.ReplaceAll(word, ",", "."), 64)
	return value, err == nil
}

// han reads a number in ideographs, digits among them: 三十五, 3万.
func (k *counter) han() (total float64, ok bool) {
	section, digit, ideographs := 0.0, 0.0, 0
	value := -1.0
	for ; k.at < len(k.tokens) && (k.at == k.start || k.tokens[k.at].before == joined); k.at++ {
		fold := k.tokens[k.at].fold
		n, ten := ideograph(fold)
		switch number, isDigits := digits(fold); {
		case n == 0 && ten == 0 && fold != "〇" && fold != "零":
			if !isDigits || k.at > k.start && value != -1 {
				return k.ideographs(total+section+max(digit, 0), ideographs)
			}
			digit = number
			continue
		case ten == 0 && value >= 0: // 二五
			digit = digit*10 + n
		case ten == 0:
			digit = n
		case ten < 10000:
			section += max(digit, 1) * ten
			digit = 0
		default:
			total += max(section+digit, 1) * ten
			section, digit = 0, 0
		}
		value = n
		if ten > 0 {
			value = -1
		}
		ideographs++
	}
	return k.ideographs(total+section+digit, ideographs)
}

// ideographs gives up a number that has none, for it to be read as others are.
func (k *counter) ideographs(value float64, n int) (float64, bool) {
	if n == 0 {
		k.at = k.start
	}
	return value, n > 0
}

// ideograph answers the digit that one stands for, or the power of ten.
func ideograph(fold string) (digit, ten float64) {
	if i := strings.Index("一二三四五六七八九", fold); i >= 0 && len(fold) == 3 {
		return float64(i/3 + 1), 0
	}
	switch fold {
	case "两", "兩":
		return 2, 0
	case "十":
		return 0, 10
	case "百":
		return 0, 100
	case "千":
		return 0, 1000
	case "万", "萬":
		return 0, 1e4
	case "億", "亿":
		return 0, 1e8
	}
	return 0, 0
}

// sameNumber reports two words for one number: 12 and twelve.
func (c *Checker) sameNumber(a, b token) bool {
	if a.mark&b.mark&numeral == 0 {
		return false
	}
	x, y := c.quantities(a.fold, c.language), c.quantities(b.fold, c.language)
	return len(x) == 1 && len(y) == 1 && x[0].value == y[0].value
}
