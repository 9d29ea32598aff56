// Package nearest finds what somebody meant who misspelt a name.
package nearest

import (
	"strings"

	"github.com/agnivade/levenshtein"
)

// Of returns the valid name that is most like name, "" if none is like it.
func Of(name string, valid []string) string {
	best, least := "", 0.5
	for _, v := range valid {
		distance := float64(levenshtein.ComputeDistance(strings.ToLower(name), v)) / float64(max(len(name), len(v)))
		if distance < least {
			best, least = v, distance
		}
	}
	return best
}
