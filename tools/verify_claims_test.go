package tools_test

import (
	"strings"
	"testing"

	"github.com/meetmcp/meetmcp/tools"
)

// Each claim is told what it is, with what shows it.
func TestVerifyClaims(t *testing.T) {
	t.Parallel()
	a := newAgent(t, tools.Policy{})
	weekly := a.meetingOf("weekly sync")
	r := a.ok("verify_claims", `{"bot_id":"latest","claims":[
		{"text":"It was three past when they began","quote":"it's three past, shall we just go","turn":0},
		{"text":"It was three past when they began","quote":"it's three past, shall we just go","turn":9,"speaker":"Marek"},
		{"text":"The board approved 500 new dishwashers","quote":"we approve five hundred new dishwashers","turn":3},
		"Somebody talked about the dishwasher",
		{"text":"They go","quote":"it's three past, shall we just go","turn":"0","owner":"Bartholomew","due":null,"kind":"action_item"}]}`)
	got := fields[struct {
		BotID                                      string `json:"bot_id"`
		Verified, Corrected, Tentative, Unverified int
		TurnsTotal                                 int `json:"turns_total"`
		Claims                                     []struct {
			Claim       int
			Status, Why string
			Evidence    []struct {
				Quote, Speaker string
				Turn           int
			}
			Closest []struct{ Quote string }
		}
	}](t, r)
	for i, want := range []string{"verified", "corrected", "unverified", "unverified", "unverified"} {
		if got.Claims[i].Status != want || got.Claims[i].Claim != i+1 {
			t.Errorf("claim %d: got %+v, want %s", i, got.Claims[i], want)
		}
	}
	if got.BotID != weekly || got.Verified != 1 || got.Corrected != 1 || got.Unverified != 3 || got.TurnsTotal != 46 {
		t.Errorf("got %s", r.json)
	}
	if c := got.Claims[1]; !strings.Contains(c.Why, "not in turn 9") || c.Evidence[0].Turn != 0 || c.Evidence[0].Speaker != "Priya Venn" {
		t.Errorf("corrected: %+v", c)
	}
	if c := got.Claims[3]; len(c.Closest) != 3 || !strings.Contains(strings.ToLower(c.Closest[0].Quote), "dishwasher") || !strings.Contains(c.Why, "no quote was given") {
		t.Errorf("without a quote: %+v", c)
	}
	for _, want := range []string{"1. verified", `2. corrected`, "closest: [", "not in turn 9", "held against all 46 turns: 1 verified"} {
		if !strings.Contains(r.text, want) {
			t.Errorf("no %q in\n%s", want, r.text)
		}
	}
	for _, row := range []struct{ args, want string }{
		{`{"bot_id":"latest"}`, "claims is missing"},
		{`{"bot_id":"latest","claims":[]}`, "claims is empty"},
		{`{"bot_id":"latest","claims":[{"quote":"x"}]}`, "text is missing"},
		{`{"bot_id":"latest","claims":[{"text":"x","quotes":["y"]}]}`, `Did you mean "quote"`},
		{`{"bot_id":"latest","claims":[` + strings.Repeat(`"x",`, 50) + `"x"]}`, "takes at most 50"},
		{`{"bot_id":"latest","claims":["` + strings.Repeat("x", 3000) + `"]}`, "too long"},
	} {
		if r := a.call("verify_claims", row.args); !r.isError || !strings.Contains(r.text, row.want) {
			t.Errorf("%.80s: %s", row.args, r.text)
		}
	}
	many := a.ok("verify_claims", `{"bot_id":"latest","max_tokens":500,"claims":[`+strings.Repeat(`"Somebody talked about the dishwasher at length",`, 49)+`"x y"]}`)
	if !strings.Contains(many.text, "Not shown: the last ") || !strings.Contains(many.text, "50 unverified") {
		t.Errorf("got %s", many.text)
	}
}
