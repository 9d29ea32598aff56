package tools_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/meetmcp/meetmcp/client"
	"github.com/meetmcp/meetmcp/client/sandbox"
	"github.com/meetmcp/meetmcp/internal/access"
	"github.com/meetmcp/meetmcp/tools"
)

// destinations are the arguments that make the API send data or keys
// elsewhere, each within a call that is right otherwise.
var destinations = []struct{ tool, args string }{
	{"join_meeting", `{` + meet + `,"webhook_url":%s}`},
	{"join_meeting", `{` + meet + `,"streaming":{"output":%s}}`},
	{"join_meeting", `{` + meet + `,"streaming":{"input":%s}}`},
	{"join_meeting", `{` + meet + `,"streaming_output":%s}`},
	{"join_meeting", `{` + meet + `,"zoom_obf_token_url":%s}`},
	{"join_meeting", `{` + meet + `,"zoom_access_token_url":%s}`},
	{"join_meeting", `{` + meet + `,"transcription_custom_parameters":{"callback":{"url":%s}}}`},
	{"join_meeting", `{` + meet + `,"transcription_custom_parameters":{%s:true}}`},
	{"schedule_recording", `{"event_id":"e","bot_name":"Ada","webhook_url":%s}`},
	{"schedule_recording", `{"event_id":"e","bot_name":"Ada","streaming_output":%s}`},
	{"schedule_recording", `{"event_id":"e","bot_name":"Ada","streaming":{"input":%s}}`},
	{"schedule_recording", `{"event_id":"e","bot_name":"Ada","zoom_obf_token_url":%s}`},
	{"update_recording", `{"event_id":"e","webhook_url":%s}`},
	{"update_recording", `{"event_id":"e","streaming_input":%s}`},
	{"update_recording", `{"event_id":"e","zoom_access_token_url":%s}`},
	{"update_recording", `{"event_id":"e","transcription_custom_parameters":{"urls":[%s]}}`},
	{"retranscribe_meeting", `{"bot_id":"b","webhook_url":%s}`},
	{"create_zoom_connection", `{"authorization_code":"a","zoom_client_id":"i","zoom_client_secret":"s","redirect_uri":%s}`},
}

// planted are URLs of hosts that are not allowed where hooks.example.org is.
var planted = []string{
	"https://evil.example.net/x",
	"https://hooks.example.org.evil.net/x",
	"https://evil.net/hooks.example.org",
	"https://hooks.example.org@evil.net/",
	"https://evil.net?hooks.example.org",
	"https://evil.net#hooks.example.org",
	"https://evil.net:443/x",
	"https://xhooks.example.org/",
	"https://example.org/",
	`https://evil.net\@hooks.example.org/`,
	`https:\\evil.net/`,
	"https:/\u0009/evil.net/",
	"//evil.net/x",
	"HTTPS://EVIL.NET/x",
	"https://ｅvil.net/",
	"https://127.0.0.1/",
	"https://[::1]/",
	"https://2130706433/",
	"wss://evil.net/audio",
	"ftp://evil.net/x",
	"http://169.254.169.254/latest/meta-data",
}

// At least 200 calls with a planted URL: the API is asked nothing.
func TestPlantedDestinations(t *testing.T) {
	a := newAgent(t, tools.Policy{URLHosts: []string{"hooks.example.org"}})
	calls := 0
	for _, d := range destinations {
		for _, url := range planted {
			quoted, err := json.Marshal(url)
			if err != nil {
				t.Fatal(err)
			}
			calls++
			if r := a.call(d.tool, fmt.Sprintf(d.args, quoted)); !r.isError {
				t.Errorf("%s %s: %s", d.tool, fmt.Sprintf(d.args, quoted), r.text)
			}
		}
	}
	t.Logf("%d calls", calls)
	if sent := a.sandbox.Requests(); len(sent) > 0 || calls < 200 {
		t.Errorf("%d of %d calls reached the API, the first %s %s %s", len(sent), calls, sent[0].Method, sent[0].Path, sent[0].Body)
	}
}

