package client

// Defences are what a client does against an API that misbehaves.
var Defences = map[string]func(*rules){
	"documented answers": func(r *rules) { r.documented = false },
	"named errors":       func(r *rules) { r.errors = false },
	"unsure writes":      func(r *rules) { r.unsure = func(int) bool { return false } },
	"one id":             func(r *rules) { r.same = func(string, string) bool { return true } },
	"one request":        func(r *rules) { r.resends = func(string) bool { return true } },
	"trail":              func(r *rules) { r.trail = false },
	"leaving out":        func(r *rules) { r.lenient = false },
	"few values":         func(r *rules) { r.maxValues = 1 << 40 },
}

// Without returns options of a client without one of its defences.
func Without(o Options, defence string) *Options {
	r := usualRules()
	if defence != "" {
		Defences[defence](&r)
	}
	o.rules = &r
	return &o
}
