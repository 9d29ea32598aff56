package sandbox

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/meetmcp/meetmcp/client"
)

func TestZoomConnections(t *testing.T) {
	t.Parallel()
	for quirk, broken := range map[string]string{"": "refresh_failed", "zoom-state=disconnected": "disconnected"} {
		t.Run(broken, func(t *testing.T) {
			t.Parallel()
			s, c := open(t, Options{Quirks: strings.Fields(quirk)})
			ctx := t.Context()
			create := func(code, redirect, app string) (*client.ZoomConnection, error) {
				return c.CreateZoomConnection(ctx, client.NewZoomConnection{
					AuthorizationCode: client.NewSecret(code), RedirectURI: client.Destination(redirect), ZoomClientID: app, ZoomClientSecret: client.NewSecret("top secret"),
				})
			}
			ada, err := create("ada:1", "https://example.com/back", "app")
			if err != nil || ada.State != "connected" || ada.ZoomUserID == "" || ada.ZoomAccountID == "" || !ada.CreatedAt.Equal(noon) || !strings.Contains(ada.Scopes, "user:read:token") {
				t.Fatalf("create: got %+v, %v", ada, err)
			}
			for _, step := range []struct {
				code, redirect, app string
				status              int
				words               string
			}{
				{"ada:1", "https://example.com/back", "app", 400, "used before"},
				{"ada:2", "https://example.com/back", "app", 409, "connection already exists"},
				{"expired", "https://example.com/back", "app", 400, "used before"},
				{"noscope", "https://example.com/back", "app", 400, "user:read:token"},
				{"bea:1", "https://example.com/mismatch", "app", 400, "redirect_uri"},
				{"bea:1", "https://example.com/back", "bad", 400, "client"},
			} {
				_, err := create(step.code, step.redirect, step.app)
				refused(t, step.code, err, step.status, step.words)
			}
			gone, err := create("revoked", "https://example.com/back", "app")
			if err != nil || gone.State != "connected" {
				t.Fatalf("create revoked: got %+v, %v", gone, err)
			}
			s.Advance(2 * time.Hour)
			gone, err = c.ZoomConnection(ctx, gone.UUID)
			if err != nil || gone.State != broken || (gone.ConnectionFailureData == nil) != (broken == "disconnected") || !gone.UpdatedAt.Equal(noon.Add(time.Hour)) {
				t.Errorf("broken: got %+v, %v", gone, err)
			}
			all, err := c.ZoomConnections(ctx)
			if err != nil || !slices.Equal(ids(all), []string{ada.UUID, gone.UUID}) {
				t.Errorf("list: got %+v, %v", all, err)
			}
			if all, err := c.ZoomConnections(client.WithKey(ctx, client.NewSecret(OtherKey))); err != nil || len(all) != 0 {
				t.Errorf("list of another account: got %+v, %v", all, err)
			}
			if err := c.DeleteZoomConnection(ctx, ada.UUID); err != nil {
				t.Fatal(err)
			}
			_, err = c.ZoomConnection(ctx, ada.UUID)
			refused(t, "get deleted", err, 404, "not found")
			refused(t, "delete deleted", c.DeleteZoomConnection(ctx, ada.UUID), 404, "not found")
			if again, err := create("ada:3", "https://example.com/back", "app"); err != nil || again.ZoomUserID != ada.ZoomUserID {
				t.Errorf("create after delete: got %+v, %v", again, err)
			}

			got := ask(t, s, "POST", "/zoom_oauth_connections", `{"authorization_code":"cy","redirect_uri":"https://example.com","zoom_client_id":"x","zoom_client_secret":"y"}`)
			if want := `"created_at":"` + s.Now().Format("2006-01-02T15:04:05") + `"`; got.status != 201 || !strings.Contains(got.body, want) {
				t.Errorf("wire: got %d %s, want %s", got.status, got.body, want)
			}
			if got := ask(t, s, "DELETE", "/zoom_oauth_connections/"+gone.UUID, "{}"); got.status != 204 || got.body != "" {
				t.Errorf("delete on the wire: got %d %q", got.status, got.body)
			}
		})
	}
}

func ids(all []client.ZoomConnection) []string {
	var out []string
	for _, c := range all {
		out = append(out, c.UUID)
	}
	return out
}
