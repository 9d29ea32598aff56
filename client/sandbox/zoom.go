package sandbox

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// zoomState is an account's Zoom connections.
type zoomState struct {
	connections []*zoomConnection
	codes       map[string]bool // authorization codes that were used
}

// zoomConnection is a Zoom user who lets bots join on their behalf, as the API
// writes it.
type zoomConnection struct {
	UUID        string       `json:"uuid"`
	ZoomUserID  string       `json:"zoom_user_id"`
	AccountID   string       `json:"zoom_account_id"`
	State       string       `json:"state"`
	Scopes      string       `json:"scopes"`
	CreatedAt   string       `json:"created_at"`
	UpdatedAt   string       `json:"updated_at"`
	FailureData *zoomFailure `json:"connection_failure_data"`
	client      string
}

type zoomFailure struct {
	Error   string `json:"error"`
	Message string `json:"message"`
}

const zoomScopes = "user:read:user user:read:token"

func listZoomConnections(s *Sandbox, a *account, r *http.Request, body []byte) response {
	all := make([]zoomConnection, len(a.connections))
	for i, c := range a.connections {
		all[i] = *c
	}
	return ok(all)
}

// createZoomConnection takes any authorization code once. The part of a code
// before a colon is its user, so that "ada:1" and "ada:2" are one user twice.
// Some make a failure happen: the codes "expired" and "noscope", a code whose
// user is "revoked" (the connection breaks after an hour), the client "bad",
// and a redirect_uri with "mismatch" in it.
func createZoomConnection(s *Sandbox, a *account, r *http.Request, body []byte) response {
	var in struct {
		Code         string `json:"authorization_code"`
		RedirectURI  string `json:"redirect_uri"`
		ClientID     string `json:"zoom_client_id"`
		ClientSecret string `json:"zoom_client_secret"`
	}
	if refusal := decode(r, body, &in, "authorization_code", "redirect_uri", "zoom_client_id", "zoom_client_secret"); refusal != nil {
		return *refusal
	}
	switch {
	case in.ClientID == "bad":
		return refuse(http.StatusBadRequest, "invalid_client", "Zoom refused the client id or secret")
	case strings.Contains(in.RedirectURI, "mismatch"):
		return refuse(http.StatusBadRequest, "redirect_uri_mismatch", "redirect_uri is not the one of the Zoom app")
	case in.Code == "expired", a.codes[in.Code]:
		return refuse(http.StatusBadRequest, "invalid_grant", "The authorization code has expired or was used before")
	case in.Code == "noscope":
		return refuse(http.StatusBadRequest, "missing_scope", "The Zoom app lacks a scope: user:read:token and user:read:user are needed")
	}
	if a.codes == nil {
		a.codes = map[string]bool{}
	}
	a.codes[in.Code] = true // even if the connection is refused, Zoom has seen it
	user, _, _ := strings.Cut(in.Code, ":")
	now := s.now().Format(zoomTime)
	c := &zoomConnection{
		UUID: s.newUUID(), client: in.ClientID,
		ZoomUserID: "u" + derivedID("zoom user", in.ClientID, user)[:21],
		AccountID:  "a" + derivedID("zoom account", in.ClientID)[:21],
		State:      "connected", Scopes: zoomScopes, CreatedAt: now, UpdatedAt: now,
	}
	if slices.ContainsFunc(a.connections, func(o *zoomConnection) bool { return o.client == c.client && o.ZoomUserID == c.ZoomUserID }) {
		return refuse(http.StatusConflict, "ConnectionAlreadyExists", "connection already exists for this Zoom user")
	}
	a.connections = append(a.connections, c)
	if user == "revoked" {
		s.after(time.Hour, func() { s.breakConnection(c) })
	}
	return response{status: http.StatusCreated, body: *c}
}

// zoomTime is to the second and without a zone, unlike the API's other times.
const zoomTime = "2006-01-02T15:04:05"

// breakConnection is a refresh that Zoom refuses.
func (s *Sandbox) breakConnection(c *zoomConnection) {
	c.State, c.UpdatedAt = "refresh_failed", s.now().Format(zoomTime)
	c.FailureData = &zoomFailure{"invalid_grant", "Zoom refused to refresh the token: the user has removed the app"}
	if s.quirks.zoomDisconnected { // the older document knows no failure data
		c.State, c.FailureData = "disconnected", nil
	}
}

func getZoomConnection(s *Sandbox, a *account, r *http.Request, body []byte) response {
	c := a.connection(r.PathValue("uuid"))
	if c == nil {
		return noConnection()
	}
	return ok(*c)
}

func deleteZoomConnection(s *Sandbox, a *account, r *http.Request, body []byte) response {
	c := a.connection(r.PathValue("uuid"))
	if c == nil {
		return noConnection()
	}
	a.connections = slices.DeleteFunc(a.connections, func(o *zoomConnection) bool { return o == c })
	return empty(http.StatusNoContent)
}

func (a *account) connection(uuid string) *zoomConnection {
	for _, c := range a.connections {
		if c.UUID == uuid {
			return c
		}
	}
	return nil
}

func noConnection() response {
	return refuse(http.StatusNotFound, "ConnectionNotFound", "Zoom OAuth connection not found")
}
