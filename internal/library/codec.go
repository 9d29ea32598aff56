package library

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"strings"
	"unsafe"

	"github.com/meetmcp/meetmcp/internal/transcript"
)

var errCorrupt = errors.New("the library's data is damaged: purge and sync it")

// writer appends numbers and strings to a blob.
type writer struct{ data []byte }

func (w *writer) number(n int) { w.data = binary.AppendUvarint(w.data, uint64(n)) }

func (w *writer) text(s string) {
	w.number(len(s))
	w.data = append(w.data, s...)
}

func (w *writer) float(f float64) {
	w.data = binary.LittleEndian.AppendUint64(w.data, math.Float64bits(f))
}

// reader takes them out again. Past the end, or on nonsense, it goes bad and
// answers zeros.
type reader struct {
	data string
	bad  bool
}

func (r *reader) number() int {
	n := uint64(0)
	for i := range min(len(r.data), binary.MaxVarintLen64) {
		c := r.data[i]
		n |= uint64(c&0x7f) << (7 * i)
		if c < 0x80 {
			r.data = r.data[i+1:]
			if n > math.MaxInt32 {
				break
			}
			return int(n)
		}
	}
	r.bad = true
	return 0
}

// count is a number of things that take at least a byte each.
func (r *reader) count() int {
	n := r.number()
	if n > len(r.data) {
		r.bad = true
		return 0
	}
	return n
}

func (r *reader) text() string {
	n := r.count()
	s := r.data[:n]
	r.data = r.data[n:]
	return s
}

func (r *reader) float() float64 {
	if len(r.data) < 8 {
		r.bad = true
		return 0
	}
	bits := binary.LittleEndian.Uint64([]byte(r.data[:8]))
	r.data = r.data[8:]
	return math.Float64frombits(bits)
}

// names writes each string once.
type names struct {
	all   []string
	place map[string]int
}

func (n *names) of(name string) int {
	i, known := n.place[name]
	if !known {
		if n.place == nil {
			n.place = map[string]int{}
		}
		i = len(n.all)
		n.place[name] = i
		n.all = append(n.all, name)
	}
	return i
}

func (w *writer) suspicion(s transcript.Suspicion, named *names) {
	w.number(s.Turn)
	w.number(s.Last)
	w.float(s.Start)
	w.number(named.of(s.Kind))
	w.number(named.of(s.Quote))
	if s.Name {
		w.number(1)
	} else {
		w.number(0)
	}
}

func (r *reader) suspicions(name func() string) []transcript.Suspicion {
	n := r.count()
	if n == 0 {
		return nil
	}
	all := make([]transcript.Suspicion, n)
	for i := range all {
		all[i] = transcript.Suspicion{Turn: r.number(), Last: r.number(), Start: r.float(), Kind: name(), Quote: name(), Name: r.number() == 1}
	}
	return all
}

// Turns that transcript.Prepare made are written with what was found in them,
// behind a zero, as no other meeting has no names at all, and this number.
const preparedTurns = 1

func packTurns(turns []transcript.Turn) ([]byte, error) {
	var named names
	var body writer
	prepared := transcript.Prepared(turns)
	body.number(len(turns))
	for _, t := range turns {
		body.number(t.Index)
		body.number(named.of(t.Speaker))
		body.number(named.of(t.Lang))
		body.float(t.Start)
		body.float(t.End)
		body.text(t.Text)
		if prepared {
			body.number(len(t.Suspicions()))
			for _, s := range t.Suspicions() {
				body.suspicion(s, &named)
			}
		}
	}
	var head writer
	if prepared {
		head.number(0)
		head.number(preparedTurns)
	}
	head.number(len(named.all))
	for _, name := range named.all {
		head.text(name)
	}
	return deflate(append(head.data, body.data...))
}

