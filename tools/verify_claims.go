package tools

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/meetmcp/meetmcp/internal/transcript"
	"github.com/meetmcp/meetmcp/internal/untrusted"
	"github.com/meetmcp/meetmcp/internal/work"
	"github.com/meetmcp/meetmcp/summarize"
)

// closest is how many passages are shown to a claim that does not stand.
const closest = 3

type verifyClaims struct {
	botOrLatest
	Claims []claim `json:"claims" jsonschema_extras:"most=50" jsonschema_description:"At most 50."`
	budget
}

// claim is a sentence of the caller's about a meeting.
type claim struct {
	Text    string `json:"text" jsonschema_extras:"free=true" jsonschema_description:"The sentence to check."`
	Quote   string `json:"quote,omitzero" jsonschema_extras:"free=true" jsonschema_description:"What proves it, copied from the transcript; … where you leave something out."`
	Turn    *int   `json:"turn,omitzero" jsonschema_description:"Where the quote stands."`
	Speaker string `json:"speaker,omitzero" jsonschema_extras:"most=200"`
	Owner   string `json:"owner,omitzero" jsonschema_extras:"most=200" jsonschema_description:"Who is to do it."`
	Due     string `json:"due,omitzero" jsonschema_extras:"most=200" jsonschema_description:"As it was said."`
	Kind    string `json:"kind,omitzero" jsonschema_extras:"most=200" jsonschema_description:"action_item or decision: a question is none."`
}

// promises reports a claim that something will be done, or was decided.
func (c claim) promises() bool {
	return c.Owner != "" || c.Due != "" || strings.HasPrefix(c.Kind, "action") || strings.HasPrefix(c.Kind, "decision")
}

// checkedClaims are verdicts, in the order of the claims.
type checkedClaims struct {
	About
	BotID      untrusted.Word `json:"bot_id"`
	Title      untrusted.Text `json:"title"`
	Date       string         `json:"date"`
	Claims     []checkedClaim `json:"claims"`
	Verified   int            `json:"verified"` // of all claims, also those not shown
	Corrected  int            `json:"corrected"`
	Tentative  int            `json:"tentative"`
	Unverified int            `json:"unverified"`
	NotShown   int            `json:"not_shown,omitzero"` // claims at the end
	TurnsTotal int            `json:"turns_total"`        // that the claims were held against

	Suspicious []suspicious `json:"suspicious,omitzero"` // among the quotes shown

	fence transcript.Fence
	odd   string // what the text says of the suspicious
}

type checkedClaim struct {
	Claim    int            `json:"claim"` // its place in the list, from 1
	Text     untrusted.Text `json:"text"`
	Status   string         `json:"status"`
	Why      untrusted.Text `json:"why,omitzero"`
	Owner    untrusted.Text `json:"owner,omitzero"`    // whom "I" stands for
	Evidence []evidence     `json:"evidence,omitzero"` // as it stands in the transcript
	Closest  []evidence     `json:"closest,omitzero"`  // passages that could support or contradict it
}

func (o *checkedClaims) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "bot_id %s · %s · %s\n%d claims, held against all %d turns: %d verified, %d corrected, %d tentative, %d unverified.\n", o.BotID, o.Title.Quoted(), o.Date,
		o.Verified+o.Corrected+o.Tentative+o.Unverified, o.TurnsTotal, o.Verified, o.Corrected, o.Tentative, o.Unverified)
	var block strings.Builder
	for _, c := range o.Claims {
		fmt.Fprintf(&block, "%d. %s: %s\n", c.Claim, c.Status, c.Text)
		if !c.Why.IsZero() {
			fmt.Fprintf(&block, "   why: %s\n", c.Why)
		}
		if !c.Owner.IsZero() {
			fmt.Fprintf(&block, "   owner: %s\n", c.Owner)
		}
		quotes(&block, "said", c.Evidence)
		quotes(&block, "closest", c.Closest)
	}
	b.WriteString(o.fence.Wrap(block.String()))
	b.WriteString(o.odd)
	if o.NotShown > 0 {
		fmt.Fprintf(&b, "\nNot shown: the last %d claims.", o.NotShown)
	}
	return b.String()
}

