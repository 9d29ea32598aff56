package sandbox

import (
	"net/http"
	"net/url"
	"strings"
)

// route is one operation. A segment {name} of its path matches any, which
// r.PathValue(name) then returns.
type route struct {
	method, path string
	handle       handler
	segments     []string
}

// routes lists the API's operations. Paths of collections end in a slash, as
// the API's document has it; both forms are served.
func routes() []route {
	all := []route{
		{method: "POST", path: "/bots/", handle: join},
		{method: "DELETE", path: "/bots/{uuid}", handle: leave},
		{method: "GET", path: "/bots/meeting_data", handle: getMeetingData},
		{method: "GET", path: "/bots/bots_with_metadata", handle: listBots},
		{method: "POST", path: "/bots/retranscribe", handle: retranscribe},
		{method: "GET", path: "/bots/{uuid}/screenshots", handle: getScreenshots},
		{method: "POST", path: "/bots/{uuid}/delete_data", handle: deleteData},

		{method: "GET", path: "/bots/webhooks", handle: webhookGuide},
		{method: "GET", path: "/bots/webhooks/bot", handle: botWebhookGuide},
		{method: "GET", path: "/bots/webhooks/calendar", handle: calendarWebhookGuide},

		{method: "GET", path: "/calendars/", handle: listCalendars},
		{method: "POST", path: "/calendars/", handle: createCalendar},
		{method: "POST", path: "/calendars/raw", handle: listRawCalendars},
		{method: "POST", path: "/calendars/resync_all", handle: resyncCalendars},
		{method: "GET", path: "/calendars/{uuid}", handle: getCalendar},
		{method: "PATCH", path: "/calendars/{uuid}", handle: updateCalendar},
		{method: "DELETE", path: "/calendars/{uuid}", handle: deleteCalendar},

		{method: "GET", path: "/calendar_events/", handle: listEvents},
		{method: "GET", path: "/calendar_events/{uuid}", handle: getEvent},
		{method: "POST", path: "/calendar_events/{uuid}/bot", handle: scheduleRecording},
		{method: "PATCH", path: "/calendar_events/{uuid}/bot", handle: updateRecording},
		{method: "DELETE", path: "/calendar_events/{uuid}/bot", handle: unscheduleRecording},

		{method: "GET", path: "/zoom_oauth_connections/", handle: listZoomConnections},
		{method: "POST", path: "/zoom_oauth_connections/", handle: createZoomConnection},
		{method: "GET", path: "/zoom_oauth_connections/{uuid}", handle: getZoomConnection},
		{method: "DELETE", path: "/zoom_oauth_connections/{uuid}", handle: deleteZoomConnection},
	}
	for i := range all {
		all[i].segments = segments(all[i].path)
	}
	return all
}

func segments(path string) []string { return strings.Split(strings.Trim(path, "/"), "/") }

// match reports how well a route's segments fit those of a path: how many are
// the same word, or -1.
func (r *route) match(path []string) int {
	if len(path) != len(r.segments) {
		return -1
	}
	same := 0
	for i, segment := range r.segments {
		switch {
		case segment == path[i]:
			same++
		case !strings.HasPrefix(segment, "{") || path[i] == "":
			return -1
		}
	}
	return same
}

// find returns the route of r, with its path values set, or the status that
// says why there is none. A fixed segment goes before a named one, whatever
// the method.
func (s *Sandbox) find(r *http.Request) (*route, int) {
	path := segments(r.URL.EscapedPath())
	best := -1
	for i := range s.routes {
		best = max(best, s.routes[i].match(path))
	}
	if best < 0 {
		return nil, http.StatusNotFound
	}
	for i := range s.routes {
		one := &s.routes[i]
		if one.method != r.Method || one.match(path) != best {
			continue
		}
		for i, segment := range one.segments {
			if name, named := strings.CutPrefix(segment, "{"); named {
				value, err := url.PathUnescape(path[i])
				if err != nil {
					return nil, http.StatusBadRequest
				}
				r.SetPathValue(strings.TrimSuffix(name, "}"), value)
			}
		}
		return one, 0
	}
	return nil, http.StatusMethodNotAllowed
}

// redirect is the answer to a path in the other slash form than the route's
// own, for the slash quirk; nil when it is in its own.
func redirect(r *http.Request, found *route) *response {
	slash := strings.HasSuffix(found.path, "/")
	if strings.HasSuffix(r.URL.Path, "/") == slash {
		return nil
	}
	target := strings.TrimSuffix(r.URL.EscapedPath(), "/")
	if slash {
		target += "/"
	}
	if r.URL.RawQuery != "" {
		target += "?" + r.URL.RawQuery
	}
	return &response{status: http.StatusPermanentRedirect, headers: map[string]string{"Location": target}}
}
