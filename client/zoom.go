package client

import "context"

// NewZoomConnection is the body of create_zoom_oauth_connection.
type NewZoomConnection struct {
	AuthorizationCode Secret      `json:"authorization_code" jsonschema_description:"From Zoom's consent page; works once, for about 10 minutes."`
	RedirectURI       Destination `json:"redirect_uri" jsonschema_description:"Exactly as in the Zoom app."`
	ZoomClientID      string      `json:"zoom_client_id"`
	ZoomClientSecret  Secret      `json:"zoom_client_secret" jsonschema_description:"Secret, or env:NAME."`
}

// ZoomConnection is a Zoom user who lets bots join on their behalf.
type ZoomConnection struct {
	UUID                  string `json:"uuid"`
	ZoomUserID            string `json:"zoom_user_id"`
	ZoomAccountID         string `json:"zoom_account_id"`
	State                 string `json:"state"` // connected; anything else must be connected again
	Scopes                string `json:"scopes"`
	CreatedAt             Time   `json:"created_at"`
	UpdatedAt             Time   `json:"updated_at"`
	ConnectionFailureData any    `json:"connection_failure_data"`
}

type connectionList []ZoomConnection

// ZoomConnections lists all Zoom connections: GET /zoom_oauth_connections/.
func (c *Client) ZoomConnections(ctx context.Context) ([]ZoomConnection, error) {
	all, err := call[connectionList](ctx, c, request{op: "list_zoom_oauth_connections", method: "GET", path: "/zoom_oauth_connections/"})
	if err != nil {
		return nil, err
	}
	return *all, nil
}

// CreateZoomConnection exchanges an authorization code for a connection: POST
// /zoom_oauth_connections/.
func (c *Client) CreateZoomConnection(ctx context.Context, in NewZoomConnection) (*ZoomConnection, error) {
	return call[ZoomConnection](ctx, c, request{op: "create_zoom_oauth_connection", method: "POST", path: "/zoom_oauth_connections/", body: in})
}

// ZoomConnection fetches one connection: GET /zoom_oauth_connections/{uuid}.
func (c *Client) ZoomConnection(ctx context.Context, id string) (*ZoomConnection, error) {
	return call[ZoomConnection](ctx, c, request{op: "get_zoom_oauth_connection", method: "GET", path: "/zoom_oauth_connections/{}", id: id})
}

// DeleteZoomConnection forgets a connection and its tokens: DELETE
// /zoom_oauth_connections/{uuid}.
func (c *Client) DeleteZoomConnection(ctx context.Context, id string) error {
	return done(ctx, c, request{op: "delete_zoom_oauth_connection", method: "DELETE", path: "/zoom_oauth_connections/{}", id: id})
}
