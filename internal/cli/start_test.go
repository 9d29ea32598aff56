package cli_test

import (
	"bufio"
	"io"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const hello = `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"bench","version":"1"}}}` + "\n"

// BenchmarkStart times a process from its start to its answer to initialize,
// beside a bare server of the library's.
func BenchmarkStart(b *testing.B) {
	dir := b.TempDir()
	programs := []struct {
		name, source string
		args         []string
	}{
		{"bare", "./testdata/bare", nil},
		{"ours", "../..", []string{"stdio", "--sandbox"}},
	}
	for _, p := range programs {
		build := exec.Command("go", "build", "-o", filepath.Join(dir, p.name), p.source)
		if out, err := build.CombinedOutput(); err != nil {
			b.Fatalf("build %s: %v\n%s", p.source, err, out)
		}
	}
	for _, p := range programs {
		b.Run(p.name, func(b *testing.B) {
			for b.Loop() {
				start(b, exec.Command(filepath.Join(dir, p.name), p.args...))
			}
		})
	}
}

func start(b *testing.B, process *exec.Cmd) {
	in, err := process.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := process.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := process.Start(); err != nil {
		b.Fatal(err)
	}
	if _, err := io.WriteString(in, hello); err != nil {
		b.Fatal(err)
	}
	answer, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || !strings.Contains(answer, "serverInfo") {
		b.Fatalf("initialize was answered %q, %v", answer, err)
	}
	b.StopTimer()
	if err := in.Close(); err != nil {
		b.Fatal(err)
	}
	if err := process.Wait(); err != nil {
		b.Fatal(err)
	}
	b.StartTimer()
}
