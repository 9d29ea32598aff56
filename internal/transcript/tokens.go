package transcript

import "unicode/utf8"

// Tokens estimates from above how many tokens of o200k_base a text has.
func Tokens(text string) int {
	return (len(text) + 2*utf8.RuneCountInString(text) + 5) / 6
}
