package extract

import (
	"strings"
	"testing"

	"github.com/meetmcp/meetmcp/internal/transcript"
)

// said is a meeting in which Ada Vogel says something, and others are there.
func said(language, text string, others ...string) []transcript.Turn {
	turns := []transcript.Turn{{Speaker: "Ada Vogel", Lang: language, Text: text}}
	for _, who := range others {
		turns = append(turns, transcript.Turn{Index: len(turns), Speaker: who, Lang: language, Text: "Ok."})
	}
	return turns
}

func TestTasks(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ language, text, owner, due string }{
		{"en", "I'll send the contract to the client by Friday.", "Ada Vogel", "Friday"},
		{"en", "i'll send the contract to the client by friday", "Ada Vogel", "friday"},
		{"en", "Jonas, can you check the figures before the end of next week?", "Jonas Berg", "end of next week"},
		{"en", "jonas can you check the figures before the end of next week", "Jonas Berg", "end of next week"},
		{"en", "So Jonas, the figures, Thursday.", "Jonas Berg", "Thursday"},
		{"en", "And the figures by Monday, the eighteenth, please.", "", "Monday, the eighteenth"},
		{"en", "Could somebody ring the printers tomorrow morning?", "", "tomorrow morning"},
		{"en", "I'll ring him tomorrow, Tuesday, about the account.", "Ada Vogel", "tomorrow, Tuesday"},
		{"en", "I'll send you the list on Monday or on Tuesday.", "Ada Vogel", ""},
		{"en", "I'll look at what they sent us last Friday.", "Ada Vogel", ""},
		{"en", "We need to get the form in by the thirty-first of May.", "", "thirty-first of May"},
		{"en", "We need to ask Jonas about the form by Friday.", "", "Friday"},
		{"en", "I'll do the report in two weeks.", "Ada Vogel", "in two weeks"},
		{"en", "I'll do the report, we may march on.", "Ada Vogel", ""},
		{"de", "Ich schicke dir die Unterlagen bis Freitag.", "Ada Vogel", "Freitag"},
		{"de", "Jonas, kannst du bis Ende der Woche den Vertrag prüfen?", "Jonas Berg", "Ende der Woche"},
		{"de", "Ich mache den Bericht bis zum 3. Mai fertig.", "Ada Vogel", "3. Mai"},
		{"fr", "Je vais envoyer le devis au client avant vendredi.", "Ada Vogel", "vendredi"},
		{"fr", "Jonas, tu peux vérifier les chiffres de la semaine dernière ?", "Jonas Berg", ""},
		{"fr", "Je m'en occupe la semaine prochaine.", "Ada Vogel", "semaine prochaine"},
		{"es", "Yo me encargo de llamar al proveedor mañana.", "Ada Vogel", "mañana"},
		{"es", "Jonas, ¿puedes mandar el informe antes del lunes?", "Jonas Berg", "lunes"},
		{"es", "Tenemos que revisar el contrato antes del 15 de mayo.", "", "15 de mayo"},
		{"pt", "Eu mando a planilha para vocês até sexta.", "Ada Vogel", "sexta"},
		{"pt", "Jonas, você pode falar com o cliente amanhã?", "Jonas Berg", "amanhã"},
		{"pt", "Vou preparar a apresentação para a semana que vem.", "Ada Vogel", "semana que vem"},
		{"it", "Me ne occupo io entro venerdì.", "Ada Vogel", "venerdì"},
		{"it", "Jonas, puoi controllare il contratto entro la settimana prossima?", "Jonas Berg", "settimana prossima"},
		{"nl", "Ik stuur het verslag morgen naar de klant.", "Ada Vogel", "morgen"},
		{"nl", "Jonas, kun je de cijfers voor vrijdag controleren?", "Jonas Berg", "vrijdag"},
		{"ja", "榎本さん、試験の結果は来週の月曜までにお願いします。", "榎本大地", "来週の月曜"},
		{"ja", "説明書の文章は私が十月八日までに書きます。", "Ada Vogel", "十月八日"},
	} {
		m := read(t, said(row.language, row.text, "Jonas Berg", "榎本大地"), 100)
		found := picks(t, m.Tasks, 100)
		if len(found) != 1 {
			t.Errorf("%s: %d tasks, want one", row.text, len(found))
			continue
		}
		if got := found[0]; got.Owner != row.owner || got.Due != row.due {
			t.Errorf("%s: got owner %q, due %q; want %q, %q", row.text, got.Owner, got.Due, row.owner, row.due)
		}
		if !strings.Contains(row.text, found[0].Due) || !strings.Contains(row.text, found[0].Quote) {
			t.Errorf("%s: due %q and quote %q are not as they were said", row.text, found[0].Due, found[0].Quote)
		}
	}
}

