package sandbox

import (
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// The two providers of calendars.
const (
	google    = "Google"
	microsoft = "Microsoft"
)

// ownerName owns the calendars of both.
const ownerName = "Robin Marlow"

// rawCalendar is a calendar at its provider, as the API writes it.
type rawCalendar struct {
	ID        string `json:"id"`
	Email     string `json:"email"`
	IsPrimary bool   `json:"is_primary"`
	name      string
}

// rawCalendars are the calendars at a provider, the primary one first.
func rawCalendars(platform string) []rawCalendar {
	if platform == microsoft {
		const owner = "robin.marlow@example.net"
		return []rawCalendar{
			{"AAMkAGRiZTU4NGQwLTYyMzEtNGM4Ny1hY2FlADcGAAA=", owner, true, "Calendar"},
			{"AAMkAGRiZTU4NGQwLTYyMzEtNGM4Ny1hY2FlADcGAAB=", owner, false, "Nursery"},
		}
	}
	const owner = "robin.marlow@example.com"
	return []rawCalendar{
		{owner, owner, true, ownerName},
		{"c_8u2m0k4r6t1s9v3x5z7b@group.calendar.google.com", owner, false, "Nursery"},
		{"c_1d3f5h7j9l0n2p4q6w8y@group.calendar.google.com", owner, false, "Site visits"},
	}
}

// colleague is somebody at the nursery, or one of those it works with.
func colleague(name string) person {
	host := "example.com"
	switch name {
	case "Adaeze Lindgren", "Yusra Halvorsen":
		host = "city.example.org"
	case "Ludo Marchetti":
		host = "supplies.example.net"
	}
	return person{Email: strings.ReplaceAll(strings.ToLower(name), " ", ".") + "@" + host, Name: name}
}

// meetingLink makes up a link, the same for all occurrences of a series.
func meetingLink(kind, platform, name string) string {
	id := derivedID("link", platform, name)
	letters := strings.Map(func(r rune) rune { // a to p for the 16 digits
		if r <= '9' {
			return 'a' + r - '0'
		}
		return 'k' + r - 'a'
	}, id)
	switch kind {
	case "meet":
		return "https://meet.google.com/" + letters[:3] + "-" + letters[3:7] + "-" + letters[7:10]
	case "zoom":
		digits := strings.Map(func(r rune) rune { return '0' + r%10 }, id)
		return "https://us05web.zoom.us/j/8" + digits[:10] + "?pwd=" + letters[:24]
	case "teams":
		context := url.QueryEscape(fmt.Sprintf(`{"Tid":"%s","Oid":"%s"}`, derivedUUID("tenant", platform), derivedUUID("organizer", platform, name)))
		return "https://teams.microsoft.com/l/meetup-join/19%3ameeting_" + letters + "%40thread.v2/0?context=" + context
	}
	return ""
}

// rawEvent is an event as its provider writes it.
func rawEvent(platform string, e *entry, a appointment) jsontext.Value {
	object := googleEvent(e, a)
	if platform == microsoft {
		object = microsoftEvent(e, a)
	}
	raw, err := json.Marshal(object, json.Deterministic(true))
	if err != nil {
		panic(fmt.Sprintf("write raw event: %v", err))
	}
	return raw
}

type object = map[string]any

// answered makes up what the nth attendee replied.
func answered(n int, words ...string) string { return words[n%len(words)] }

func googleEvent(e *entry, a appointment) object {
	attendees := make([]object, len(e.attendees))
	for i, p := range e.attendees {
		attendees[i] = object{"email": p.Email, "displayName": p.Name, "responseStatus": answered(i, "accepted", "accepted", "needsAction", "tentative")}
		if p == e.organizer {
			attendees[i]["organizer"] = true
		}
		if p.Email == e.calendar.Email {
			attendees[i]["self"] = true
		}
	}
	about := a.about
	raw := object{
		"kind": "calendar#event", "id": e.providerID, "iCalUID": e.providerID + "@google.com", "etag": `"` + derivedID(e.providerID)[:16] + `"`,
		"status": "confirmed", "eventType": "default", "htmlLink": "https://www.google.com/calendar/event?eid=" + derivedID("eid", e.providerID),
		"summary": e.name, "created": e.updated.Add(-20 * time.Hour).Format(time.RFC3339), "updated": e.updated.Format(time.RFC3339),
		"start":     object{"dateTime": e.start.Format(time.RFC3339), "timeZone": "UTC"},
		"end":       object{"dateTime": e.end.Format(time.RFC3339), "timeZone": "UTC"},
		"creator":   object{"email": e.organizer.Email},
		"organizer": object{"email": e.organizer.Email, "displayName": e.organizer.Name, "self": e.organizer.Email == e.calendar.Email},
		"attendees": attendees,
	}
	switch a.link {
	case "meet":
		raw["hangoutLink"] = e.meetingURL
		raw["conferenceData"] = object{
			"conferenceId":       strings.TrimPrefix(e.meetingURL, "https://meet.google.com/"),
			"conferenceSolution": object{"key": object{"type": "hangoutsMeet"}, "name": "Google Meet"},
			"entryPoints":        []object{{"entryPointType": "video", "uri": e.meetingURL, "label": strings.TrimPrefix(e.meetingURL, "https://")}},
		}
	case "zoom":
		raw["location"] = e.meetingURL
	case "teams":
		about = strings.TrimSpace(about + "\n\nJoin Microsoft Teams Meeting: " + e.meetingURL)
	}
	if about != "" {
		raw["description"] = about
	}
	if e.deleted {
		raw["status"] = "cancelled"
	}
	if e.seriesID != "" {
		raw["recurringEventId"] = e.seriesID
		raw["originalStartTime"] = raw["start"]
	}
	return raw
}

func microsoftEvent(e *entry, a appointment) object {
	const layout = "2006-01-02T15:04:05.0000000"
	address := func(p person) object { return object{"emailAddress": object{"name": p.Name, "address": p.Email}} }
	attendees := make([]object, len(e.attendees))
	for i, p := range e.attendees {
		attendees[i] = address(p)
		attendees[i]["type"] = "required"
		attendees[i]["status"] = object{"response": answered(i, "accepted", "accepted", "none", "tentativelyAccepted"), "time": e.updated.Format(time.RFC3339)}
	}
	raw := object{
		"id": e.providerID, "iCalUId": derivedID("ical", e.providerID), "subject": e.name, "type": "singleInstance",
		"createdDateTime": e.updated.Add(-20 * time.Hour).Format(time.RFC3339), "lastModifiedDateTime": e.updated.Format(time.RFC3339),
		"start": object{"dateTime": e.start.Format(layout), "timeZone": "UTC"}, "end": object{"dateTime": e.end.Format(layout), "timeZone": "UTC"},
		"isCancelled": e.deleted, "isOrganizer": e.organizer.Email == e.calendar.Email, "isAllDay": false, "showAs": "busy", "importance": "normal",
		"organizer": address(e.organizer), "attendees": attendees, "location": object{"displayName": ""},
		"webLink": "https://outlook.office365.com/owa/?itemid=" + e.providerID,
	}
	about := a.about
	switch a.link {
	case "teams":
		raw["isOnlineMeeting"], raw["onlineMeetingProvider"], raw["onlineMeeting"] = true, "teamsForBusiness", object{"joinUrl": e.meetingURL}
	case "zoom":
		raw["location"] = object{"displayName": e.meetingURL}
	case "meet":
		about = strings.TrimSpace(about + "\n\nGoogle Meet: " + e.meetingURL)
	}
	raw["bodyPreview"], raw["body"] = about, object{"contentType": "text", "content": about}
	if e.seriesID != "" {
		raw["type"], raw["seriesMasterId"], raw["originalStart"] = "occurrence", e.seriesID, e.start.Format(time.RFC3339)
	}
	return raw
}
