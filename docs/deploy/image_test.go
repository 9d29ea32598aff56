package deploy_test

import (
	"bytes"
	"context"
	"debug/elf"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/redis/go-redis/v9"
)

// instructions reads a Dockerfile: each instruction and what it is given.
func instructions(t *testing.T) [][2]string {
	t.Helper()
	raw, err := os.ReadFile("../../Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	var all [][2]string
	for line := range strings.Lines(strings.ReplaceAll(string(raw), "\\\n", "")) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			name, rest, _ := strings.Cut(line, " ")
			all = append(all, [2]string{name, strings.TrimSpace(rest)})
		}
	}
	return all
}

// of are the arguments of an instruction, in its order.
func of(name string, all [][2]string) (found []string) {
	for _, one := range all {
		if one[0] == name {
			found = append(found, one[1])
		}
	}
	return found
}

// run runs a program as a container does that is given no input.
func run(t *testing.T, env []string, program string, args ...string) (code int, out, errOut string) {
	t.Helper()
	var o, e bytes.Buffer
	c := exec.CommandContext(t.Context(), program, args...)
	c.Env, c.Stdout, c.Stderr = append([]string{"HOME=" + t.TempDir()}, env...), &o, &e
	var exit *exec.ExitError
	if err := c.Run(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return c.ProcessState.ExitCode(), o.String(), e.String()
}

// TestImage builds what the image has, in a clone and by the Dockerfile's own
// command, and runs it as containers do.
func TestImage(t *testing.T) {
	t.Parallel()
	all := instructions(t)
	last := all[slices.IndexFunc(all, func(one [2]string) bool { return one[0] == "FROM" && !strings.Contains(one[1], " AS ") }):]
	if got := of("FROM", last); len(got) != 1 || !strings.Contains(got[0], "/distroless/static-") {
		t.Errorf("the image is made from %q", got)
	}
	if got := of("USER", last); len(got) != 1 || !regexp.MustCompile(`^[1-9]\d*:[1-9]\d*$`).MatchString(got[0]) {
		t.Errorf("the image runs as %q, want a number, which hosts that refuse root ask for", got)
	}
	if got := of("ENTRYPOINT", last); !slices.Equal(got, []string{`["/meetmcp"]`}) || of("CMD", last) != nil {
		t.Errorf("the image runs %q %q, want the program without a command", got, of("CMD", last))
	}
	const command = "make build OUT=/meetmcp"
	if got := of("RUN", all); !slices.Contains(got, command) {
		t.Fatalf("the image is built by %q, want %q", got, command)
	}

	if out, err := exec.Command("git", "-C", "../..", "rev-parse", "HEAD").CombinedOutput(); err != nil {
		t.Skipf("this is no clone, so that the image's version is not tested: %s", out)
	}
	folder := t.TempDir()
	git := func(args ...string) string {
		t.Helper()
		out, err := exec.Command("git", args...).CombinedOutput()
		if err != nil {
			t.Fatalf("git %v: %v: %s", args, err, out)
		}
		return strings.TrimSpace(string(out))
	}
	commit := git("-C", "../..", "rev-parse", "HEAD")
	source, program := filepath.Join(folder, "source"), filepath.Join(folder, "meetmcp")
	git("clone", "-q", "../..", source)
	if left := git("-C", source, "ls-files", "-c", "-i", "-X", ".dockerignore"); left != "" {
		t.Errorf("git has what .dockerignore leaves out, so that the image would be of a changed commit: %s", left)
	}
	build := exec.Command("sh", "-c", strings.Replace(command, "/meetmcp", program, 1))
	build.Dir = source
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v: %s", command, err, out)
	}
	var env []string
	for _, pairs := range of("ENV", last) {
		env = append(env, strings.Fields(pairs)...)
	}
	if _, out, _ := run(t, env, program, "version"); !strings.Contains(out, "\ncommit "+commit+"\n") || !regexp.MustCompile(`^meetmcp v\d`).MatchString(out) {
		t.Errorf("got %s, want a version and the commit %s", out, commit)
	}
	for _, row := range []struct {
		args   string
		env    []string
		code   int
		errOut string
	}{
		{"", nil, 2, "meetmcp stdio "},
		{"", nil, 2, "meetmcp serve --auth key "},
		{"serve", nil, 2, "with --auth key or --auth token"},
		{"serve --check", composed(t, "replica-1").environment(), 1, "the server does not answer"},
		{"demo", nil, 0, ""},
	} {
		if code, out, errOut := run(t, append(env, row.env...), program, strings.Fields(row.args)...); code != row.code || !strings.Contains(errOut, row.errOut) {
			t.Errorf("%s: got %d, %s, %s, want %d, %q", row.args, code, out, errOut, row.code, row.errOut)
		}
	}
	file, err := elf.Open(program)
	if err != nil {
		t.Skipf("this is no Linux: %v", err)
	}
	defer file.Close()
	if slices.ContainsFunc(file.Progs, func(p *elf.Prog) bool { return p.Type == elf.PT_INTERP }) {
		t.Error("the binary needs libraries, which the image does not have")
	}
}

