package summarize_test

import (
	"strings"
	"testing"

	"github.com/meetmcp/meetmcp/internal/transcript"
	"github.com/meetmcp/meetmcp/summarize"
)

// A quote that ends before its own sentence does, or begins behind its start, is
// judged with the rest. The part between bars is quoted.
func TestRestOfSentence(t *testing.T) {
	t.Parallel()
	const (
		yes   = summarize.Verified
		maybe = summarize.Hedged
		no    = summarize.NotVerified
	)
	for _, row := range []struct {
		language, said string
		want           summarize.Finding
	}{
		{"en", "|The sign-up screens are done|, mostly.", maybe},
		{"en", "|The sign-up screens are done| – mostly.", maybe},
		{"en", "|The sign-up screens are done|, I think.", maybe},
		{"en", "|The sign-up screens are done|, or so I was told.", maybe},
		{"en", "|The sign-up screens are done| if the board agrees.", maybe},
		{"en", "|The sign-up screens are done|, unless Ben broke something.", maybe},
		{"en", "|The sign-up screens are done|, as far as I know.", maybe},
		{"en", "|The sign-up screens are done|, fingers crossed.", maybe},
		{"en", "|The sign-up screens are done| once the designers have looked at them.", maybe},
		{"en", "|The sign-up screens are done|, apart from the last two.", maybe},
		{"en", "|The sign-up screens are done|, right?", maybe},
		{"en", "|The sign-up screens are done|, don't you think?", maybe},
		{"en", "Are you sure that |the sign-up screens are done|?", maybe},
		{"en", "I think |the sign-up screens are done|.", maybe},
		{"en", "If |the sign-up screens are done|, we can go home.", maybe},
		{"en", "Let's see whether |the sign-up screens are done|.", maybe},
		{"en", "According to Ben |the sign-up screens are done|.", maybe},
		{"en", "|The sign-up screens are done|, not.", no},
		{"en", "|The sign-up screens are done|. Not!", yes}, // another sentence
		{"en", "|The sign-up screens are done|, not really.", no},
		{"en", "|The sign-up screens are done|, just kidding.", no},
		{"en", "|The sign-up screens are done|, said nobody ever.", no},
		{"en", "I doubt that |the sign-up screens are done|.", no},
		{"en", "It is not true that |the sign-up screens are done|.", no},
		{"en", "I don't think |the sign-up screens are done|.", no},
		{"en", "Nobody told me that |the sign-up screens are done|.", no},
		{"en", "|The new sign-up screens are| not done.", no},
		{"de", "|Die Anmeldeseiten sind fertig|, größtenteils.", maybe},
		{"de", "|Die Anmeldeseiten sind fertig|, glaube ich.", maybe},
		{"de", "Wenn |die Anmeldeseiten fertig sind|, gehen wir heim.", maybe},
		{"de", "Ich bezweifle, dass |die Anmeldeseiten fertig sind|.", no},
		{"de", "|Die Anmeldeseiten sind fertig|, noch nicht.", no},
		{"fr", "|Les écrans d'inscription sont prêts|, je crois.", maybe},
		{"fr", "|Les écrans d'inscription sont prêts|, à moins que Ben ait tout cassé.", maybe},
		{"fr", "Je doute que |les écrans d'inscription soient prêts|.", no},
		{"es", "|Las pantallas de registro están listas|, más o menos.", maybe},
		{"es", "Si |las pantallas de registro están listas|, nos vamos.", maybe},
		{"es", "Sí, |las pantallas de registro están listas|.", yes},
		{"es", "No es verdad que |las pantallas de registro estén listas|.", no},
		{"pt", "|As telas de cadastro estão prontas|, eu acho.", maybe},
		{"it", "|Le schermate di registrazione sono pronte|, a meno che Ben non abbia cambiato qualcosa.", maybe},
		{"it", "Dubito che |le schermate di registrazione siano pronte|.", no},
		{"nl", "|De aanmeldschermen zijn klaar|, denk ik.", maybe},
		{"nl", "Ik betwijfel of |de aanmeldschermen klaar zijn|.", no},
		{"ja", "|登録画面はもう完成しました|と思います。", maybe},
		{"zh", "如果|注册页面已经完成了|，我们就发布。", maybe},

		{"en", "|The sign-up screens are done|.", yes},
		{"en", "|The sign-up screens are done| and look great.", yes},
		{"en", "|The sign-up screens are done|, so we ship on Friday, not on Monday.", yes},
		{"en", "|The sign-up screens are done|, no matter what Ben says.", yes},
		{"en", "Ben isn't here, but |the sign-up screens are done|.", yes},
		{"en", "So, good news, |the sign-up screens are done|, and the tests pass.", yes},
		{"en", "Are we ready? |The sign-up screens are done|.", yes},
		{"en", "I think we can start. |The sign-up screens are done|. Maybe we celebrate.", yes},
		{"en", "|The new sign-up screens are| not only done but tested.", yes},
		{"de", "|Die Anmeldeseiten sind fertig| und getestet.", yes},
		{"fr", "|Les écrans d'inscription sont prêts| depuis lundi.", yes},
		{"pt", "Todos se falaram, e |as telas de cadastro estão prontas|.", yes},
		{"ja", "|登録画面はもう完成しました|。", yes},
	} {
		before, rest, _ := strings.Cut(row.said, "|")
		quote, after, _ := strings.Cut(rest, "|")
		turns := in(row.language, spoken("Ann: "+before+quote+after))
		if v := verdict(t, newChecker(t, turns), claim(quote+".", quote, 0)); v.Finding != row.want {
			t.Errorf("%s %q: got %s (%s), want %s", row.language, row.said, v.Finding, v.Why, row.want)
		}
	}
}

// A sentence may go on in its speaker's next turn.
func TestRestOfSentenceOverTurns(t *testing.T) {
	t.Parallel()
	const quote = "the sign-up screens are done"
	opening := []string{"Ann: Good morning, everybody.", "Bob: Morning.", "Ann: Let's begin."}
	for _, row := range []struct {
		lines []string
		want  summarize.Finding
	}{
		{[]string{"Ann: So the sign-up screens are done,", "Ann: mostly."}, summarize.Hedged},
		{[]string{"Ann: So the sign-up screens are done", "Ann: if the board agrees."}, summarize.Hedged},
		{[]string{"Ann: I doubt that", "Ann: the sign-up screens are done."}, summarize.NotVerified},
		{[]string{"Ann: So the sign-up screens are done.", "Ann: Maybe we have lunch."}, summarize.Verified},
		{[]string{"Ann: So the sign-up screens are done", "Bob: Mostly."}, summarize.Verified},
	} {
		var turns []transcript.Turn = spoken(append(opening, row.lines...)...)
		if v := verdict(t, newChecker(t, in(strings.Repeat("en ", len(turns)), turns)), claim("The sign-up screens are done.", quote, -1)); v.Finding != row.want {
			t.Errorf("%q: got %s (%s), want %s", row.lines, v.Finding, v.Why, row.want)
		}
	}
}
