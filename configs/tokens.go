package configs

import (
	"encoding/base64"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// masterKeys is the one setting that is no flag, as others can see those.
const masterKeys = "MEETMCP_MASTER_KEYS"

const masterKeySize = 32 // bytes

// MasterKey encrypts the API keys that tokens stand for.
type MasterKey struct {
	ID  string
	Key Secret // the bytes as they are
}

// TokenConfig is what a command about tokens was given.
type TokenConfig struct {
	Name         string
	Scopes, Sets []string
	BotsPerHour  int // 0: no limit
	BotsPerDay   int
	Expires      time.Time // zero: never
	Webhooks     bool
	Which        string // of revoke: an id or a name
}

// tokens reads what is about issued tokens.
func (c *checker) tokens(config *Config, given *flags) {
	action, about := strings.CutPrefix(config.Command, "token ")
	serves := slices.Contains(config.Serving.Auth, "token")
	if config.Serving.Redis != "" || config.Serving.Shared() {
		config.MasterKeys = c.masterKeys(c.env[masterKeys])
	}
	if config.Serving.Redis != "" && len(list(c.env[masterKeys])) == 0 {
		c.wrong("--redis needs a master key, with which what goes there is sealed, the same on all replicas. Make one with 'meetmcp token master-key', and set %s to it.", masterKeys)
	}
	if !serves && (!about || action == "master-key") {
		return
	}
	config.TokenFile = given.TokenFile
	if folder := dataFolder(c.env); config.TokenFile == "" && folder != "" {
		config.TokenFile = filepath.Join(folder, "tokens.json")
	}
	if config.TokenFile == "" {
		c.wrong("--token-file: there is no home folder to keep tokens in. Say where.")
	}
	if !serves {
		config.MasterKeys = c.masterKeys(c.env[masterKeys])
	}
	if (serves || action == "create" || action == "rewrap") && len(list(c.env[masterKeys])) == 0 {
		c.wrong("There is no master key for the API keys that tokens stand for. Make one with 'meetmcp token master-key', and set %s to it, here and wherever tokens are issued or 'meetmcp serve' runs. Keep it: without it, tokens cannot be used.", masterKeys)
	}
	switch create := given.Token.Create; action {
	case "create":
		config.Token = TokenConfig{
			Name: strings.TrimSpace(create.Name), Scopes: c.scopes(create.Scopes), Sets: list(create.Sets),
			BotsPerHour: c.count("--bots-per-hour", create.BotsPerHour), BotsPerDay: c.count("--bots-per-day", create.BotsPerDay),
			Expires: c.expires(create.Expires, config.Timezone), Webhooks: create.Webhooks,
		}
		if config.Token.Name == "" {
			c.wrong("--name: say whose token it is, or what for, such as --name Ada.")
		}
	case "revoke":
		config.Token.Which = given.Token.Revoke.Token
	}
}

func (c *checker) scopes(text string) (scopes []string) {
	valid, given := []string{"read", "write", "destroy"}, list(text)
	for _, scope := range given {
		c.oneOf("--scopes", scope, valid...)
	}
	for _, scope := range valid {
		if slices.Contains(given, scope) {
			scopes = append(scopes, scope)
		}
	}
	if len(given) == 0 {
		c.wrong("--scopes: name one or more of read, write, destroy.")
	}
	return scopes
}

func (c *checker) count(flag, text string) int {
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		c.wrong("%s: %q is not a number of bots; 0 is no limit.", flag, text)
	}
	return n
}

var span = regexp.MustCompile(`^([1-9]\d{0,4})([dh])$`)

// expires is when a token ends: with a day, or so many days or hours from now.
func (c *checker) expires(text string, zone *time.Location) time.Time {
	if text == "" {
		return time.Time{}
	}
	at, err := time.Parse(time.RFC3339, text)
	if m := span.FindStringSubmatch(text); m != nil {
		unit := map[string]time.Duration{"d": 24 * time.Hour, "h": time.Hour}[m[2]]
		n, _ := strconv.Atoi(m[1]) // of at most five digits
		at, err = time.Now().Add(time.Duration(n)*unit), nil
	} else if day, wrong := time.ParseInLocation(time.DateOnly, text, zone); wrong == nil {
		at, err = day.AddDate(0, 0, 1), nil
	}
	switch {
	case err != nil:
		c.wrong("--expires: %q is neither days (90d), hours (12h), a date (2026-12-31) nor a time (2026-12-31T18:00:00Z).", text)
	case !at.After(time.Now()):
		c.wrong("--expires: %s is over already.", text)
	case at.Year() > 9999:
		c.wrong("--expires: %q is too far away; leave it out for a token that does not expire.", text)
	}
	return at
}

var masterKeyID = regexp.MustCompile(`^[A-Za-z0-9._-]{1,32}$`)

// masterKeys reads ID:KEY,ID:KEY. No key is told, not even a wrong one.
func (c *checker) masterKeys(text string) (keys []MasterKey) {
	for i, part := range list(text) {
		id, encoded, ok := strings.Cut(part, ":")
		if !ok || !masterKeyID.MatchString(id) {
			c.wrong("%s: key %d is not an id (letters, digits, . _ -) and a key with : between them, as 'meetmcp token master-key' prints it.", masterKeys, i+1)
			continue
		}
		encoded = strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(encoded, "="))
		raw, err := base64.RawStdEncoding.DecodeString(encoded)
		switch {
		case err != nil:
			c.wrong("%s: the key with the id %s is not Base64. Copy it again, or make one with 'meetmcp token master-key'.", masterKeys, id)
		case len(raw) != masterKeySize:
			c.wrong("%s: the key with the id %s has %d bytes, not %d. Make one with 'meetmcp token master-key'.", masterKeys, id, len(raw), masterKeySize)
		case slices.ContainsFunc(keys, func(key MasterKey) bool { return key.ID == id }):
			c.wrong("%s: two keys have the id %s. Each needs one of its own, by which tokens find it again.", masterKeys, id)
		}
		keys = append(keys, MasterKey{id, NewSecret(string(raw))})
	}
	return keys
}
