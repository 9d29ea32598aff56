package tools

import (
	"reflect"
	"testing"
	"time"
)

// What is kept of a bot that somebody waits for or has subscribed to has no
// room for what was said: it is made of short texts, times and fingerprints.
func TestWatchesKeepNoAnswers(t *testing.T) {
	t.Parallel()
	var walk func(path string, of reflect.Type)
	walk = func(path string, of reflect.Type) {
		switch kind := of.Kind(); {
		case of == reflect.TypeFor[time.Time](), of == reflect.TypeFor[error]():
		case kind == reflect.Struct && of.PkgPath() == reflect.TypeFor[sighting]().PkgPath():
			for i := range of.NumField() {
				walk(path+"."+of.Field(i).Name, of.Field(i).Type)
			}
		case kind == reflect.Pointer:
			walk(path, of.Elem())
		case kind == reflect.Slice, kind == reflect.Map, kind == reflect.Interface, kind == reflect.Struct:
			t.Errorf("%s is a %s, which may hold a whole meeting", path, of)
		}
	}
	walk("sighting", reflect.TypeFor[sighting]())
}
