package main

import (
	"strings"
	"unicode"

	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/porter"

	"github.com/meetmcp/meetmcp/internal/words"
)

// rouge is how much two texts have in common, each from 0 to 1: the F1 of their
// words, of their pairs of words, of their longest common subsequence, and of
// that sentence by sentence.
type rouge struct{ one, two, long, longSum float64 }

func compare(text, gold string) rouge {
	a, b := tokens(text), tokens(gold)
	return rouge{
		one:     common(grams(a, 1), grams(b, 1)),
		two:     common(grams(a, 2), grams(b, 2)),
		long:    f1(len(subsequence(b, a)), len(a), len(b)),
		longSum: bySentence(text, gold),
	}
}

// tokens are the words in small letters, those of more than three letters
// stemmed. Of unspaced scripts each character is one.
func tokens(text string) []string {
	var all []string
	start := -1
	text = strings.ToLower(text)
	flush := func(end int) {
		if start >= 0 {
			all = append(all, stem(text[start:end]))
			start = -1
		}
	}
	for i, r := range text {
		switch {
		case words.Unspaced(r):
			flush(i)
			all = append(all, string(r))
		case !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.IsMark(r):
			flush(i)
		case start < 0:
			start = i
		}
	}
	flush(len(text))
	return all
}

func stem(word string) string {
	if len(word) <= 3 {
		return word
	}
	env := snowballstem.NewEnv(word)
	porter.Stem(env)
	return env.Current()
}

func grams(tokens []string, n int) map[string]int {
	count := map[string]int{}
	for i := n; i <= len(tokens); i++ {
		count[strings.Join(tokens[i-n:i], " ")]++
	}
	return count
}

func common(a, b map[string]int) float64 {
	both, inA, inB := 0, 0, 0
	for gram, n := range a {
		both += min(n, b[gram])
		inA += n
	}
	for _, n := range b {
		inB += n
	}
	return f1(both, inA, inB)
}

func f1(both, a, b int) float64 {
	if both == 0 {
		return 0
	}
	return 2 * float64(both) / float64(a+b)
}

// subsequence answers which places of gold are in the longest subsequence that
// it has in common with the text.
func subsequence(gold, text []string) []int {
	table := make([][]int, len(gold)+1)
	table[0] = make([]int, len(text)+1)
	for i, word := range gold {
		table[i+1] = make([]int, len(text)+1)
		for j := range text {
			if word == text[j] {
				table[i+1][j+1] = table[i][j] + 1
			} else {
				table[i+1][j+1] = max(table[i+1][j], table[i][j+1])
			}
		}
	}
	var places []int
	for i, j := len(gold), len(text); i > 0 && j > 0; {
		switch {
		case gold[i-1] == text[j-1]:
			i, j = i-1, j-1
			places = append(places, i)
		case table[i][j-1] > table[i-1][j]:
			j--
		default:
			i--
		}
	}
	return places
}

// bySentence counts, of each sentence of gold, the words that are in a
// subsequence with any sentence of the text, each word of the text once.
func bySentence(text, gold string) float64 {
	said, wanted := sentences(text), sentences(gold)
	left := grams(tokens(text), 1)
	both := 0
	for _, sentence := range wanted {
		in := make([]bool, len(sentence))
		for _, other := range said {
			for _, place := range subsequence(sentence, other) {
				in[place] = true
			}
		}
		for place, word := range sentence {
			if in[place] && left[word] > 0 {
				left[word]--
				both++
			}
		}
	}
	return f1(both, len(tokens(text)), len(tokens(gold)))
}

func sentences(text string) [][]string {
	var all [][]string
	start := 0
	add := func(end int) {
		if words := tokens(text[start:end]); len(words) > 0 {
			all = append(all, words)
		}
		start = end
	}
	for i, r := range text {
		if r == '\n' || unicode.IsSpace(r) && i > 0 && strings.ContainsAny(text[i-1:i], ".?!") {
			add(i)
		}
	}
	add(len(text))
	return all
}