func quotes(b *strings.Builder, what string, all []evidence) {
	for _, e := range all {
		fmt.Fprintf(b, "   %s: [%s %s] %s (turn %d)\n", what, transcript.Clock(e.Start), e.Speaker, e.Quote.Quoted(), e.Turn)
	}
}

func checkClaims(ctx context.Context, archive *archive, call *Call, in verifyClaims) (*checkedClaims, error) {
	if len(in.Claims) == 0 {
		return nil, badArgument("claims is empty: give at least one {text, quote}.")
	}
	id, err := finished(ctx, archive.api, call, in.BotID)
	if err != nil {
		return nil, err
	}
	r, err := archive.spoken(ctx, call, id)
	if err != nil {
		return nil, err
	}
	verdicts := make([]summarize.Verdict, len(in.Claims))
	passages := make([][]summarize.Evidence, len(in.Claims))
	out := checkedClaims{BotID: untrusted.ID(r.BotID), Title: untrusted.Name(r.Title), Date: r.Date.UTC().Format(time.RFC3339), TurnsTotal: len(r.Turns), fence: transcript.NewFence()}
	err = work.Heavy(ctx, func(ctx context.Context) error {
		checker, err := summarize.NewChecker(ctx, r.Turns)
		for i := 0; i < len(in.Claims) && err == nil; i++ {
			if verdicts[i], err = checker.Check(ctx, in.Claims[i].asked()); err == nil && verdicts[i].Finding == summarize.NotVerified {
				passages[i], err = checker.Closest(ctx, in.Claims[i].Text+" "+in.Claims[i].Quote, closest)
			}
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, v := range verdicts {
		switch v.Finding {
		case summarize.Verified:
			out.Verified++
		case summarize.Corrected:
			out.Corrected++
		case summarize.Hedged:
			out.Tentative++
		default:
			out.Unverified++
		}
	}
	return most(call, len(in.Claims), in.tokens(), full, func(k int, d detail) (*checkedClaims, error) {
		page := out
		page.Claims = make([]checkedClaim, 0, k)
		for i := range k {
			page.Claims = append(page.Claims, in.Claims[i].told(i, verdicts[i], passages[i], d))
		}
		var shown []evidence
		for _, c := range page.Claims {
			shown = append(append(shown, c.Evidence...), c.Closest...)
		}
		page.Suspicious, page.odd = suspiciousIn(suspiciousQuotes(shown), d)
		page.NotShown = len(in.Claims) - k
		switch {
		case page.NotShown > 0:
			page.Next = fmt.Sprintf("verify_claims with the claims from the %d. on, or with more max_tokens.", k+1)
		case out.Unverified > 0:
			page.Next = "leave out what is unverified, or quote what was really said (closest; get_transcript with turns reads around it) and check again."
		case out.Corrected+out.Tentative > 0:
			page.Next = "take quote, turn and speaker as they stand here, and say of what is tentative that it is."
		default:
			page.Next = "the claims stand; show them with their quotes and times."
		}
		return &page, nil
	})
}

// asked is the claim as the check takes it.
func (c claim) asked() summarize.Claim {
	out := summarize.Claim{Text: c.Text, Owner: c.Owner, Due: c.Due, Promise: c.promises()}
	if strings.TrimSpace(c.Quote) != "" {
		out.Quotes = []summarize.Quote{{Text: c.Quote, Turn: c.Turn, Speaker: c.Speaker}}
	}
	return out
}

// told is what the check found, in so much detail.
func (c claim) told(i int, v summarize.Verdict, passages []summarize.Evidence, d detail) checkedClaim {
	limit := d.runes() / 4
	out := checkedClaim{Claim: i + 1, Text: untrusted.Line(c.Text, limit), Status: string(v.Finding), Why: untrusted.Line(v.Why, d.runes())}
	if v.Owner != c.Owner {
		out.Owner = untrusted.Name(v.Owner)
	}
	for _, e := range v.Evidence {
		out.Evidence = append(out.Evidence, evidenceOf(e, d))
	}
	for _, e := range passages {
		if d == least {
			e.Quote = transcript.Line(e.Quote, limit)
		}
		out.Closest = append(out.Closest, evidenceOf(e, d))
	}
	return out
}