func TestNoTasks(t *testing.T) {
	t.Parallel()
	for language, texts := range map[string][]string{
		"en": {"Can you hear me well enough with this microphone?", "I'll say this much, the budget was too small.", "The river came up to the second step in June.",
			"If you send the contract, the client signs the contract.", "Jonas said the contract was with the client on Friday.", "We have three contracts and four clients."},
		"de": {"Könnt ihr mich alle gut hören?", "Ich frag nur, was der Vertrag kostet."},
		"fr": {"Vous m'entendez bien avec ce micro ?"},
		"ja": {"皆さん、私の声はよく聞こえますか。"},
		"ko": {"지난주 예산 보고서가 아직 준비되지 않았습니다."},
	} {
		for _, text := range texts {
			if found := picks(t, read(t, said(language, text, "Jonas Berg"), 100).Tasks, 100); len(found) > 0 {
				t.Errorf("%s: got %+v, want no task", text, found)
			}
		}
	}
}

func TestDecisionsAndQuestions(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		language, text string
		decided, open  bool
	}{
		{"en", "We decided to keep the old supplier.", true, false},
		{"en", "Okay, so let's go with the old supplier.", true, false},
		{"en", "We haven't decided on a supplier yet.", false, true},
		{"en", "Should we keep the old supplier this year?", false, false},
		{"en", "We still don't know who pays for the transport.", false, true},
		{"de", "Wir haben beschlossen, den Umzug zu verschieben.", true, false},
		{"de", "Ob das Geld für den Umzug reicht, ist noch offen.", false, true},
		{"fr", "On a décidé de garder l'ancien fournisseur.", true, false},
		{"fr", "On ne sait toujours pas qui va payer le transport.", false, true},
		{"es", "Hemos decidido cambiar de proveedor en junio.", true, false},
		{"es", "Todavía no sabemos cuánto cuesta el envío.", false, true},
		{"pt", "Ficou decidido que vamos usar o fornecedor novo.", true, false},
		{"pt", "Ainda não sabemos se o orçamento vai ser aprovado.", false, true},
		{"it", "Abbiamo deciso di rimandare il lancio a settembre.", true, false},
		{"it", "Non sappiamo ancora se il cliente firma il contratto.", false, true},
		{"nl", "We hebben besloten om de oude leverancier te houden.", true, false},
		{"nl", "We weten nog niet wie het transport betaalt.", false, true},
		{"ja", "では、発売日の延期を優先、ということで決めます。", true, false},
		{"ja", "発売日の延期については、まだ分かりません。", false, true},
	} {
		m := read(t, said(row.language, row.text), 100)
		if got := len(picks(t, m.Decisions, 100)) > 0; got != row.decided {
			t.Errorf("%s: decided %v, want %v", row.text, got, row.decided)
		}
		if got := len(picks(t, m.Questions, 100)) > 0; got != row.open {
			t.Errorf("%s: open %v, want %v", row.text, got, row.open)
		}
	}
}

func TestUnansweredQuestion(t *testing.T) {
	t.Parallel()
	const question = "Does the grant for the sluice gate have to be matched?"
	for reply, open := range map[string]bool{"I'm not sure, I need to find out.": true, "Yes, half of it.": false} {
		turns := said("en", question)
		turns = append(turns, transcript.Turn{Index: 1, Speaker: "Jonas Berg", Lang: "en", Text: reply})
		found := picks(t, read(t, turns, 100).Questions, 15)
		if got := len(found) == 1 && found[0].Quote == question; got != open {
			t.Errorf("%s: open %v, want %v", reply, got, open)
		}
	}
}
