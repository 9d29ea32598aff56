// Package nearest finds what somebody meant who misspelt a name.
package nearest

import (
	"strings"

	"github.com/agnivade/levenshtein"
)

// longest is how many bytes a name may have that is like another.
const longest = 100

// Of returns the valid name that is most like name, "" if none is like it, as
// none is like a name of more than 100 bytes.
func Of(name string, valid []string) string {
	if len(name) > longest {
		return ""
	}
	best, least := "", 0.5
	for _, v := range valid {
		distance := float64(levenshtein.ComputeDistance(strings.ToLower(name), v)) / float64(max(len(name), len(v)))
		if distance < least {
			best, least = v, distance
		}
	}
	return best
}
