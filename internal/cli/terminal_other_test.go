//go:build !linux

package cli_test

import (
	"os"
	"testing"
)

// terminal has none to offer.
func terminal(*testing.T) (person, program *os.File) { return nil, nil }
