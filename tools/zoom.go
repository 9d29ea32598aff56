package tools

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/meetmcp/meetmcp/client"
	"github.com/meetmcp/meetmcp/internal/untrusted"
)

// zoom is the set about Zoom users on whose behalf bots join.
func zoom(api *client.Client) Set {
	return Set{"zoom", "Let bots join Zoom meetings on a user's behalf.", []Tool{

		define("list_zoom_connections", "list_zoom_oauth_connections", "List Zoom connections", Reads,
			"Lists the Zoom users on whose behalf bots can join external meetings; zoom_user_id goes into zoom_obf_token_user_id.",
			func(ctx context.Context, _ none) (*zoomConnectionList, error) {
				all, err := api.ZoomConnections(ctx)
				if err != nil {
					return nil, err
				}
				out := &zoomConnectionList{Connections: make([]zoomEntry, len(all))}
				for i, z := range all {
					out.Connections[i] = zoomEntryOf(z)
				}
				return out, nil
			}),

		define("create_zoom_connection", "create_zoom_oauth_connection", "Connect a Zoom user", Writes,
			"Stores a Zoom user's consent, from the authorization code of the person's own Zoom OAuth app.",
			func(ctx context.Context, in client.NewZoomConnection) (*zoomConnection, error) {
				made, err := api.CreateZoomConnection(ctx, in)
				if err != nil {
					return nil, err
				}
				return zoomConnectionOf(*made), nil
			}, Lost("It may have been done all the same: look with list_zoom_connections before sending it again."),
			Remedy("list_zoom_connections shows the one that there is. To replace it, delete_zoom_connection first; each authorization code works once.", http.StatusConflict)),

		define("get_zoom_connection", "get_zoom_oauth_connection", "Look at a Zoom connection", Reads,
			"One Zoom connection: state, user, scopes.",
			func(ctx context.Context, in connectionID) (*zoomConnection, error) {
				found, err := api.ZoomConnection(ctx, in.ConnectionID)
				if err != nil {
					return nil, err
				}
				return zoomConnectionOf(*found), nil
			}),

		define("delete_zoom_connection", "delete_zoom_oauth_connection", "Delete a Zoom connection", Destroys,
			"Deletes a Zoom connection with its tokens; the user would have to consent again.",
			func(ctx context.Context, in connectionID) (*gone, error) {
				return &gone{OK: true, ConnectionID: untrusted.ID(in.ConnectionID)}, api.DeleteZoomConnection(ctx, in.ConnectionID)
			}, Lost("It may have been done all the same: look with list_zoom_connections before sending it again.")),
	}}
}

type connectionID struct {
	ConnectionID string `json:"connection_id" jsonschema_description:"From list_zoom_connections."`
}

type zoomConnectionList struct {
	About
	Connections []zoomEntry `json:"connections"`
}

type zoomConnection struct {
	About
	zoomEntry
}

type zoomEntry struct {
	ConnectionID          untrusted.Word `json:"connection_id"`
	ZoomUserID            untrusted.Text `json:"zoom_user_id"`
	ZoomAccountID         untrusted.Text `json:"zoom_account_id,omitzero"`
	State                 untrusted.Word `json:"state"`
	Scopes                untrusted.Text `json:"scopes,omitzero"`
	CreatedAt             string         `json:"created_at"`
	UpdatedAt             string         `json:"updated_at"`
	ConnectionFailureData untrusted.JSON `json:"connection_failure_data,omitzero"`
}

var connected = untrusted.ID("connected")

func zoomEntryOf(z client.ZoomConnection) zoomEntry {
	return zoomEntry{
		ConnectionID: untrusted.ID(z.UUID), ZoomUserID: untrusted.Name(z.ZoomUserID), ZoomAccountID: untrusted.Name(z.ZoomAccountID), State: untrusted.ID(z.State),
		Scopes: untrusted.Link(z.Scopes), CreatedAt: stamp(z.CreatedAt), UpdatedAt: stamp(z.UpdatedAt), ConnectionFailureData: untrusted.Of(z.ConnectionFailureData),
	}
}

func zoomConnectionOf(z client.ZoomConnection) *zoomConnection {
	out := &zoomConnection{zoomEntry: zoomEntryOf(z)}
	out.Next = "join_meeting with this zoom_user_id as zoom_obf_token_user_id."
	if out.State != connected {
		out.Next = "the Zoom user must consent again: delete_zoom_connection, then create_zoom_connection."
	}
	return out
}

func (o *zoomConnection) Text() string { return o.text() }

func (o *zoomConnectionList) Text() string {
	if len(o.Connections) == 0 {
		return "There is no Zoom connection; create_zoom_connection makes one."
	}
	lines := make([]string, len(o.Connections))
	for i, z := range o.Connections {
		lines[i] = "- " + z.text()
	}
	return strings.Join(lines, "\n")
}

func (z zoomEntry) text() string {
	text := fmt.Sprintf("zoom_user_id %s · %s · connection_id %s · created %s, updated %s", z.ZoomUserID, z.State, z.ConnectionID, z.CreatedAt, z.UpdatedAt)
	if !z.ZoomAccountID.IsZero() {
		text += fmt.Sprintf(" · account %s", z.ZoomAccountID)
	}
	if !z.Scopes.IsZero() {
		text += fmt.Sprintf(" · scopes %s", z.Scopes)
	}
	if z.State != connected {
		text += " · must be connected again"
	}
	if !z.ConnectionFailureData.IsZero() {
		text += " · " + compact(z.ConnectionFailureData)
	}
	return text
}
