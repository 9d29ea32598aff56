package cli

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/mark3labs/mcp-go/mcp"
)

// built says what this binary was made of.
type built struct{ version, commit string }

func build() built {
	b := built{version: "devel", commit: "unknown"}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	if version := strings.Trim(info.Main.Version, "()"); version != "" {
		b.version = version
	}
	for _, setting := range info.Settings {
		switch {
		case setting.Key == "vcs.revision":
			b.commit = setting.Value
		case setting.Key == "vcs.modified" && setting.Value == "true":
			b.commit += " with changes"
		}
	}
	return b
}

// version shows what this binary is and speaks.
func (p *program) version(context.Context) error {
	b := build()
	_, err := fmt.Fprintf(p.out, "meetmcp %s\ncommit %s\n%s %s/%s\nMCP %s (SSE: up to %s)\n",
		b.version, b.commit, runtime.Version(), runtime.GOOS, runtime.GOARCH,
		strings.Join(mcp.ValidProtocolVersions, ", "), mcp.LATEST_LEGACY_PROTOCOL_VERSION)
	return err
}
