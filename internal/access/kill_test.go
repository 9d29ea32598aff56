package access_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/meetmcp/meetmcp/client"
	"github.com/meetmcp/meetmcp/internal/access"
	"github.com/meetmcp/meetmcp/internal/accesstest"
)

// issueMany issues tokens and says which: what TestKill kills.
func issueMany(path string) {
	many, err := strconv.Atoi(os.Getenv("TOKENS_MOST"))
	key := accesstest.MasterKey("a", "")
	keys, wrong := access.NewMasterKeys(key)
	file := access.NewTokenFile(path, time.Now)
	for i := 0; err == nil && wrong == nil && i < many; i++ {
		var token access.Token
		if _, token, err = file.Issue(context.Background(), keys, reads(fmt.Sprint(os.Getpid(), "-", i)), client.NewSecret(canary)); err == nil {
			_, err = fmt.Println(token.ID)
		}
	}
	if err == nil {
		err = wrong
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

func issuing(t *testing.T, path string, many int) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	child := exec.CommandContext(t.Context(), program)
	child.Env = append(os.Environ(), "TOKENS_TO_ISSUE="+path, fmt.Sprint("TOKENS_MOST=", many))
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	return child, bufio.NewScanner(out)
}

// TestKill ends processes while they write, and finds all that they said.
func TestKill(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "tokens.json")
	file, keys := access.NewTokenFile(path, time.Now), accesstest.MasterKeys(t, accesstest.MasterKey("a", ""))
	rounds := 20
	if testing.Short() {
		rounds = 5
	}
	said := map[string]bool{}
	for round := range rounds {
		child, lines := issuing(t, path, 1000)
		for n := 0; lines.Scan(); n++ {
			said[lines.Text()] = true
			if n == round%5 {
				if err := child.Process.Kill(); err != nil { // the other lines are those of meanwhile
					t.Fatal(err)
				}
			}
		}
		if child.Wait() == nil {
			t.Fatalf("round %d: the child ended by itself", round)
		}
		all, err := file.List(keys)
		if err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		there := map[string]bool{}
		for _, one := range all {
			there[one.ID] = one.State == access.Valid
		}
		for id := range said {
			if !there[id] {
				t.Errorf("round %d: %s was issued, and is not there", round, id)
			}
		}
	}
}

// TestProcesses has several change the file at once, and one read it.
func TestProcesses(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "tokens.json")
	file, keys := access.NewTokenFile(path, time.Now), accesstest.MasterKeys(t, accesstest.MasterKey("a", ""))
	const processes, each = 4, 25
	var running sync.WaitGroup
	for range processes {
		child, lines := issuing(t, path, each)
		running.Go(func() {
			for lines.Scan() {
				if _, err := file.List(keys); err != nil {
					t.Error(err)
				}
			}
			if err := child.Wait(); err != nil {
				t.Error(err)
			}
		})
	}
	running.Wait()
	if all, err := file.List(keys); err != nil || len(all) != processes*each {
		t.Errorf("got %d tokens, %v, want %d", len(all), err, processes*each)
	}
}
