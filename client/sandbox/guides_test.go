package sandbox

import (
	"slices"
	"strings"
	"testing"
)

func TestWebhookGuides(t *testing.T) {
	t.Parallel()
	_, c := open(t, Options{})
	ctx := t.Context()
	bot := []string{"bot.status_change", "complete", "failed", "transcription_complete"}
	calendar := []string{"calendar.sync_events"}
	for _, step := range []struct {
		name  string
		fetch func() (any, error)
		want  []string
	}{
		{"all", func() (any, error) { return c.WebhookGuide(ctx) }, slices.Concat(bot, calendar)},
		{"bot", func() (any, error) { return c.BotWebhookGuide(ctx) }, bot},
		{"calendar", func() (any, error) { return c.CalendarWebhookGuide(ctx) }, calendar},
	} {
		answer, err := step.fetch()
		if err != nil {
			t.Fatal(err)
		}
		guide, _ := answer.(map[string]any)
		events, _ := guide["events"].([]any)
		var names []string
		for _, one := range events {
			event := one.(map[string]any)
			name := event["event"].(string)
			names = append(names, name)
			example := event["example"].(map[string]any)
			if example["event"] != name || event["when"] == "" {
				t.Errorf("%s: %s is described by %v", step.name, name, event)
			}
			data := example["data"].(map[string]any)
			for _, field := range event["fields"].([]any) {
				field, _, _ := strings.Cut(field.(map[string]any)["name"].(string), ".")
				if _, ok := data[field]; !ok {
					t.Errorf("%s: the example of %s has no %s", step.name, name, field)
				}
			}
		}
		if !slices.Equal(names, step.want) {
			t.Errorf("%s: got events %v, want %v", step.name, names, step.want)
		}
		if delivery, _ := guide["delivery"].(map[string]any); !strings.Contains(delivery["header"].(string), "x-meeting-baas-api-key") {
			t.Errorf("%s: got delivery %v", step.name, delivery)
		}
	}
}
