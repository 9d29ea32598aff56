package untrusted

import (
	"net/url"
	"slices"
	"strings"
	"unicode"

	"github.com/go-json-experiment/json/jsontext"
)

// Hidden stands in place of a secret.
const Hidden = "…"

// Words that make a name one of a secret: anywhere in it, as one of its words,
// or at its end.
var (
	secretParts = []string{"token", "secret", "password", "passwd", "passphrase", "passcode", "pwd", "authorization", "signature", "credential", "cookie", "bearer", "apikey", "accesskey", "privatekey"}
	secretWords = []string{"key", "keys", "pass", "auth", "sig", "sas", "jwt", "hmac", "otp", "pin", "zak", "tk"}
	plainKeys   = []string{"deduplicationkey", "dedupkey", "deduplicationkeys", "monkey", "donkey", "turkey", "hotkey", "whiskey", "jockey", "hockey"}
)

// secretName reports that a name is one under which secrets stand, in whatever
// case and with whatever between its words.
func secretName(name string) bool {
	if len(name) > 1000 {
		name = name[:1000]
	}
	words := nameWords(name)
	joined := strings.Join(words, "")
	if slices.Contains(plainKeys, joined) {
		return false
	}
	return slices.ContainsFunc(secretParts, func(part string) bool { return strings.Contains(joined, part) }) ||
		slices.ContainsFunc(words, func(word string) bool {
			return slices.Contains(secretWords, word) || strings.HasSuffix(word, "key") && !slices.Contains(plainKeys, word)
		})
}

// nameWords are the words of a name in small letters: X-Gladia-Key, apiKey and
// api_key have two or three.
func nameWords(name string) []string {
	var words []string
	word, before := []rune(nil), ' '
	end := func() {
		if len(word) > 0 {
			words = append(words, string(word))
			word = nil
		}
	}
	for _, r := range name {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) || unicode.IsUpper(r) && unicode.IsLower(before) {
			end()
		}
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			word = append(word, unicode.ToLower(r))
		}
		before = r
	}
	end()
	return words
}

// hides reports that a value under a secret's name can be one: not null, a truth
// value or a count of tokens.
func hides(name string, v any) bool {
	switch v := v.(type) {
	case nil, bool:
		return false
	case jsontext.Value, float64:
		return !strings.HasSuffix(strings.ToLower(name), "tokens")
	case string:
		return v != ""
	}
	return true
}

const (
	schemeEnd = "://"
	ownScheme = "meeting" // of addresses that lead nowhere else
)

// withoutSecrets hides in the addresses of a text who they log in as, what their
// queries have that may be a secret, and their fragments.
func withoutSecrets(text string) string {
	const plain = 60 // bytes of an address that has no room for a secret in its path
	at := strings.Index(text, schemeEnd)
	if at < 0 || len(text) < plain && !strings.ContainsAny(text, "@?#") {
		return text
	}
	var out strings.Builder
	for at >= 0 {
		end := at + len(schemeEnd)
		for end < len(text) && !strings.ContainsRune(" \t\r\n\"'<>`", rune(text[end])) {
			end++
		}
		out.WriteString(text[:at+len(schemeEnd)])
		if rest := text[at+len(schemeEnd) : end]; strings.HasSuffix(text[:at], ownScheme) {
			out.WriteString(rest)
		} else {
			out.WriteString(addressWithout(rest))
		}
		text = text[end:]
		at = strings.Index(text, schemeEnd)
	}
	return out.String() + text
}

// addressWithout is what stands behind an address's scheme, without secrets.
func addressWithout(rest string) string {
	user := ""
	if at := strings.LastIndexByte(rest, '@'); at >= 0 && loginEnds(rest[:at]) {
		user, rest = Hidden+"@", rest[at+1:]
	}
	rest, fragment, fragmented := strings.Cut(rest, "#")
	rest, query, queried := strings.Cut(rest, "?")
	host, path, slashed := strings.Cut(rest, "/")
	out := user + host
	if slashed {
		parts := strings.Split(path, "/")
		for i, part := range parts {
			if random(part) {
				parts[i] = Hidden
			}
		}
		out += "/" + strings.Join(parts, "/")
	}
	if queried {
		pairs := strings.FieldsFunc(query, func(r rune) bool { return r == '&' || r == ';' })
		for i, pair := range pairs {
			name, value, valued := strings.Cut(pair, "=")
			plain, err := url.QueryUnescape(name)
			if err != nil {
				plain = name
			}
			switch {
			case !valued && (random(name) || len(name) > 40):
				pairs[i] = Hidden
			case valued && value != "" && plain != "context" && (secretName(plain) || plain == "p" && strings.Contains(host, "teams.") || random(value) || len(value) > 200):
				pairs[i] = name + "=" + Hidden
			}
		}
		out += "?" + strings.Join(pairs, "&")
	}
	if fragmented && fragment != "" {
		out += "#" + Hidden
	}
	return out
}

// loginEnds reports that what stands before an @ is who an address logs in as:
// no path begins before it, but in a password.
func loginEnds(before string) bool {
	end := strings.IndexAny(before, "/?#")
	if end < 0 {
		return true
	}
	_, port, colon := strings.Cut(before[:end], ":")
	return colon && strings.Trim(port, "0123456789") != ""
}

// random reports that a part of an address looks like a key: long, of letters
// and digits, and no word, id or date.
func random(part string) bool {
	const shortest = 20
	if len(part) < shortest || uuid(part) || strings.Contains(part, "%40thread") || strings.Contains(part, "@thread") {
		return false
	}
	digits, small, large := 0, 0, 0
	for _, r := range part {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case r >= 'a' && r <= 'z':
			small++
		case r >= 'A' && r <= 'Z':
			large++
		case !strings.ContainsRune("-_.~+=%", r):
			return false
		}
	}
	return digits >= 3 && small+large >= 3
}

// uuid reports that a part is an id of that form.
func uuid(part string) bool {
	if len(part) != 36 {
		return false
	}
	for i, r := range part {
		if (i == 8 || i == 13 || i == 18 || i == 23) != (r == '-') {
			return false
		}
	}
	return true
}
