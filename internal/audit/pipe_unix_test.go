//go:build unix

package audit_test

import (
	"path/filepath"
	"syscall"
	"testing"

	"github.com/meetmcp/meetmcp/internal/audit"
)

func TestWhatIsNoFile(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	pipe := filepath.Join(folder, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{folder, pipe, filepath.Join(folder, "nowhere", "audit.jsonl"), ""} {
		if _, err := audit.Open(path, nil); err == nil {
			t.Errorf("%q was opened", path)
		}
	}
}