func TestAllowedDestinations(t *testing.T) {
	for _, row := range []struct {
		hosts   []string
		sandbox bool
		url     string
		want    bool
	}{
		{[]string{"hooks.example.org"}, false, "https://hooks.example.org/x?y=1", true},
		{[]string{"hooks.example.org"}, false, "https://HOOKS.example.org:8443/x", true},
		{[]string{"*.example.org"}, false, "https://a.b.example.org/", true},
		{[]string{"*.example.org"}, false, "https://example.org/", false},
		{[]string{"*"}, false, "https://anything.net/", true},
		{[]string{"*"}, false, "https://user:pw@anything.net/", false},
		{[]string{"*"}, false, "ftp://anything.net/", false},
		{[]string{"*"}, false, "anything.net/x", false},
		{[]string{"*"}, false, "http://anything.net/", false},
		{[]string{"*"}, false, "https://127.0.0.1/", false},
		{[]string{"*", "127.0.0.1"}, false, "http://127.0.0.1:9000/", true},
		{[]string{"127.0.0.1"}, false, "http://127.1:9000/", false},
		{[]string{"127.0.0.1"}, false, "https://127.0.0.2/", false},
		{[]string{"localhost"}, false, "ws://localhost:9000/", true},
		{[]string{"hooks.corp.internal"}, false, "https://hooks.corp.internal/", true},
		{[]string{"*.corp.internal"}, false, "https://a.corp.internal./", true},
		{[]string{"*.corp.internal"}, false, "https://a.other.internal/", false},
		{[]string{"xn--bcher-kva.example.org"}, false, "https://bücher.example.org/", true},
		{[]string{"hooks.example.org"}, false, "http://hooks.example.org/", true},
		{nil, true, "https://example.com/x", true},
		{nil, true, "wss://a.example.com/x", true},
		{nil, true, "https://notexample.com/x", false},
		{nil, false, "https://example.com/x", false},
	} {
		a := newAgent(t, tools.Policy{URLHosts: row.hosts, Sandbox: row.sandbox})
		r := a.call("join_meeting", `{`+meet+`,"webhook_url":"`+row.url+`"}`)
		if r.isError == row.want {
			t.Errorf("%v %v %s: %s", row.hosts, row.sandbox, row.url, r.text)
		}
	}
}

// Where strangers call, no list lets them send anything into a network or in clear.
func TestStrangersDestinations(t *testing.T) {
	a := newAgent(t, tools.Policy{URLHosts: []string{"*", "127.0.0.1", "hooks.corp.internal", "hooks.example.org"}})
	for _, row := range []struct{ argument, want string }{
		{`"webhook_url":"https://127.0.0.1/"`, `the host "127.0.0.1" is not on the internet`},
		{`"webhook_url":"https://hooks.corp.internal/"`, "is not on the internet"},
		{`"webhook_url":"http://hooks.example.org/"`, "must begin with https:// or wss://"},
		{`"bot_image":"https://hooks.corp.internal/p.png"`, "bot_image must be the https:// URL of an image"},
		{`"bot_image":"wss://hooks.example.org/p.png"`, "a URL must begin with https://"},
		{`"webhook_url":"https://hooks.example.org/"`, ""},
	} {
		r := a.callBy(&access.Principal{ID: "ada", Scopes: []access.Scope{access.Write}, Key: client.NewSecret(sandbox.Key)}, "join_meeting", `{`+meet+`,`+row.argument+`}`)
		if r.isError != (row.want != "") || !strings.Contains(r.text, row.want) || strings.Contains(r.text, "--url-hosts") {
			t.Errorf("%s: got %s, want %q", row.argument, r.text, row.want)
		}
	}
}

func TestHostsAreSentInASCII(t *testing.T) {
	a := newAgent(t, tools.Policy{URLHosts: []string{"*"}})
	r := a.ok("join_meeting", `{`+meet+`,"webhook_url":"https://Bücher.example:8443/ü?x#y","bot_image":"https://bücher.example/p.png"}`)
	body := string(a.sandbox.Requests()[0].Body)
	for _, want := range []string{`"webhook_url":"https://xn--bcher-kva.example:8443/ü?x#y"`, `"bot_image":"https://xn--bcher-kva.example/p.png"`} {
		if !strings.Contains(body, want) {
			t.Errorf("sent %s, want %s", body, want)
		}
	}
	if want := "webhook_url is sent as https://xn--bcher-kva.example:8443/ü?x#y."; !strings.Contains(r.text, want) || !strings.Contains(r.json, want) {
		t.Errorf("got %s %s, want the note %q", r.text, r.json, want)
	}
	r = a.call("join_meeting", `{`+meet+`,"transcription_custom_parameters":{"callback_url":"https://bücher.example/"}}`)
	if !strings.Contains(r.text, "transcription_custom_parameters.callback_url: write the host in ASCII: https://xn--bcher-kva.example/") {
		t.Errorf("got %s", r.text)
	}
}

