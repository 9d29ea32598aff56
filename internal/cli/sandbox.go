package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/meetmcp/meetmcp/client"
	"github.com/meetmcp/meetmcp/client/sandbox"
)

// sandbox runs only the sandbox, until ctx ends.
func (p *program) sandbox(ctx context.Context) error {
	u, err := p.openSandbox(p.Addr, p.Sandbox.Speed)
	if err != nil {
		return err
	}
	u.sandbox.Load() // so that faults in --sandbox-data are logged now
	_, err = fmt.Fprint(p.out, p.welcome(u.sandbox.URL()))
	if err == nil {
		<-ctx.Done()
	}
	return errors.Join(err, u.close())
}

// welcome says how to use a sandbox at url.
func (p *program) welcome(url string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `%s at %s

Keys        %s and %s, each with bots, calendars and connections of its own
Clock       %g times faster than the wall (--sandbox-speed)
Meetings    any Google Meet, Zoom or Teams link is a meeting

Point a program at it
  curl -H '%s: %s' %s/bots/bots_with_metadata
  MEETING_BAAS_API_KEY=%s MEETING_BAAS_BASE_URL=%s meetmcp stdio

Links in which something goes wrong, such as https://meet.google.com/nev-erad-mit
`, p.bold("The sandbox is running"), url, sandbox.Key, sandbox.OtherKey, p.Sandbox.Speed, client.KeyHeader, sandbox.Key, url, sandbox.Key, url)
	for _, failure := range sandbox.Failures() {
		b.WriteString(row(failure.Code+" or "+failure.Word, failure.Effect, 42))
	}
	b.WriteString("\nWays in which the real API may differ (--sandbox-quirks)\n")
	for _, quirk := range sandbox.Quirks() {
		b.WriteString(row(quirk.Name, quirk.Effect, 42))
	}
	b.WriteString("\nCtrl-C ends it.\n")
	return b.String()
}