// unpackTurns answers also how many bytes of memory the turns take.
func unpackTurns(packed []byte) ([]transcript.Turn, int, error) {
	data, err := inflate(packed)
	if err != nil {
		return nil, 0, err
	}
	r := &reader{data: data}
	count := r.count()
	prepared := count == 0 && len(r.data) > 1
	if prepared {
		r.bad = r.number() != preparedTurns
		count = r.count()
	}
	named := make([]string, count)
	for i := range named {
		named[i] = r.text()
	}
	name := func() string {
		if i := r.number(); i < len(named) {
			return named[i]
		}
		r.bad = true
		return ""
	}
	turns := make([]transcript.Turn, r.count())
	for i := range turns {
		turns[i] = transcript.Turn{Index: r.number(), Speaker: name(), Lang: name(), Start: r.float(), End: r.float(), Text: r.text()}
		if prepared {
			turns[i] = transcript.Stored(turns[i], r.suspicions(name))
		}
	}
	if r.bad {
		return nil, 0, errCorrupt
	}
	return turns, len(data) + len(turns)*int(unsafe.Sizeof(transcript.Turn{})), nil
}

func (ix *index) pack() ([]byte, error) {
	var w writer
	list := func(ids []int32) {
		w.number(len(ids))
		for _, id := range ids {
			w.number(int(id))
		}
	}
	w.number(len(ix.terms))
	for i, term := range ix.terms {
		w.text(term)
		if ix.words[i] == term {
			w.text("")
		} else {
			w.text(ix.words[i])
		}
	}
	w.number(len(ix.speakers))
	for i, name := range ix.speakers {
		w.text(name)
		list(ix.called[i])
	}
	list(ix.titled)
	if ix.compounds {
		w.number(1)
	} else {
		w.number(0)
	}
	w.number(len(ix.units))
	for _, u := range ix.units {
		for _, n := range []int{u.turn, u.from, u.to, u.words, u.speaker} {
			w.number(n)
		}
		list(u.terms)
	}
	return deflate(w.data)
}

// unpackIndex answers also how many bytes of memory the index takes.
func unpackIndex(packed []byte) (*index, int, error) {
	data, err := inflate(packed)
	if err != nil {
		return nil, 0, err
	}
	r, ix := &reader{data: data}, &index{}
	var all []int32 // the terms of all units and names
	list := func() []int32 {
		n := r.count()
		if n > cap(all)-len(all) {
			all = make([]int32, 0, max(n, len(r.data)/2))
		}
		start := len(all)
		for range n {
			id := r.number()
			if id >= len(ix.terms) {
				r.bad = true
			}
			all = append(all, int32(id))
		}
		return all[start:len(all):len(all)]
	}
	n := r.count()
	ix.terms, ix.words = make([]string, n), make([]string, n)
	for i := range ix.terms {
		ix.terms[i], ix.words[i] = r.text(), r.text()
		if ix.words[i] == "" {
			ix.words[i] = ix.terms[i]
		}
	}
	n = r.count()
	ix.speakers, ix.called = make([]string, n), make([][]int32, n)
	for i := range ix.speakers {
		ix.speakers[i], ix.called[i] = r.text(), list()
	}
	ix.titled, ix.compounds = list(), r.number() == 1
	ix.units = make([]unit, r.count())
	for i := range ix.units {
		ix.units[i] = unit{r.number(), r.number(), r.number(), r.number(), r.number(), list()}
		if ix.units[i].speaker >= len(ix.speakers) {
			r.bad = true
		}
	}
	if r.bad {
		return nil, 0, errCorrupt
	}
	size := len(data) + 4*cap(all) + 2*len(ix.terms)*int(unsafe.Sizeof("")) + len(ix.units)*int(unsafe.Sizeof(unit{}))
	return ix, size, nil
}

// deflate packs data, its length first.
func deflate(data []byte) ([]byte, error) {
	var length writer
	length.number(len(data))
	out := bytes.NewBuffer(length.data)
	w, err := flate.NewWriter(out, flate.DefaultCompression)
	if err != nil {
		return nil, err
	}
	_, err = w.Write(data)
	err = errors.Join(err, w.Close())
	return out.Bytes(), err
}

func inflate(packed []byte) (string, error) {
	length, n := binary.Uvarint(packed)
	if n <= 0 || length > uint64(len(packed))*2000 { // more than it can pack
		return "", errCorrupt
	}
	var out strings.Builder
	out.Grow(int(length))
	if _, err := io.Copy(&out, flate.NewReader(bytes.NewReader(packed[n:]))); err != nil {
		return "", errors.Join(errCorrupt, err)
	}
	return out.String(), nil
}
