package doublings

import (
	"runtime"
	"syscall"
	"testing"
	"time"
)

const rusageThread = 1 // RUSAGE_THREAD of Linux

// spent is how long do keeps one processor busy, whatever else runs beside it.
func spent(b *testing.B, do func()) time.Duration {
	b.Helper()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	used := func() time.Duration {
		var u syscall.Rusage
		if err := syscall.Getrusage(rusageThread, &u); err != nil {
			b.Fatal(err)
		}
		return time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	before := used()
	do()
	return used() - before
}
