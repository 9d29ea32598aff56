package tools

import (
	"bytes"
	"compress/flate"
	"crypto/hmac"
	"encoding/base64"
	"errors"
	"hash/crc32"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// cursor is where a page ended: the call's arguments, so that none need be
// repeated; when it was made, so that durations back from now stay put; and
// the place to go on from, which is the tool's own.
type cursor struct {
	Args  map[string]jsontext.Value `json:"a,omitzero"`
	Now   int64                     `json:"n"` // seconds since 1970
	Place jsontext.Value            `json:"p"`
}

// maxCursor bounds what a cursor may unfold to, in bytes.
const maxCursor = 64 << 10

// pack makes a cursor's text, which a model has to write out: what is in it is
// folded by the names that the tool's schema has.
func (t *Tool) pack(c cursor) ([]byte, error) {
	raw, err := json.Marshal(c, json.Deterministic(true))
	if err != nil {
		return nil, err
	}
	out := bytes.NewBuffer([]byte{t.check()})
	folders := t.schemas().folders
	folder := folders.Get().(*flate.Writer)
	defer folders.Put(folder)
	folder.Reset(out)
	if _, err := folder.Write(raw); err != nil {
		return nil, err
	}
	err = folder.Close()
	return out.Bytes(), err
}

// newFolders keeps what folds by a tool's names, since making one costs more
// than most calls.
func newFolders(names []byte) *sync.Pool {
	return &sync.Pool{New: func() any {
		folder, err := flate.NewWriterDict(io.Discard, flate.BestCompression, names)
		if err != nil {
			panic("cursor: " + err.Error()) // of the level, which is one that there is
		}
		return folder
	}}
}

// unpack reads what pack made.
func (t *Tool) unpack(packed []byte) (c cursor, err error) {
	if len(packed) == 0 || packed[0] != t.check() {
		return c, errors.New("another tool's cursor")
	}
	unfolder := flate.NewReaderDict(bytes.NewReader(packed[1:]), t.schemas().rawIn)
	err = json.UnmarshalRead(io.LimitReader(unfolder, maxCursor), &c)
	return c, err
}

// check tells the cursors of most tools apart.
func (t *Tool) check() byte { return byte(crc32.ChecksumIEEE([]byte(t.Name))) }

// next makes the cursor of the following page.
func (c *Call) next(place any) (string, error) {
	raw, err := json.Marshal(place)
	if err != nil {
		return "", err
	}
	made, err := c.tool.pack(cursor{Args: c.args, Now: c.Now.Unix(), Place: raw})
	return base64.RawURLEncoding.EncodeToString(append(c.mark(made), made...)), err
}

// mark is what a cursor begins with where there are several callers, so that
// each can only use their own. One person's cursors outlive the process.
func (c *Call) mark(made []byte) []byte {
	if c.caller == "" {
		return nil
	}
	return c.tool.policy.sign(c.caller, "cursor", made)[:16]
}

// unmark takes a cursor's mark off, if it is this caller's.
func (c *Call) unmark(raw []byte) ([]byte, bool) {
	n := len(c.mark(nil))
	if len(raw) < n {
		return nil, false
	}
	return raw[n:], hmac.Equal(raw[:n], c.mark(raw[n:]))
}

// at decodes the place that the call's cursor points to, and leaves place as it
// is when there is none.
func (c *Call) at(place any) error {
	if c.place == nil {
		return nil
	}
	if err := json.Unmarshal(c.place, place); err != nil {
		return badArgument("cursor is damaged. Leave it out to start from the beginning.")
	}
	return nil
}

// keep replaces an argument for the pages to come, as "latest" by the id that
// it stands for.
func (c *Call) keep(name, value string) {
	raw, err := json.Marshal(value)
	if err == nil {
		c.args[name] = raw
	}
}

// resume puts the arguments that a cursor holds beside those given, which may
// repeat but not contradict them; max_tokens may change.
func (r *reader) resume(members map[string]jsontext.Value) map[string]jsontext.Value {
	text, given := stringOf(members["cursor"])
	if !given || r.call.tool.schemas().in.Properties.Value("cursor") == nil {
		return members
	}
	delete(members, "cursor")
	if text == "" {
		return members
	}
	var at cursor
	raw, err := base64.RawURLEncoding.DecodeString(text)
	made, own := r.call.unmark(raw)
	if err == nil && own {
		at, err = r.call.tool.unpack(made)
	}
	if err != nil || !own {
		r.wrong("cursor is not one that this server made for this tool. Copy it whole from the page before, or leave it out.")
		return members
	}
	r.call.Now, r.call.place = time.Unix(at.Now, 0), at.Place
	for name, value := range at.Args {
		if name == "max_tokens" && members[name] != nil {
			continue
		}
		if other, ok := members[name]; ok && !same(other, value) {
			if r.latest(name, other) {
				members[name] = value
				continue
			}
			r.wrong("%s differs from the page before. Give the cursor alone, or leave it out to start anew.", clip(name, 60))
		}
		members[name] = value
	}
	for name := range members {
		if _, ok := at.Args[name]; !ok && name != "max_tokens" {
			r.wrong("%s was not given on the page before. Give the cursor alone, or leave it out to start anew.", clip(name, 60))
		}
	}
	return members
}

// same reports that two values are read alike.
func same(a, b jsontext.Value) bool {
	for _, v := range []*jsontext.Value{&a, &b} {
		if text, ok := stringOf(*v); ok {
			*v = jsontext.Value(strings.ToLower(text))
		}
	}
	return bytes.Equal(a, b)
}

// latest reports an id given as "latest", which the cursor holds resolved.
func (r *reader) latest(name string, raw jsontext.Value) bool {
	text, _ := stringOf(raw)
	return name == "bot_id" && text == latest
}
