package extract

import "testing"

func TestTidy(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ language, said, want string }{
		{"en", "Um, so we, we need the, uh, the new axle.", "We need the new axle."},
		{"en", "And in the in the spring we'll clear it, you know.", "In the spring we'll clear it."},
		{"en", "it's fine um", "It's fine."},
		{"en", "w we paid for the rec- recording", "We paid for the recording."},
		{"en", "Okay so I mean it's sort of stuck", "It's stuck."},
		{"en", "Right. I'll do it.", "I'll do it."},
		{"en", "No, we can't pay for it.", "We can't pay for it."},
		// what would mean something else stays
		{"en", "No one likes the new axle.", "No one likes the new axle."},
		{"en", "No budget is left for it.", "No budget is left for it."},
		{"en", "So far we have nine volunteers.", "So far we have nine volunteers."},
		{"en", "Like the first design, it leaks.", "Like the first design, it leaks."},
		{"en", "I think maybe we should wait.", "I think maybe we should wait."},
		{"en", "Do you know the price?", "Do you know the price?"},
		{"en", "What kind of oak is that?", "What kind of oak is that?"},
		{"en", "It needs screws of 5 mm or six mm.", "It needs screws of 5 mm or six mm."},
		{"en", "They took her to the ER last night.", "They took her to the ER last night."},
		{"en", "The code is 7 7 twenty twenty.", "The code is 7 7 twenty twenty."},
		{"en", "iPhone sales went up.", "iPhone sales went up."},
		{"de", "Ja, also, ähm, wir haben das das Rad geprüft.", "Wir haben das das Rad geprüft."},
		{"de", "Also nicht nur die, die wir kennen.", "Also nicht nur die, die wir kennen."},
		{"de", "Und er hat es nicht gesagt.", "Er hat es nicht gesagt."},
		{"fr", "Euh, donc nous nous sommes mis d'accord.", "Nous nous sommes mis d'accord."},
		{"es", "No la compramos este año.", "No la compramos este año."},
		{"es", "No, la compramos, eh, en junio.", "La compramos, en junio."},
		{"pt", "Então, não temos orçamento, né.", "Não temos orçamento."},
		{"it", "Allora, non abbiamo il budget, ehm.", "Non abbiamo il budget."},
		{"ja", "えーと、まあ、そうですね。", "そうですね。"},
		{"ja", "こたえと、しつもん", "こたえと、しつもん。"},
		{"zh", "嗯，金额，我们再看", "金额，我们再看。"},
		{"th", "ผมจะส่งให้พรุ่งนี้", "ผมจะส่งให้พรุ่งนี้"},
		{"", "…and then?", "Then?"},
		{"en", "um, uh", ""},
		{"en", "", ""},
	} {
		if got, _ := tongueOf(row.language).tidy(row.said); got != row.want {
			t.Errorf("%s %q: got %q, want %q", row.language, row.said, got, row.want)
		}
	}
}
