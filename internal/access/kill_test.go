package access_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
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

// TestProcesses has several change the file at once, each by a name of its own,
// and one read it.
func TestProcesses(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		about string
		links [][2]string // what leads where, "/" being the test's folder
		names []string    // by which the file is changed
	}{
		{"one name", nil, []string{"tokens.json", "tokens.json", "./tokens.json", "x/../tokens.json"}},
		{"a link", [][2]string{{"link.json", "/tokens.json"}}, []string{"tokens.json", "link.json"}},
		{"a relative link", [][2]string{{"link.json", "tokens.json"}}, []string{"tokens.json", "link.json"}},
		{"a link in another folder", [][2]string{{"x/link.json", "../tokens.json"}}, []string{"tokens.json", "x/link.json", "x/../x/link.json"}},
		{"a chain of links", [][2]string{{"c.json", "x/b.json"}, {"x/b.json", "./a.json"}, {"x/a.json", "/tokens.json"}}, []string{"tokens.json", "x/a.json", "x/b.json", "c.json"}},
		{"a folder that is a link", [][2]string{{"folder", "/x/y"}, {"tokens.json", "folder/tokens.json"}}, []string{"x/y/tokens.json", "folder/tokens.json", "tokens.json"}},
		{"a folder above one that is a link", [][2]string{{"folder", "x/y"}, {"link.json", "folder/../tokens.json"}}, []string{"x/tokens.json", "folder/../tokens.json", "link.json"}},
		{"links to a folder that is not there", [][2]string{{"one.json", "new/tokens.json"}, {"two.json", "/new/tokens.json"}}, []string{"one.json", "two.json"}},
	} {
		t.Run(row.about, func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			if err := os.MkdirAll(filepath.Join(folder, "x", "y"), 0o700); err != nil {
				t.Fatal(err)
			}
			for _, link := range row.links {
				to := link[1]
				if filepath.IsAbs(to) {
					to = folder + to
				}
				if err := os.Symlink(to, filepath.Join(folder, link[0])); err != nil {
					t.Fatal(err)
				}
			}
			keys := accesstest.MasterKeys(t, accesstest.MasterKey("a", ""))
			const processes, each = 4, 15
			var running sync.WaitGroup
			for i := range processes {
				path := folder + "/" + row.names[i%len(row.names)]
				child, lines := issuing(t, path, each)
				running.Go(func() {
					for lines.Scan() {
						if _, err := access.NewTokenFile(path, time.Now).List(keys); err != nil {
							t.Error(err)
						}
					}
					if err := child.Wait(); err != nil {
						t.Error(err)
					}
				})
			}
			running.Wait()
			for _, name := range row.names {
				if all, err := access.NewTokenFile(folder+"/"+name, time.Now).List(keys); err != nil || len(all) != processes*each {
					t.Errorf("%s: got %d tokens, %v, want %d", name, len(all), err, processes*each)
				}
			}
			for _, link := range row.links {
				if info, err := os.Lstat(filepath.Join(folder, link[0])); err != nil || info.Mode().Type() != os.ModeSymlink {
					t.Errorf("%s is no link any more: %v, %v", link[0], info, err)
				}
			}
		})
	}
}

// TestNames is about names of a token file by which it is not changed.
func TestNames(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	keys, key := accesstest.MasterKeys(t, accesstest.MasterKey("a", "")), client.NewSecret(canary)
	file := func(name string) *access.TokenFile { return access.NewTokenFile(filepath.Join(folder, name), time.Now) }
	accesstest.Issue(t, file("tokens.json"), keys, reads("one"), key)
	for _, link := range [][2]string{{"round.json", "again.json"}, {"again.json", "round.json"}} {
		if err := os.Symlink(link[0], filepath.Join(folder, link[1])); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := file("round.json").Issue(t.Context(), keys, reads("two"), key); err == nil || !strings.Contains(err.Error(), "round.json: its name leads through too many links, or in a circle") {
		t.Errorf("got %v, want the circle of links named", err)
	}

	if runtime.GOOS == "windows" {
		return // where the names of a file are not counted
	}
	if err := os.Link(filepath.Join(folder, "tokens.json"), filepath.Join(folder, "hard.json")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"tokens.json", "hard.json"} {
		if _, err := file(name).Revoke(t.Context(), "one"); err == nil || !strings.Contains(err.Error(), name+": 2 names are hard links to it") {
			t.Errorf("%s: got %v, want the change refused", name, err)
		}
		if all, err := file(name).List(keys); err != nil || len(all) != 1 || all[0].State != access.Valid {
			t.Errorf("%s: got %v, %v, want the list as it was", name, all, err)
		}
	}
	if err := os.Remove(filepath.Join(folder, "hard.json")); err != nil {
		t.Fatal(err)
	}
	if _, err := file("tokens.json").Revoke(t.Context(), "one"); err != nil {
		t.Errorf("with one name again: %v", err)
	}
}
