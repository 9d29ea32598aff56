//go:build !linux

package doublings

import (
	"testing"
	"time"
)

// spent is how long do takes.
func spent(_ *testing.B, do func()) time.Duration {
	began := time.Now()
	do()
	return time.Since(began)
}
