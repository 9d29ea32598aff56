package tools_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/meetmcp/meetmcp/tools"
)

// What a wrapped link was sent as finds the bot again.
func TestWrappedLinkFindsItsBot(t *testing.T) {
	a := newAgent(t, tools.Policy{})
	const wrapped = `"meeting_url":"https://eur05.safelinks.protection.outlook.com/?url=https%3A%2F%2Fmeet.google.com%2Fabc-defg-hij&data=05"`
	bot := a.ok("join_meeting", `{`+wrapped+`,"bot_name":"Ada"}`).field("bot_id")
	for _, args := range []string{`{` + wrapped + `}`, `{"meeting_url":"abc-defg-hij"}`, `{"meeting_url":"https://meet.google.com/abc"}`} {
		if got := a.ok("list_bots", args).field("bots.0.bot_id"); got != bot {
			t.Errorf("%s: got the bot %q, want %s", args, got, bot)
		}
	}
}

// Each link is sent as the meeting's own, or refused with the reason.
func TestMeetingLinks(t *testing.T) {
	const (
		zoom  = "https://us02web.zoom.us/j/81230000111?pwd=Ab1"
		inZ   = "https%3A%2F%2Fus02web.zoom.us%2Fj%2F81230000111%3Fpwd%3DAb1"
		meetL = "https://meet.google.com/abc-defg-hij"
		teams = "https://teams.microsoft.com/l/meetup-join/19%3ameeting_abc%40thread.v2/0?context=%7b%22Tid%22%3a%22x%22%7d"
	)
	for _, row := range []struct{ given, sent, refused string }{
		{zoom, zoom, ""}, {meetL, meetL, ""}, {teams, teams, ""},
		// wrapped
		{"https://eur05.safelinks.protection.outlook.com/?url=" + inZ + "&data=05%7C02", zoom, ""},
		{"https://nam02.safelinks.protection.outlook.com/ap/t-59584e83/?url=https%3A%2F%2Fteams.microsoft.com%2Fl%2Fmeetup-join%2F19%253ameeting_abc%2540thread.v2%2F0%3Fcontext%3D%257b%2522Tid%2522%253a%2522x%2522%257d&data=05", teams, ""},
		{"https://nam02.safelinks.protection.outlook.com/?url=https%3A%2F%2Feur05.safelinks.protection.outlook.com%2F%3Furl%3Dhttps%253A%252F%252Fmeet.google.com%252Fabc-defg-hij%26data%3D1&data=2", meetL, ""},
		{"https://www.google.com/url?q=" + inZ + "&sa=D&source=calendar", zoom, ""},
		{"https://www.google.co.uk/url?sa=t&url=https%3A%2F%2Fmeet.google.com%2Fabc-defg-hij", meetL, ""},
		{"https://urldefense.proofpoint.com/v2/url?u=https-3A__us02web.zoom.us_j_81230000111-3Fpwd-3DAb1&d=DwMF", zoom, ""},
		{"https://urldefense.com/v3/__https://us02web.zoom.us/j/81230000111?pwd=Ab1__;!!AbC!xyz$", zoom, ""},
		{"https://urldefense.com/v3/__https:/teams.microsoft.com/l/meetup-join/19*3ameeting_abc*40thread.v2/0?context=*7b*22Tid*22*3a*22x*22*7d__;JSUlJSUlJSUl!!A!b$", teams, ""},
		{"https://linkprotect.cudasvc.com/url?a=" + inZ + "&c=E,1", zoom, ""},
		{"https://slack-redir.net/link?url=" + inZ + "&v=3", zoom, ""},
		{"https://secure-web.cisco.com/1abc/" + inZ, zoom, ""},
		{"https://eu-central-1.protection.sophos.com?d=zoom.us&u=aHR0cHM6Ly91czAyd2ViLnpvb20udXMvai84MTIzMDAwMDExMT9wd2Q9QWIx&i=N", zoom, ""},
		{"https://click.mailer.example/track?uid=1&target=" + inZ, zoom, ""},
		// in a text, in angle brackets, without a scheme, in capitals
		{"Join: " + zoom + " Passcode: 123", zoom, ""}, {"<" + meetL + ">", meetL, ""}, {"[Join the call](" + meetL + ").", meetL, ""}, {"Ada's standup (" + meetL + "), 3.30 pm e.g.", meetL, ""},
		{"meet.google.com/abc-defg-hij", meetL, ""}, {"HTTPS://Meet.Google.com/ABC-defg-HIJ", meetL, ""}, {"http://meet.google.com/abc-defg-hij.", meetL, ""}, {"https://meet.google.com./abc-defg-hij", meetL, ""},
		{"us02web.zoom.us/j/81230000111?pwd=Ab1,", zoom, ""},
		{"See https://example.org/agenda and " + meetL, meetL, ""},
		// other links to the same meeting
		{"https://us02web.zoom.us/wc/join/81230000111?pwd=Ab1", zoom, ""}, {"https://us02web.zoom.us/wc/81230000111/join?pwd=Ab1", zoom, ""}, {"https://us02web.zoom.us/s/81230000111?pwd=Ab1", zoom, ""},
		{"zoommtg://us02web.zoom.us/join?action=join&confno=81230000111&pwd=Ab1", zoom, ""}, {"https://us02web.zoom.us/w/81230000111", "https://us02web.zoom.us/w/81230000111", ""},
		{"https://acme.zoom.us/my/ada", "https://acme.zoom.us/my/ada", ""}, {"https://acme.zoomgov.com/j/1600000000", "https://acme.zoomgov.com/j/1600000000", ""},
		{"https://teams.microsoft.com/dl/launcher/launcher.html?url=%2F_%23%2Fl%2Fmeetup-join%2F19%253ameeting_abc%2540thread.v2%2F0%3Fcontext%3D%257b%2522Tid%2522%253a%2522x%2522%257d&type=meetup-join", teams, ""},
		{"https://teams.live.com/meet/9312345678?p=abc", "https://teams.live.com/meet/9312345678?p=abc", ""}, {"https://teams.microsoft.com/meet/21234567?p=abc", "https://teams.microsoft.com/meet/21234567?p=abc", ""},
		{"msteams:/l/meetup-join/19%3ameeting_abc%40thread.v2/0?context=%7b%22Tid%22%3a%22x%22%7d", teams, ""},
		{"https://meet.acme.example/room7", "https://meet.acme.example/room7", ""},
		// no meeting
		{"https://meet.google.com/new", "", "opens no meeting"}, {"meet.google.com/landing?hs=1", "", "opens no meeting"}, {"https://meet.google.com/", "", "opens no meeting"}, {"https://meet.google.com/lookup/abc", "", "nickname"}, {"https://g.co/meet/ada", "", "nickname"},
		{"https://acme.zoom.us/rec/share/abc", "", "recording"}, {"https://zoom.us/recording/detail?x=1", "", "recording"}, {"https://us02web.zoom.us/meeting/register/tZ0x", "", "register"}, {"https://zoom.us/", "", "a page of Zoom's"}, {"https://zoom.us/join", "", "a page of Zoom's"},
		{"https://drive.google.com/file/d/1/view", "", "recording or a file"}, {"https://acme-my.sharepoint.com/:v:/g/personal/x", "", "recording or a file"},
		{"https://teams.microsoft.com/l/channel/19%3a/General", "", "channel of Teams"}, {"https://teams.microsoft.com/l/chat/0/0?users=a", "", "chat of Teams"}, {"https://teams.microsoft.com/", "", "page of Teams'"},
		{"https://www.google.com/calendar/event?eid=abc", "", "page of a calendar"}, {"https://calendar.app.google/abc", "", "page of a calendar"}, {"https://outlook.office.com/calendar/item/x", "", "page of a calendar"},
		{"https://eur05.safelinks.protection.outlook.com/?url=https%3A%2F%2Facme.zoom.us%2Frec%2Fshare%2Fabc", "", "recording"},
		{"https://protect-eu.mimecast.com/s/abc", "", "Mimecast"}, {"https://bit.ly/3abc", "", "shortened"},
		// look-alikes
		{"https://meet.google.com.evil.com/abc-defg-hij", "", "looks like Google Meet"}, {"https://zoom.us.evil.example/j/1", "", "looks like Zoom"}, {"https://meet-google.com/abc-defg-hij", "", "looks like Google Meet"}, {"https://google-meet.example/abc", "", "looks like Google Meet"},
		{"https://notzoom.us/j/1", "", "looks like Zoom"}, {"https://zo0m.us/j/1", "", "looks like Zoom"}, {"https://zoom-us.example/j/1", "", "looks like Zoom"}, {"https://zoom.uk/j/1", "", "looks like Zoom"}, {"https://zооm.us/j/1", "", "looks like Zoom"}, {"https://xn--zm-fmcaa.us/j/1", "", "host"},
		{"https://meet.goog1e.com/abc-defg-hij", "", "looks like Google Meet"}, {"https://meet.gogle.com/abc-defg-hij", "", "looks like Google Meet"}, {"https://teams.rnicrosoft.com/l/meetup-join/1", "", "looks like Teams"}, {"https://teams-microsoft.com/l/meetup-join/1", "", "looks like Teams"}, {"https://teams.micros0ft.com/meet/1", "", "looks like Teams"},
		{"https://meet.google.com@evil.example/abc-defg-hij", "", "leads to evil.example"}, {"https://meet.google.com:x@evil.example/abc", "", "leads to evil.example"}, {"https://user@zoom.us/j/1", "", "before the @"},
		{"ftp://zoom.us/j/1", "", "begins with https://"}, {"javascript:alert(1)", "", "no link"}, {"my weekly meeting at 3.30", "", "no link"}, {"ada@example.org", "", "no link"},
	} {
		a := newAgent(t, tools.Policy{})
		quoted, err := json.Marshal(row.given)
		if err != nil {
			t.Fatal(err)
		}
		r := a.call("join_meeting", `{"meeting_url":`+string(quoted)+`,"bot_name":"Ada"}`)
		var body struct {
			MeetingURL string `json:"meeting_url"`
		}
		if sent := a.sandbox.Requests(); len(sent) > 0 {
			if err := json.Unmarshal([]byte(sent[0].Body), &body); err != nil {
				t.Fatal(err)
			}
		}
		if body.MeetingURL != row.sent {
			t.Errorf("%s: sent %q, want %q: %s", row.given, body.MeetingURL, row.sent, r.text)
		}
		if row.refused != "" && (!r.isError || !strings.Contains(r.text, row.refused)) {
			t.Errorf("%s: got %q, want it refused: %s", row.given, r.text, row.refused)
		}
		if noted := strings.Contains(r.text, "meeting_url was read as "); row.refused == "" && noted != (row.given != row.sent) {
			t.Errorf("%s: noted is %v: %s", row.given, noted, r.text)
		}
		if strings.Contains(row.given, "acme.example") && !strings.Contains(r.text, "the link is not one of") {
			t.Errorf("%s: nothing is said of its host: %s", row.given, r.text)
		}
	}
}
