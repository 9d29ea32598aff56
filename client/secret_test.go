package client_test

import (
	"bytes"
	stdjson "encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"

	"github.com/meetmcp/meetmcp/client"
	"github.com/meetmcp/meetmcp/client/sandbox"
)

const canary = "canary-2c7e91"

// shell holds a secret at every nesting that printing may reach.
type shell struct {
	Open    client.Secret
	hidden  client.Secret
	Pointer *client.Secret
	deep    *shell
	Any     any
	any     any
	List    []client.Secret
	list    [2]client.Secret
	Map     map[string]client.Secret
	secrets map[string]*shell
}

func TestSecretsAreNeverPrinted(t *testing.T) {
	t.Parallel()
	secret := client.NewSecret(canary)
	inner := shell{Open: secret, hidden: secret, Pointer: &secret, Any: secret, any: &secret, List: []client.Secret{secret}, list: [2]client.Secret{secret, secret}, Map: map[string]client.Secret{"a": secret}}
	outer := inner
	outer.deep, outer.Any, outer.any, outer.secrets = &inner, inner, &inner, map[string]*shell{"a": &inner}
	request := bot(link)
	request.SpeechToText.APIKey, request.ZoomSDKPassword, request.ZoomOBFToken = secret, secret, secret
	calendar := client.NewCalendar{CalendarAccess: client.CalendarAccess{OAuthClientSecret: secret, OAuthRefreshToken: secret}}
	keyed := client.New("http://127.0.0.1:1", secret, nil)
	ctx := client.WithKey(t.Context(), secret)
	for _, value := range []any{
		secret, &secret, inner, outer, &outer, request, &request, calendar, keyed, *keyed, ctx,
		client.BotParam{SpeechToTextAPIKey: secret, ZoomOBFToken: secret, ZoomSDKPassword: secret},
		client.NewZoomConnection{AuthorizationCode: secret, ZoomClientSecret: secret},
		fmt.Errorf("wrapped: %v %w", secret, &client.Error{Message: "no"}), []any{secret, map[string]any{"a": secret}},
	} {
		var all bytes.Buffer
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x", "%X", "%o", "%c", "%U", "%e", "%t", "%10.3s"} {
			fmt.Fprintf(&all, verb+"\n", value)
		}
		fmt.Fprintln(&all, value)
		for _, log := range []*slog.Logger{
			slog.New(slog.NewTextHandler(&all, nil)), slog.New(slog.NewJSONHandler(&all, nil)),
		} {
			log.Info("look", "value", value, "error", fmt.Errorf("%+v", value), slog.Group("group", "value", value))
		}
		for _, marshal := range []func(any) ([]byte, error){stdjson.Marshal, func(v any) ([]byte, error) { return json.Marshal(v) }} {
			if raw, err := marshal(value); err == nil {
				all.Write(raw)
			}
		}
		for _, form := range []string{canary, fmt.Sprintf("%x", canary), fmt.Sprintf("%X", canary), fmt.Sprint([]byte(canary))} {
			if strings.Contains(all.String(), form) {
				t.Errorf("%T shows the secret:\n%.600s", value, all.String())
			}
		}
	}
	if fmt.Sprint(secret) != "…" || fmt.Sprint(client.Secret{}) != "" {
		t.Errorf("printed %q and %q, want … and nothing", fmt.Sprint(secret), fmt.Sprint(client.Secret{}))
	}
}

