package client

import (
	"strconv"
	"strings"
	"unicode"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// member is a member of an answer that has no place in its type. Only those that
// say how a call went are kept.
type member struct{ raw jsontext.Value }

func (*member) kind() jsontext.Kind { return whatever }

// UnmarshalJSONFrom keeps the value, or passes over it.
func (m *member) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	if !tells(dec.StackPointer().LastToken()) {
		return dec.SkipValue()
	}
	raw, err := dec.ReadValue()
	m.raw = raw[:min(len(raw), maxError)].Clone() // what is cut is not JSON any more, and still says something
	return err
}

// The names, without case and marks, of what says how a call went.
var (
	faultNames = []string{"error", "errors", "err", "exception", "fault", "failure", "errorcode", "errorname", "errortype", "errormessage", "errordescription"}
	yesNames   = []string{"ok", "success", "succeeded"}                 // true: it was done
	noNames    = []string{"failed", "iserror", "haserror", "haserrors"} // true: it was not
	stateNames = []string{"status", "statuscode", "code"}
	wordNames  = []string{"message", "msg", "errormessage", "errordescription", "error", "errors", "detail", "details", "reason", "err", "exception", "fault", "failure"}
	codeNames  = []string{"code", "errorcode", "errorname", "errortype", "error", "err"}

	allNames = func() map[string]bool {
		all := map[string]bool{}
		for _, names := range [][]string{faultNames, yesNames, noNames, stateNames, wordNames, codeNames} {
			for _, name := range names {
				all[name] = true
			}
		}
		return all
	}()
)

func folded(name string) string {
	return strings.ToLower(strings.NewReplacer("_", "", "-", "", " ", "").Replace(name))
}

func tells(name string) bool { return len(name) < 40 && allNames[folded(name)] }

// said is how a call went by an answer's own account.
type said struct {
	refuses bool // it names an error, or says that it did not do it
	done    bool // it says that it did
	status  int  // of HTTP that it names, 0 without
	code    string
	message string
}

// saidIn reads it in an answer's JSON, or takes a text as it is.
func saidIn(raw jsontext.Value) said {
	var members map[string]member
	if raw.Kind() != jsontext.KindBeginObject || json.Unmarshal(raw, &members, loose) != nil {
		return said{message: wordsOf(textOf(raw[:min(len(raw), maxError)], 0))}
	}
	return saidBy(members)
}

// saidBy reads it in the members of an answer.
func saidBy(members map[string]member) (s said) {
	if len(members) == 0 {
		return s
	}
	by := map[string]jsontext.Value{}
	for name, m := range members {
		if len(m.raw) > 0 {
			by[folded(name)] = m.raw
		}
	}
	for _, name := range faultNames {
		switch string(by[name]) {
		case "", "null", "false", `""`, "0", "[]", "{}":
		default:
			s.refuses = true
		}
	}
	for _, name := range yesNames {
		word := strings.ToLower(textOf(by[name], 0))
		s.refuses, s.done = s.refuses || word == "false", s.done || word == "true"
	}
	for _, name := range noNames {
		s.refuses = s.refuses || strings.EqualFold(textOf(by[name], 0), "true")
	}
	for _, name := range stateNames {
		word := strings.ToLower(textOf(by[name], 0))
		if n, err := strconv.Atoi(word); err == nil && n >= 400 && n < 600 {
			s.refuses, s.status = true, n
		}
		switch word {
		case "error", "errored", "failed", "fail", "failure", "refused", "rejected", "denied":
			s.refuses = true
		}
	}
	for _, name := range wordNames {
		if s.message == "" && by[name] != nil && !oneOf(string(by[name]), "null", "true", "false") {
			s.message = wordsOf(textOf(by[name], 0))
		}
	}
	for _, name := range codeNames {
		if text := textOf(by[name], 0); s.code == "" && by[name].Kind() == jsontext.KindString && !strings.Contains(text, " ") {
			s.code = text
		}
	}
	return s
}

// wordsOf is a text if there is a letter in it. It is cut when secrets are masked.
func wordsOf(text string) string {
	if !strings.ContainsFunc(text, unicode.IsLetter) {
		return ""
	}
	return text
}

func oneOf(text string, all ...string) bool {
	for _, one := range all {
		if text == one {
			return true
		}
	}
	return false
}

// textOf is the text in a value: itself, what an object says in words, the first
// of a list; or else the JSON.
func textOf(raw jsontext.Value, depth int) string {
	switch {
	case raw.Kind() == jsontext.KindString:
		var text string
		if json.Unmarshal(raw, &text, loose) == nil {
			return text
		}
	case raw.Kind() == jsontext.KindBeginObject && depth < 3:
		var members map[string]jsontext.Value
		if json.Unmarshal(raw, &members, loose) == nil {
			for _, name := range wordNames {
				if inner, ok := members[name]; ok && inner.Kind() == jsontext.KindString {
					return textOf(inner, depth+1)
				}
			}
		}
	case raw.Kind() == jsontext.KindBeginArray && depth < 3:
		var items []jsontext.Value
		if json.Unmarshal(raw, &items, loose) == nil && len(items) > 0 {
			return textOf(items[0], depth+1)
		}
	}
	return string(raw)
}
