package configs

// keeping checks that there is a library to look after, and whose it is.
func (c *checker) keeping(config *Config, verb string) {
	do := map[string]string{"status": "look at", "sync": "read meetings into", "purge": "forget meetings of"}[verb]
	switch {
	case config.Library == "off":
		c.wrong("--library off keeps nothing, so there is no library to %s. Leave --library out, or name a file.", do)
	case config.Library == "memory":
		c.wrong("A library in memory (--library memory, or --sandbox without --library) lasts only while a server runs, so there is none to %s. Name a file: --library FILE.", do)
	}
	if verb != "purge" {
		return
	}
	switch {
	case config.All && config.BotID != "":
		c.wrong("--all forgets every meeting and --bot-id only one. Give one of them.")
	case !config.All && config.Key.IsZero() && !config.Sandbox.On:
		c.wrong("Without a key it cannot be told which meetings are yours. Set MEETING_BAAS_API_KEY to the key that they were read with, or add --all to forget those of every key.")
	}
}