// TestSecretsAreSent holds that the API gets what is hidden everywhere else,
// and that what it answers in clear is hidden again.
func TestSecretsAreSent(t *testing.T) {
	t.Parallel()
	s, c := open(t, sandbox.Options{})
	in := bot(link)
	in.SpeechToText = &client.SpeechToText{Provider: "Gladia", APIKey: client.NewSecret(canary)}
	in.ZoomSDKID, in.ZoomSDKPassword = "id", client.NewSecret(canary)
	joined, err := c.Join(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Count(s.Requests()[0].Body, canary); got != 2 {
		t.Errorf("sent %s, want both secrets in it", s.Requests()[0].Body)
	}
	data, err := c.MeetingData(t.Context(), joined.BotID, false)
	if err != nil {
		t.Fatal(err)
	}
	if bot := data.BotData.Bot; bot.SpeechToTextAPIKey.Reveal() != canary || bot.ZoomSDKPassword.Reveal() != canary {
		t.Errorf("the API did not answer the secrets: %+v", bot)
	}
	if text := fmt.Sprintf("%+v %#v", data, *data); strings.Contains(text, canary) {
		t.Error("the answer, printed, shows a secret")
	}
}

// TestErrorsHideEscapedSecrets holds the forms that a secret takes in an answer
// which repeats the request.
func TestErrorsHideEscapedSecrets(t *testing.T) {
	t.Parallel()
	const canary = "ca\"na\\ry\nof <two> lines"
	for _, repeat := range []func(body string) string{
		func(body string) string { return "cannot read " + body },
		func(body string) string { return fmt.Sprintf(`{"error":%q}`, body) },
		func(body string) string { return fmt.Sprintf("cannot read %q", body) },
		func(string) string { return "cannot read pwd=" + url.QueryEscape(canary) },
		func(string) string { return "cannot read pwd=" + url.PathEscape(canary) },
	} {
		c, _ := answering(t, func(w http.ResponseWriter, r *http.Request) {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				t.Errorf("read: %v", err)
			}
			saying(http.StatusUnprocessableEntity, "text/plain", repeat(string(body)))(w, r)
		})
		in := bot("https://zoom.us/j/1")
		in.ZoomSDKPassword, in.SpeechToText.APIKey = client.NewSecret(canary), client.NewSecret("ca\"na\\ry")
		if text := errOf(c.Join(t.Context(), in)).Error(); !strings.Contains(text, "…") || strings.Contains(text, "ry") || strings.Contains(text, "two") {
			t.Errorf("the error shows the secret: %s", text)
		}
	}
}

// TestAnswersHideSecrets holds that a bot's own words of what went wrong do not
// repeat the keys that it was given.
func TestAnswersHideSecrets(t *testing.T) {
	t.Parallel()
	const stt, zoom = "canary-stt-1", "canary-zoom-2"
	c, _ := answering(t, func(w http.ResponseWriter, r *http.Request) {
		key := r.Header.Get(client.KeyHeader)
		saying(200, "application/json", `{"bot_data":{"bot":{"uuid":"a","speech_to_text_api_key":"`+stt+`","zoom_sdk_pwd":"`+zoom+`",
			"errors":"Gladia refused `+stt+` of `+key+`","user_reported_error":["`+zoom+`"],"transcription_payloads":{"sent":{"token":"`+stt+`","n":1}}},"transcripts":[]}}`)(w, r)
	})
	data, err := c.MeetingData(client.WithKey(t.Context(), client.NewSecret(canary)), "a", false)
	if err != nil {
		t.Fatal(err)
	}
	bot := data.BotData.Bot
	if got, want := fmt.Sprint(bot.Errors, bot.UserReportedError, bot.TranscriptionPayloads), "Gladia refused … of …[…] map[sent:map[n:1 token:…]]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestErrorsHideSecrets(t *testing.T) {
	t.Parallel()
	for _, shape := range []string{"%s", `{"error":"%s"}`, `{"error":"x","message":"key %s is bad"}`, `{"code":"%s","message":"no"}`, strings.Repeat("y", 295) + "%s"} {
		c, _ := answering(t, func(w http.ResponseWriter, r *http.Request) {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				t.Errorf("read: %v", err)
			}
			said := r.Header.Get(client.KeyHeader)
			if strings.Contains(string(body), canary) {
				said = canary
			}
			saying(http.StatusBadRequest, "application/json", strings.ReplaceAll(shape, "%s", said))(w, r)
		})
		ctx := client.WithKey(t.Context(), client.NewSecret(canary))
		in := bot(link)
		in.SpeechToText.APIKey = client.NewSecret(canary)
		for _, err := range []error{errOf(c.Bots(ctx, client.BotQuery{})), errOf(c.Join(t.Context(), in))} {
			if text := fmt.Sprintf("%v %+v %#v", err, err, refusalOf(err)); strings.Contains(text, canary) || strings.Contains(text, canary[:5]) {
				t.Errorf("%s: the error shows the secret: %s", shape, text)
			}
		}
	}
}
