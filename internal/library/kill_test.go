package library

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// fill puts meetings into a library for ever, and says which it has kept: what
// TestKill kills.
func fill(path string) {
	ctx := context.Background()
	l, err := Open(ctx, path, Bounds{})
	for i := 0; err == nil; i++ {
		bot := fmt.Sprint(os.Getenv("LIBRARY_ROUND"), "-", i%7)
		if err = l.Tenant("a").Put(ctx, Meeting{BotID: bot, Turns: said(madeUp(i), madeUp(i+1), "The password is swordfish"+os.Getenv("LIBRARY_ROUND"))}); err == nil {
			_, err = fmt.Println(bot)
		}
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func TestKill(t *testing.T) {
	t.Parallel()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	path, ctx := filepath.Join(t.TempDir(), "library.db"), context.Background()
	rounds := 50
	if testing.Short() {
		rounds = 5
	}
	for round := range rounds {
		child := exec.Command(program)
		child.Env = append(os.Environ(), "LIBRARY_TO_FILL="+path, fmt.Sprint("LIBRARY_ROUND=", round))
		var complaint strings.Builder
		child.Stderr = &complaint
		out, err := child.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		stuck := time.AfterFunc(time.Minute, func() { child.Process.Kill() })
		kept := map[string]bool{}
		for lines := bufio.NewScanner(out); lines.Scan(); {
			kept[lines.Text()] = true
			if len(kept) == 1+round%7 {
				// the pipe's other lines are those of what was kept meanwhile
				if err := child.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
		}
		stuck.Stop()
		if child.Wait() == nil || len(kept) == 0 {
			t.Fatalf("round %d: the child ended by itself: %s", round, complaint.String())
		}
		l, err := Open(ctx, path, Bounds{})
		if err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		consistent(t, l)
		got := map[string]bool{}
		for _, h := range found(t, l.Tenant("a"), Query{Text: fmt.Sprint("swordfish", round), Limit: 50}).Hits {
			got[h.Meeting.BotID] = true
		}
		for bot := range kept {
			if !got[bot] {
				t.Errorf("round %d: %s was kept, and is not found", round, bot)
			}
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
