package client

import (
	"context"
	"encoding"
	"errors"
	"math"
	"reflect"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/meetmcp/meetmcp/internal/work"
)

// oddMost is how many places of one answer are named; others are counted.
const oddMost = 8

// oddities are the places in an answer that are not as the API's document says,
// and are left out.
type oddities struct {
	rows   string // what the answer is a list of, "" for an object
	places []string
	more   int
	heads  map[jsontext.Pointer]bool // those that are no part of a row
}

func (o *oddities) has(at jsontext.Pointer) bool { return o.heads[at] }

func (o *oddities) add(at jsontext.Pointer, what string) {
	if len(o.heads) < oddMost {
		if o.heads == nil {
			o.heads = map[jsontext.Pointer]bool{}
		}
		o.heads[at] = true
	}
	if len(o.places) == oddMost {
		o.more++
		return
	}
	o.places = append(o.places, o.rows+placeOf(at)+" ("+what+")")
}

// row adds the row i of the list at a place, unless more is known of it.
func (o *oddities) row(list string, i int, what string) {
	at := jsontext.Pointer(list + "/" + strconv.Itoa(i))
	if len(o.places) < oddMost && !o.has(at) {
		o.add(at, what)
	} else if !o.has(at) {
		o.more++
	}
}

// placeOf writes bots[1].duration for /bots/1/duration.
func placeOf(at jsontext.Pointer) string {
	var b strings.Builder
	for token := range at.Tokens() {
		if _, err := strconv.Atoi(token); err == nil {
			b.WriteString("[" + token + "]")
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('.')
		}
		b.WriteString(token)
	}
	return strings.TrimPrefix(b.String(), ".")
}

type oddContext struct{}

// WithOdd has told called with the places that were left out of an answer to a
// call under ctx, such as "bots[1].duration (a fraction)", and with how many
// there were beside those. They are names out of the API's document.
func WithOdd(ctx context.Context, told func(places []string, more int)) context.Context {
	return context.WithValue(ctx, oddContext{}, told)
}

func (o *oddities) tell(ctx context.Context) {
	if told, ok := ctx.Value(oddContext{}).(func([]string, int)); ok && len(o.places) > 0 {
		told(o.places, o.more)
	}
}

// reader is a type of ours that reads values of one kind by itself.
type reader interface{ kind() jsontext.Kind }

// lenient leaves out values that have no place in the type they are read into,
// and lists them, where they would otherwise cost the whole answer.
func lenient(ctx context.Context, found *oddities) json.Options {
	values := 0
	return json.WithUnmarshalers(json.JoinUnmarshalers(asWritten, json.UnmarshalFromFunc(func(dec *jsontext.Decoder, v any) error {
		if values++; values%1000 == 0 {
			if err := work.Check(ctx); err != nil {
				return err
			}
		}
		kind, want := dec.PeekKind(), wanted(reflect.TypeOf(v))
		switch {
		case kind == jsontext.KindNull, kind == jsontext.KindInvalid, want == whatever, kind == want:
			return errors.ErrUnsupported // the usual way
		case want != scalar:
			if err := dec.SkipValue(); err != nil {
				return err
			}
			found.add(dec.StackPointer(), kindWord(kind, nil))
		default:
			raw, err := dec.ReadValue()
			if err != nil {
				return err
			}
			if readScalar(raw, v) {
				return nil
			}
			found.add(dec.StackPointer(), kindWord(kind, raw))
		}
		reflect.ValueOf(v).Elem().SetZero()
		return nil
	})))
}

// What a type wants beside a kind of JSON.
const (
	whatever jsontext.Kind = 1 // whatever there is
	scalar   jsontext.Kind = 2 // one value, as the type itself reads it
)

// wanted is which kind of JSON is read into what a pointer of type t points at.
func wanted(t reflect.Type) jsontext.Kind {
	if t.Implements(reflect.TypeFor[reader]()) {
		return reflect.New(t.Elem()).Interface().(reader).kind()
	}
	if t == reflect.TypeFor[*jsontext.Value]() {
		return whatever
	}
	if t.Implements(reflect.TypeFor[json.Unmarshaler]()) || t.Implements(reflect.TypeFor[encoding.TextUnmarshaler]()) {
		return scalar
	}
	switch to := t.Elem(); to.Kind() {
	case reflect.Struct, reflect.Map:
		return jsontext.KindBeginObject
	case reflect.Slice:
		return jsontext.KindBeginArray
	case reflect.Interface:
		return whatever
	case reflect.Pointer:
		return wanted(to)
	}
	return scalar
}

// readScalar reads one value, a whole number also in the form 1800.0.
func readScalar(raw jsontext.Value, v any) bool {
	if json.Unmarshal(raw, v, jsontext.AllowInvalidUTF8(true)) == nil {
		return true
	}
	number, err := strconv.ParseFloat(string(raw), 64)
	if err != nil || number != math.Trunc(number) || math.Abs(number) > 1<<53 {
		return false
	}
	return json.Unmarshal(strconv.AppendInt(nil, int64(number), 10), v) == nil
}

func kindWord(kind jsontext.Kind, raw jsontext.Value) string {
	switch kind {
	case jsontext.KindString:
		return "a text that does not fit"
	case jsontext.KindNumber:
		if strings.ContainsAny(string(raw), ".eE") {
			return "a fraction"
		}
		return "a number that does not fit"
	case jsontext.KindBeginObject:
		return "an object"
	case jsontext.KindBeginArray:
		return "a list"
	}
	return "true or false"
}