func TestSecretsFromTheEnvironment(t *testing.T) {
	env := map[string]string{"STT_KEY": "sk-stt", "OTHER": "sk-other", "MEETMCP_X": "sk-own"}
	a := newAgent(t, tools.Policy{SecretEnv: []string{"STT_KEY", "UNSET", "MEETMCP_X"}, Getenv: func(name string) string { return env[name] }})
	for _, row := range []struct{ args, want string }{
		{`{` + meet + `,"speech_to_text":{"provider":"Gladia","api_key":"env:OTHER"}}`, "--secret-env"},
		{`{` + meet + `,"speech_to_text":{"provider":"Gladia","api_key":"env:UNSET"}}`, "is not set"},
		{`{` + meet + `,"speech_to_text":{"provider":"Gladia","api_key":"env:MEETMCP_X"}}`, "may not be used"},
	} {
		if r := a.call("join_meeting", row.args); !r.isError || !strings.Contains(r.text, row.want) || strings.Contains(r.text, "sk-") {
			t.Errorf("%s: %s", row.args, r.text)
		}
	}
	a.ok("join_meeting", `{"meeting_url":"https://meet.google.com/abc-defg-hij","bot_name":"env:STT_KEY","speech_to_text":{"provider":"Gladia","api_key":"env:STT_KEY"}}`)
	body := string(a.sandbox.Requests()[0].Body)
	if !strings.Contains(body, `"api_key":"sk-stt"`) || !strings.Contains(body, `"bot_name":"env:STT_KEY"`) {
		t.Errorf("sent %s", body)
	}
}

// A canary in every secret comes out of no tool, not even in full detail, nor
// out of an error that repeats it.
func TestSecretsStayIn(t *testing.T) {
	const canary = "canary-7f3a9"
	a := newAgentOn(t, tools.Policy{Sandbox: true, SpeechToText: "default"}, sandbox.Options{})
	secrets := `"speech_to_text":{"provider":"Gladia","api_key":"` + canary + `"},"zoom_sdk_id":"i","zoom_sdk_pwd":"` + canary + `","zoom_obf_token":"` + canary + `"`
	access := `"platform":"Google","oauth_client_id":"c","oauth_client_secret":"` + canary + `","oauth_refresh_token":"` + canary + `"`
	var seen []result
	bot := a.ok("join_meeting", `{"meeting_url":"https://zoom.us/j/123456789","bot_name":"Ada",`+secrets+`}`).field("bot_id")
	calendar := a.ok("create_calendar", `{`+access+`}`).field("calendar_id")
	event := a.ok("list_calendar_events", `{"calendar_id":"`+calendar+`"}`).field("events.0.event_id")
	a.sandbox.Advance(3e12)
	for _, c := range [][2]string{
		{"get_meeting_data", `{"bot_id":"` + bot + `","detail":"full","include_transcripts":true,"include_urls":true}`},
		{"list_bots", `{"detail":"full"}`},
		{"schedule_recording", `{"event_id":"` + event + `","bot_name":"Ada",` + secrets + `}`},
		{"get_calendar_event", `{"event_id":"` + event + `","detail":"full"}`},
		{"list_calendar_events", `{"calendar_id":"` + calendar + `","detail":"full"}`},
		{"update_recording", `{"event_id":"` + event + `",` + secrets + `}`},
		{"list_raw_calendars", `{` + access + `}`},
		{"update_calendar", `{"calendar_id":"` + calendar + `",` + access + `}`},
		{"create_zoom_connection", `{"authorization_code":"` + canary + `","redirect_uri":"https://example.com/cb","zoom_client_id":"i","zoom_client_secret":"` + canary + `"}`},
		{"create_zoom_connection", `{"authorization_code":"` + canary + `","redirect_uri":"https://example.com/cb","zoom_client_id":"i","zoom_client_secret":"` + canary + `"}`},
		{"list_zoom_connections", `{}`},
		{"retranscribe_meeting", `{"bot_id":"` + bot + `","speech_to_text":{"provider":"Gladia","api_key":"` + canary + `"}}`},
		{"join_meeting", `{"meeting_url":"x","bot_name":"Ada","speech_to_text":{"provider":"` + canary + `","api_key":"` + canary + `"}}`},
		{"join_meeting", `{"meeting_url":"x","bot_name":"Ada","zoom_sdk_pwd":{"a":"` + canary + `"}}`},
		{"join_meeting", `{"meeting_url":"x","bot_name":"Ada","zoom_sdk_pwd":["` + canary + `"]}`},
	} {
		seen = append(seen, a.call(c[0], c[1]))
	}
	for i, r := range seen {
		if i == 12 { // the provider's name is no secret
			continue
		}
		if strings.Contains(r.text+r.json, canary) {
			t.Errorf("call %d shows a secret: %s %s", i, r.text, r.json)
		}
	}
}
