package client

import "context"

// WebhookGuide fetches the API's notes on all webhook events, in whatever JSON
// it writes them: GET /bots/webhooks.
func (c *Client) WebhookGuide(ctx context.Context) (any, error) {
	return c.guide(ctx, "webhook_documentation", "/bots/webhooks")
}

// BotWebhookGuide fetches the notes on bots' events: GET /bots/webhooks/bot.
func (c *Client) BotWebhookGuide(ctx context.Context) (any, error) {
	return c.guide(ctx, "bot_webhook_documentation", "/bots/webhooks/bot")
}

// CalendarWebhookGuide fetches the notes on calendars' events: GET
// /bots/webhooks/calendar.
func (c *Client) CalendarWebhookGuide(ctx context.Context) (any, error) {
	return c.guide(ctx, "calendar_webhook_documentation", "/bots/webhooks/calendar")
}

func (c *Client) guide(ctx context.Context, op, path string) (any, error) {
	guide, err := call[any](ctx, c, request{op: op, method: "GET", path: path})
	if err != nil {
		return nil, err
	}
	return *guide, nil
}
