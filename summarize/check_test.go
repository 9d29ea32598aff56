package summarize_test

import (
	"strings"
	"testing"

	"github.com/meetmcp/meetmcp/internal/transcript"
	"github.com/meetmcp/meetmcp/summarize"
)

// spoken makes turns of lines such as "Ana: what she says".
func spoken(lines ...string) []transcript.Turn {
	var turns []transcript.Turn
	for i, line := range lines {
		name, text, _ := strings.Cut(line, ": ")
		turns = append(turns, transcript.Turn{Index: i, Speaker: name, Start: float64(10 * i), End: float64(10*i + 9), Text: text})
	}
	return turns
}

// in says which language turns are in, as transcribers do: two letters each.
func in(languages string, turns []transcript.Turn) []transcript.Turn {
	for i, language := range strings.Fields(languages) {
		turns[i].Lang = language
	}
	return turns
}

// claim makes one with a quote, and where it is to stand: -1 for nowhere.
func claim(text, quote string, turn int) summarize.Claim {
	q := summarize.Quote{Text: quote}
	if turn >= 0 {
		q.Turn = &turn
	}
	return summarize.Claim{Text: text, Quotes: []summarize.Quote{q}}
}

func newChecker(t testing.TB, turns []transcript.Turn) *summarize.Checker {
	t.Helper()
	c, err := summarize.NewChecker(t.Context(), turns)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func verdict(t testing.TB, c *summarize.Checker, claim summarize.Claim) summarize.Verdict {
	t.Helper()
	v, err := c.Check(t.Context(), claim)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func passages(t testing.TB, c *summarize.Checker, text string, n int) []summarize.Evidence {
	t.Helper()
	found, err := c.Closest(t.Context(), text, n)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// checked is a row of what the check is asked, and what it must say.
type checked struct {
	claim summarize.Claim
	want  summarize.Finding
	says  string // a part of why, or of the first quote
}

func check(t *testing.T, turns []transcript.Turn, rows []checked) {
	t.Helper()
	c := newChecker(t, turns)
	for _, row := range rows {
		v := verdict(t, c, row.claim)
		shown := v.Why
		for _, e := range v.Evidence {
			shown += " | " + e.Speaker + ": " + e.Quote
		}
		if v.Finding != row.want || !strings.Contains(shown, row.says) {
			t.Errorf("%+v: got %s (%s), want %s (%s)", row.claim, v.Finding, shown, row.want, row.says)
		}
	}
}

func TestQuotes(t *testing.T) {
	t.Parallel()
	turns := spoken(
		"Ana: Good morning. Um, so we we will, you know, ship the café’s new menu on Friday.",
		"Bob: Great. I don't think the printer likes the follow-up, and we will not order more paper before the summer break.",
		"Ana: The thing is,",
		"Ana: nobody has asked the landlord about the ﬁre door yet.",
		"Bob: Agreed.",
		"Cy: We can paint the door, which is not new, and hang the sign above it. We never close on Mondays.",
		"Bob: Let me read out the price list: 25,000 tags at ＄３.50 each.",
	)
	const (
		yes = summarize.Verified
		no  = summarize.NotVerified
		off = summarize.Corrected
	)
	check(t, turns, []checked{
		{claim("The menu ships", "we will ship the café's new menu on Friday", 0), yes, "we we will, you know, ship the café’s new menu on Friday."},
		{claim("The menu ships", "WE WILL SHIP — THE CAFES NEW MENU", 0), yes, "Ana"},
		{claim("The menu ships", "So um we will ship the “café's” new menu", 0), yes, "Ana"},
		{claim("The menu ships", "we will ship the café's new menu", 1), off, "stands at 0:00, turn 0, not in turn 1"},
		{claim("The menu ships", "we will ship the café's new menu", 77), off, "there is no turn 77"},
		{claim("The menu ships", "we will ship the café's new menu", -1), yes, "Ana"},
		{claim("The menu ships", "we will ship the cafés new manu", 0), off, "slightly other words | Ana: we will"},
		{claim("The menu ships", "we will burn the café's old menu", 0), no, "does not stand"},
		{claim("The menu ships", "[0:00 Ana] we will ship the café's new menu", 0), yes, "Ana"},
		{claim("The printer", "the printer likes the followup", 1), no, `leaves out "don't"`},
		{claim("The fire door", "The thing is nobody has asked the landlord about the fire door", 3), yes, "The thing is, nobody has asked the landlord about the ﬁre door"},
		{claim("The fire door", "the landlord about the fire door yet. Agreed. We can paint", 3), no, "does not stand"},
		{claim("Bob agreed", "Agreed.", 4), yes, "Bob"},
		{claim("The price", "25000 tags at $3.50 each", 6), yes, "25,000 tags at ＄３.50 each"},

		{claim("It is so", "the", 0), no, "everybody says"},
		{claim("It is so", "new menu", 0), no, "too short"},
		{claim("It is so", "you know um", 0), no, "everybody says"},
		{claim("It is so", "…", 0), no, "no words"},
		{claim("It is so", "", 0), no, "no words"},
		{summarize.Claim{Text: "It is so"}, no, "no quote was given"},

		{claim("The sign", "We can paint the door … and hang the sign above it", 5), yes, "We can paint the door … and hang the sign above it."},
		{claim("The sign", "We can paint the door, which is [...] hang the sign above it", 5), no, `"not"`},
		{claim("The paper", "and we will … order more paper before the summer break", 1), no, `the quote leaves out have "not"`},
		{claim("The paper", "and we will order more paper before the summer break", 1), no, "does not stand"},
		{claim("Order paper", "order more paper before the summer break", 1), no, `leaves out "not"`},
		{claim("No paper is ordered", "order more paper before the summer break", 1), yes, "order more paper"},
		{claim("Closed on Mondays", "close on Mondays", 5), no, `leaves out "never"`},
		{claim("The sign", "hang the sign above it … We can paint the door", 5), no, "does not stand"},
		{claim("The sign", "We can … hang the sign above it", 5), no, "too short"},
		{claim("Menu and paper", "ship the café's new menu … before the summer break", 0), no, "does not stand"},
		{claim("All", "We can paint the … which is not new … hang the sign … above it. We never … close on Mondays … and on", 5), no, "at most 5 parts"},
	})
}

func TestNearness(t *testing.T) {
	t.Parallel()
	// as recognition writes: no marks, no capitals, a word in ten wrong
	turns := spoken(
		"ana: so we talked about the branding wick returns and most customers want to bring the lockers back on a tuesday",
		"bob: the delivery takes thirteen days and costs forty euros",
		"ana: maybe we hire another driver for the northern branches",
	)
	check(t, turns, []checked{
		{claim("Returns", "So we talked about the Brindlewick returns, and most customers want to bring the lockers back on a Tuesday.", 0), summarize.Corrected, "the branding wick returns"},
		{claim("Returns", "most customers want to bring the loggers back", 1), summarize.Corrected, "bring the lockers back"},
		{claim("Delivery", "the delivery takes thirty days and costs forty euros", 1), summarize.NotVerified, "does not stand"},
		{claim("Delivery", "the delivery takes thirteen days and costs fourteen euros", 1), summarize.NotVerified, "does not stand"},
		{claim("Delivery", "the delivery takes 13 days and costs 40 euros", 1), summarize.Corrected, "thirteen days"},
		{claim("Delivery", "the delivery never takes thirteen days and costs forty euros", 1), summarize.NotVerified, "does not stand"},
		{claim("Driver", "we will hire another driver for the northern branches", 2), summarize.Hedged, "maybe"},
		{claim("Driver", "we hire another driver for the southern branches", 2), summarize.Hedged, "northern branches"},
	})
}

func TestNumbers(t *testing.T) {
	t.Parallel()
	turns := in("en en en de fr es pt ja", spoken(
		"Ana: We lost twelve percent of the budget, about a hundred and ninety dollars per branch, in three and a half weeks.",
		"Bob: The lease is 12,540 pounds a year, from nineteen ninety-five. Call it one point five million over the whole time, give or take half a million.",
		"Ana: Release version two of Q3 at quarter past six, no, at 6:52 pm. Both lifts and a dozen chairs.",
		"Jörg: Wir brauchen einundzwanzig Fahrräder, zweitausendfünfhundert Euro, bis zum dritten Mai. Das sind zwölf Prozent.",
		"Chloé: On a quatre-vingt-douze clients, deux cents factures et trois virgule cinq pour cent de retard.",
		"Inés: Son treinta y cinco cajas, mil doscientas personas y medio millón de euros.",
		"João: São vinte e duas lojas, mil e quinhentos reais e quarenta por cento.",
		"花子: 三十五人で、2万5千円、十二パーセントです。",
	))
	type row struct {
		turn  int
		text  string
		found bool
	}
	c := newChecker(t, turns)
	for _, r := range []row{
		{0, "12 % of the budget was lost", true}, {0, "12 percent were lost", true}, {0, "Twelve per cent were lost", true}, {0, "12 % were lost (0:03, turn 77)", true}, {0, "[1:02:03 Ana] 12 % were lost (turns 3-5)", true}, {0, "13 % were lost", false},
		{0, "It costs $190 a branch", true}, {0, "It costs £190 a branch", false}, {0, "It costs 190 euros a branch", false}, {0, "It took 3.5 weeks", true},
		{0, "It took 3.5 months", false}, {0, "It took 12 days", false}, {0, "Twelve hundred were lost", false},
		{1, "The lease is £12,540", true}, {1, "The lease is 12540 pounds", true}, {1, "The lease is 12.540 pounds", true}, {1, "The lease is 12,450 pounds", false},
		{1, "It runs since 1995", true}, {1, "It runs since 1996", false}, {1, "It is 1.5 million", true}, {1, "It is 1.5M, or 1,500,000", false},
		{1, "It is 1,500,000", true}, {1, "It is 1.5 billion", false}, {1, "It is 500,000 more or less", true},
		{2, "Version 2 of Q3", true}, {2, "Version 2 of Q4", false}, {2, "At 6:15", true}, {2, "At 18:52", true}, {2, "At 6:52 am", false}, {2, "12 chairs and 2 lifts", true},
		{2, "One of the chairs", true}, {2, "Thirteen chairs", false},
		{3, "21 bicycles for 2500 euros", true}, {3, "22 bicycles", false}, {3, "Es sind 12 %", true}, {3, "Es sind zwölf Wochen", false}, {3, "Am 3. Mai", true}, {3, "Am 4. Mai", false},
		{4, "92 clients, 200 factures", true}, {4, "3,5 % de retard", true}, {4, "93 clients", false},
		{5, "35 cajas y 1200 personas", true}, {5, "500.000 euros", true}, {5, "36 cajas", false},
		{6, "22 lojas, 1500 reais, 40 %", true}, {6, "23 lojas", false},
		{7, "35 people, 25,000 yen, 12 %", true}, {7, "36人です", false}, {7, "三十六人です", false}, {7, "35人です", true},
	} {
		v := verdict(t, c, claim(r.text, turns[r.turn].Text, r.turn))
		if got := !strings.Contains(v.Why, "is not in the evidence"); got != r.found {
			t.Errorf("%q of %q: got %v (%s), want %v", r.text, turns[r.turn].Text, got, v.Why, r.found)
		}
	}
}

func TestDays(t *testing.T) {
	t.Parallel()
	turns := in("en en de fr ja", spoken(
		"Ana: I'll send it by Friday, or next week at the latest, before the end of the month.",
		"Bob: Let's say the third of May at noon. We may move it to June.",
		"Jörg: Bis nächsten Dienstag, also am vierzehnten Juni.",
		"Chloé: La semaine prochaine, jeudi, ou demain.",
		"花子: 来週の金曜日、5月3日までに送ります。",
	))
	c := newChecker(t, turns)
	for _, r := range []struct {
		turn      int
		text, due string
		found     bool
	}{
		{0, "She sends it by Friday", "", true}, {0, "She sends it by Thursday", "", false}, {0, "She sends it next week", "", true}, {0, "She sends it next month", "", false},
		{0, "She sends it tomorrow", "", false}, {0, "It is sent", "Friday", true}, {0, "It is sent", "by Friday", true}, {0, "It is sent", "next Friday", false},
		{0, "It is sent", "end of the month", true}, {0, "It is sent", "end of the year", false}, {0, "It is sent", "2026-05-08", false}, {0, "It is sent", "none", true},
		{1, "It is on 3 May", "3 May", true}, {1, "It is on May 3rd", "May 3", true}, {1, "It is on May 4th", "", false}, {1, "It is in June", "June", true}, {1, "It is in July", "", false},
		{1, "It is at 12", "2026-05-03", false}, {1, "They may move it", "", true},
		{2, "Er kommt am Dienstag", "nächsten Dienstag", true}, {2, "He comes next Tuesday", "14 June", true}, {2, "He comes on Wednesday", "", false},
		{3, "C'est pour jeudi", "la semaine prochaine", true}, {3, "It is for next week, Thursday", "tomorrow", true}, {3, "C'est pour vendredi", "", false},
		{4, "It is sent next week on Friday", "", true}, {4, "木曜日に送ります", "", false}, {4, "5月3日に送ります", "5月3日", true}, {4, "5月4日に送ります", "", false},
	} {
		cl := claim(r.text, turns[r.turn].Text, r.turn)
		cl.Due = r.due
		v := verdict(t, c, cl)
		if got := !strings.Contains(v.Why, "is not in the evidence"); got != r.found {
			t.Errorf("%q, due %q, of %q: got %v (%s), want %v", r.text, r.due, turns[r.turn].Text, got, v.Why, r.found)
		}
	}
}

func TestOwners(t *testing.T) {
	t.Parallel()
	turns := spoken(
		"Ana Souza: I'll write the minutes and send them round tonight.",
		"Bob Lind: Could somebody ask Priya to book the big room for the retreat?",
		"Cy 2: The landlord will repair the boiler, he promised.",
		"Dee: Let us talk about lunch then.",
		"Dee: Anything but soup today, please, I had it all week.",
		"Dee: Sandwiches from the corner shop are fine for everyone here.",
		"Dee: So sandwiches it is, the usual order with the pickles.",
		"田中 太郎: 議事録は私が書きます。",
	)
	owned := func(turn int, owner string) summarize.Claim {
		c := claim("To be done", turns[turn].Text, turn)
		c.Owner, c.Promise = owner, true
		return c
	}
	check(t, turns, []checked{
		{owned(0, "Ana"), summarize.Verified, ""},
		{owned(0, "Ana Souza"), summarize.Verified, ""},
		{owned(0, "ANA SOUZA"), summarize.Verified, ""},
		{owned(0, "I"), summarize.Verified, ""},
		{owned(0, "Ana Schmidt"), summarize.NotVerified, `"Ana Schmidt" neither took part nor is named`},
		{owned(0, "Bob"), summarize.NotVerified, "who speaks there says I"},
		{owned(0, "Zed"), summarize.NotVerified, "neither took part"},
		{owned(0, "Ana and Zed"), summarize.NotVerified, `"Zed" neither took part`},
		{owned(0, ""), summarize.Verified, ""},
		{owned(0, "null"), summarize.Verified, ""},
		{owned(1, "Priya"), summarize.Hedged, "Could"},
		{owned(3, "Dee"), summarize.Verified, ""},
		{owned(2, "the landlord"), summarize.Verified, ""},
		{owned(2, "Cy 2"), summarize.Verified, ""},
		{owned(6, "Bob"), summarize.Hedged, "neither speaks nor is named near"},
		{owned(7, "田中"), summarize.Verified, ""},
		{owned(7, "田中さん"), summarize.Verified, ""},
		{owned(7, "山田"), summarize.NotVerified, "neither took part"},
	})
	if v := verdict(t, newChecker(t, turns), owned(0, "me")); v.Owner != "Ana Souza" {
		t.Errorf("I am %q", v.Owner)
	}
}

func TestHedges(t *testing.T) {
	t.Parallel()
	turns := spoken(
		"Ana: Maybe I could paint the fence at the weekend. I will buy the paint on Saturday.",
		"Bob: We ship the crates on Monday, probably.",
		"Jörg: Vielleicht schicke ich die Rechnung morgen.",
		"Chloé: On pourrait inviter les voisins.",
		"Inés: Tal vez llamo al banco el lunes.",
		"João: Talvez eu ligue para o contador.",
		"花子: たぶん来週発表します。",
		"Bob: Why don't we invite the neighbours to the party then?",
		"Ana: We are not going to sell the old piano.",
	)
	check(t, turns, []checked{
		{claim("Ana paints the fence", "I could paint the fence at the weekend", 0), summarize.Hedged, `hedged: "Maybe"`},
		{claim("Ana buys paint", "I will buy the paint on Saturday", 0), summarize.Verified, ""},
		{claim("The crates ship on Monday", "We ship the crates on Monday", 1), summarize.Hedged, "probably"},
		{claim("Rechnung", "schicke ich die Rechnung morgen", 2), summarize.Hedged, "Vielleicht"},
		{claim("Voisins", "On pourrait inviter les voisins", 3), summarize.Hedged, "pourrait"},
		{claim("Banco", "llamo al banco el lunes", 4), summarize.Hedged, `"Tal vez"`},
		{claim("Contador", "eu ligue para o contador", 5), summarize.Hedged, "Talvez"},
		{claim("発表", "来週発表します", 6), summarize.Hedged, ""},
		{claim("They invite the neighbours", turns[7].Text, 7), summarize.Verified, ""},
		{claim("They sell the old piano", turns[8].Text, 8), summarize.NotVerified, `the evidence negates "sell"`},
		{claim("They do not sell the piano", turns[8].Text, 8), summarize.Verified, ""},
		{claim("They will not buy paint", "I will buy the paint on Saturday", 0), summarize.NotVerified, `the text negates "buy"`},
		{claim("Archbishops smuggle walnut submarines", "I will buy the paint on Saturday", 0), summarize.NotVerified, "other things"},
	})
}

// A claim without a quote gets what could support or contradict it.
func TestClosest(t *testing.T) {
	t.Parallel()
	c := newChecker(t, spoken(
		"Ana: The boiler in the cellar makes strange noises at night.",
		"Bob: Let's have lunch.",
		"Ana: Then the plumber comes to look at the boiler on Thursday.",
		"Bob: Soup again?",
	))
	found := passages(t, c, "When does the plumber see the boiler?", 3)
	if len(found) != 2 || found[0].Turn != 2 || found[1].Turn != 0 {
		t.Errorf("got %+v", found)
	}
	if found := passages(t, c, "zeppelin", 3); len(found) != 0 {
		t.Errorf("got %+v", found)
	}
}
