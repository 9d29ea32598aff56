package cli

import (
	"log/slog"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"testing"
)

func TestPercentOf(t *testing.T) {
	for _, row := range []struct {
		live int64
		want int
	}{{0, 400}, {12 << 20, 400}, {64 << 20, 400}, {128 << 20, 200}, {250 << 20, 102}, {1 << 30, 25}, {8 << 30, 25}} {
		if got := percentOf(row.live, 256<<20); got != row.want {
			t.Errorf("%d MB: got %d, want %d", row.live>>20, got, row.want)
		}
	}
}

// TestGarbage has a heap grow, and looks at how far it may go on before the next
// collection.
func TestGarbage(t *testing.T) {
	percent, limit := debug.SetGCPercent(-1), debug.SetMemoryLimit(-1)
	debug.SetGCPercent(percent)
	if percent != 100 {
		t.Skip("GOGC is set")
	}
	p := &program{log: slog.New(slog.DiscardHandler)}
	restore := p.boundMemory()
	heap := []metrics.Sample{{Name: "/gc/heap/live:bytes"}, {Name: "/gc/heap/goal:bytes"}}
	var live [][]byte
	for range 5 {
		live = append(live, make([]byte, 80<<20))
		for range 10 { // what is set after one collection holds for the next
			runtime.GC()
			runtime.Gosched()
		}
		metrics.Read(heap)
		has, goal := int64(heap[0].Value.Uint64()), int64(heap[1].Value.Uint64())
		if goal > has+maxGarbage+(16<<20) {
			t.Errorf("%d MB live: the heap may grow to %d MB", has>>20, goal>>20)
		}
	}
	runtime.KeepAlive(live)
	restore()
	if got := debug.SetGCPercent(percent); got != percent {
		t.Errorf("left: %d percent", got)
	}
	if got := debug.SetMemoryLimit(-1); got != limit {
		t.Errorf("left: %d bytes", got)
	}
}
