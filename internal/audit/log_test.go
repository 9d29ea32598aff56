package audit_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/meetmcp/meetmcp/internal/audit"
)

// lines reads a log, in which every line must be whole.
func lines(t *testing.T, path string) (all []audit.Record) {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(raw)) {
		var r audit.Record
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Errorf("%s holds %q: %v", filepath.Base(path), line, err)
		}
		all = append(all, r)
	}
	return all
}

func open(t *testing.T, path string) *audit.Log {
	t.Helper()
	l, err := audit.Open(path, func(err error) { t.Errorf("not written: %v", err) })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return l
}

func TestRecord(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	r := audit.New(&out, func(err error) { t.Error(err) }).Start("", "delete_meeting_data")
	r.Effect, r.RequestID = "destroys", "r1"
	r.Things = audit.Things{BotID: "5f1c8a7e-0000-4000-8000-00000000000A", CalendarID: "a key, or a name", EventID: "5f1c8a7e-0000-4000-8000-000000000001\n"}
	if err := r.Begin(); err != nil {
		t.Error(err)
	}
	r.Decision, r.TraceID = audit.Declined, "4bf92f3577b34da6a3ce929d0e0e4736"
	r.End("tool error")
	at := `{"time":"` + r.Time.Format("2006-01-02T15:04:05.999Z07:00") + `",`
	want := at + `"who":"local","tool":"delete_meeting_data","effect":"destroys","bot_id":"5f1c8a7e-0000-4000-8000-00000000000A","decision":"allowed","outcome":"begun","request_id":"r1"}` + "\n" +
		at + `"who":"local","tool":"delete_meeting_data","effect":"destroys","bot_id":"5f1c8a7e-0000-4000-8000-00000000000A","decision":"declined","outcome":"tool error","request_id":"r1","trace_id":"4bf92f3577b34da6a3ce929d0e0e4736"}` + "\n"
	if out.String() != want {
		t.Errorf("got\n%swant\n%s", out.String(), want)
	}
	var none *audit.Log
	r = none.Start("who", "list_bots")
	if r.End("ok"); r.Begin() != nil || none.Close() != nil {
		t.Error("a log that nobody asked for fails")
	}
}

func TestFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "audit.jsonl")
	if err := os.WriteFile(path, []byte(`{"who":"a crash cut`), 0o644); err != nil {
		t.Fatal(err)
	}
	l := open(t, path)
	l.Start("one", "list_bots").End("ok")
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file's mode is %v, %v, want it the owner's alone", info.Mode(), err)
	}
	raw, err := os.ReadFile(path)
	if err != nil || !strings.HasPrefix(string(raw), `{"who":"a crash cut`+"\n{") {
		t.Errorf("after a line that was cut: %q, %v", raw, err)
	}

	for _, away := range []func() error{
		func() error { return os.Rename(path, path+".1") },
		func() error { return os.Remove(path) },
	} {
		if err := away(); err != nil {
			t.Fatal(err)
		}
		l.Start("two", "list_bots").End("ok")
		if all := lines(t, path); len(all) != 1 || all[0].Who != "two" {
			t.Errorf("in the place of a file that went away there are %+v, want one line", all)
		}
	}
}

// TestRotation renames the file again and again while several processes' worth
// of logs write: each line is whole, and in one of the files.
func TestRotation(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	path := filepath.Join(folder, "audit.jsonl")
	logs := []*audit.Log{open(t, path), open(t, path)}
	const writers, each, turns = 8, 200, 20
	var all sync.WaitGroup
	for i := range writers {
		all.Go(func() {
			for range each {
				logs[i%2].Start("who", "list_bots").End("ok")
			}
		})
	}
	all.Go(func() {
		for turn := range turns {
			if err := os.Rename(path, path+"."+string(rune('a'+turn))); err != nil && !errors.Is(err, os.ErrNotExist) {
				t.Error(err)
			}
		}
	})
	all.Wait()
	files, err := filepath.Glob(path + "*")
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	for _, file := range files {
		count += len(lines(t, file))
	}
	if count != writers*each {
		t.Errorf("%d lines in %d files, want %d", count, len(files), writers*each)
	}
}

// full is a disk that is full now and then.
type full struct {
	out  bytes.Buffer
	room int
}

func (f *full) Write(p []byte) (int, error) {
	n := min(len(p), f.room)
	f.room -= n
	f.out.Write(p[:n])
	if n < len(p) {
		return n, io.ErrShortWrite
	}
	return n, nil
}

func TestFailure(t *testing.T) {
	t.Parallel()
	disk := &full{room: 20}
	told := 0
	l := audit.New(disk, func(error) { told++ })
	for range 2 {
		if l.Start("who", "delete_meeting_data").Begin() == nil {
			t.Error("what could not be written down may begin")
		}
	}
	disk.room = 1000
	if err := l.Start("who", "delete_meeting_data").Begin(); err != nil {
		t.Errorf("once there is room again: %v", err)
	}
	if _, last, ok := strings.Cut(disk.out.String(), "\n"); !ok || told != 2 || !json.Valid([]byte(last)) {
		t.Errorf("wrote %q, told %d times", disk.out.String(), told)
	}
}