// service is what compose.yaml says of one.
type service struct {
	Build, Image, Restart, User string
	Command                     []string
	ReadOnly                    bool     `yaml:"read_only"`
	CapDrop                     []string `yaml:"cap_drop"`
	CapAdd                      []string `yaml:"cap_add"`
	SecurityOpt                 []string `yaml:"security_opt"`
	PidsLimit                   int      `yaml:"pids_limit"`
	MemLimit                    string   `yaml:"mem_limit"`
	CPUs                        float64  `yaml:"cpus"`
	StopGracePeriod             string   `yaml:"stop_grace_period"`
	Tmpfs, Volumes, Ports       []string
	Environment                 map[string]string
	Logging                     struct {
		Driver  string
		Options map[string]string
	}
	Networks map[string]struct {
		Address string `yaml:"ipv4_address"`
	}
	Healthcheck struct {
		Test              []string
		Interval, Timeout string
		StartPeriod       string `yaml:"start_period"`
		Retries           int
	}
	DependsOn map[string]struct{ Condition string } `yaml:"depends_on"`
}

// environment is what a container is given, with something for what .env has.
func (s service) environment() (env []string) {
	for name, value := range s.Environment {
		value = strings.NewReplacer("${PUBLIC_URL:?}", "https://mcp.example.org", "${MASTER_KEYS:?}", "a:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=").Replace(value)
		env = append(env, name+"="+value)
	}
	return env
}

type composition struct {
	Name     string
	Services map[string]service
	Networks map[string]struct {
		Internal bool
		IPAM     any `yaml:"ipam"`
	}
	Volumes map[string]struct{}
	Service any `yaml:"x-service"`
	Replica any `yaml:"x-replica"`
}

func compose(t *testing.T) composition {
	t.Helper()
	raw, err := os.ReadFile("compose.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var c composition
	if err := yaml.UnmarshalWithOptions(raw, &c, yaml.Strict()); err != nil {
		t.Fatal(err)
	}
	return c
}

func composed(t *testing.T, name string) service {
	t.Helper()
	s, ok := compose(t).Services[name]
	if !ok {
		t.Fatalf("compose.yaml has no %s", name)
	}
	return s
}

func TestCompose(t *testing.T) {
	t.Parallel()
	all := compose(t)
	if len(all.Services) != 4 {
		t.Fatalf("got %d services, want two replicas, Redis and nginx", len(all.Services))
	}
	for name, s := range all.Services {
		h := s.Healthcheck
		switch {
		case s.Restart != "unless-stopped" || !s.ReadOnly || !slices.Equal(s.CapDrop, []string{"ALL"}) || !slices.Equal(s.SecurityOpt, []string{"no-new-privileges:true"}):
			t.Errorf("%s may do more than it needs: %+v", name, s)
		case s.MemLimit == "" || s.CPUs == 0 || s.PidsLimit == 0 || s.Logging.Options["max-size"] == "" || s.Logging.Options["max-file"] == "":
			t.Errorf("%s has no limits: %+v", name, s)
		case len(h.Test) < 2 || h.Interval == "" || h.Timeout == "" || h.StartPeriod == "" || h.Retries == 0:
			t.Errorf("%s has no health check: %+v", name, h)
		case (s.Ports != nil) != (name == "nginx"):
			t.Errorf("%s has the ports %q: nginx alone is reached from outside", name, s.Ports)
		}
		for other, on := range s.DependsOn {
			if _, ok := all.Services[other]; !ok || on.Condition != "service_healthy" {
				t.Errorf("%s waits for %s until %s, want service_healthy", name, other, on.Condition)
			}
		}
		for network := range s.Networks {
			if _, ok := all.Networks[network]; !ok {
				t.Errorf("%s is in the network %s, which is not there", name, network)
			}
		}
	}

	stored, front := all.Services["redis"], all.Services["nginx"]
	if _, ok := all.Volumes["redis"]; !ok || stored.User != "redis" || !slices.Equal(stored.Volumes, []string{"redis:/data"}) || !all.Networks["state"].Internal || len(stored.Networks) != 1 {
		t.Errorf("Redis is not its own user with a volume and a network of its own: %+v", stored)
	}
	conf, err := os.ReadFile("nginx.conf")
	if err != nil {
		t.Fatal(err)
	}
	caddy, err := os.ReadFile("Caddyfile")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"replica-1", "replica-2"} {
		s := all.Services[name]
		if !slices.Equal(s.Command, []string{"serve"}) || !slices.Equal(s.Healthcheck.Test, []string{"CMD", "/meetmcp", "serve", "--check"}) || s.User != "" {
			t.Errorf("%s runs %q as %q and is checked by %q", name, s.Command, s.User, s.Healthcheck.Test)
		}
		if grace, err := time.ParseDuration(s.StopGracePeriod); err != nil || grace <= 25*time.Second {
			t.Errorf("%s is killed after %s, which calls and those in front of it may still need", name, s.StopGracePeriod)
		}
		if trusted := s.Environment["MEETMCP_SERVE_TRUSTED_PROXIES"]; trusted != front.Networks["front"].Address || trusted == "" {
			t.Errorf("%s trusts %s, want nginx alone", name, trusted)
		}
		if !bytes.Contains(conf, []byte("server "+name+":8787 ")) || !bytes.Contains(caddy, []byte(name+":8787")) {
			t.Errorf("nginx.conf and Caddyfile do not have %s", name)
		}
	}
}

// TestRedisFlags gives a real Redis what compose.yaml gives it.
func TestRedisFlags(t *testing.T) {
	t.Parallel()
	command := composed(t, "redis").Command
	if _, err := exec.LookPath(command[0]); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("there is no Redis; .ci/run installs it")
		}
		t.Skip("there is no Redis here, so compose.yaml's flags for it are not tested")
	}
	port := freePort(t)
	start(t, command[0], append(command[1:], "--port", port, "--bind", "127.0.0.1", "--dir", t.TempDir())...).find(t, `(Ready to accept connections)`)
	c := redis.NewClient(&redis.Options{Addr: "127.0.0.1:" + port})
	defer c.Close()
	for name, want := range map[string]string{"appendonly": "yes", "appendfsync": "everysec", "save": "", "maxmemory": "268435456", "maxmemory-policy": "noeviction"} {
		if got, err := c.ConfigGet(context.Background(), name).Result(); err != nil || got[name] != want {
			t.Errorf("%s: got %q, %v, want %q", name, got[name], err, want)
		}
	}
}
