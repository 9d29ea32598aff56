package words_test

import (
	"slices"
	"testing"

	"github.com/meetmcp/meetmcp/internal/transcript"
	"github.com/meetmcp/meetmcp/internal/words"
)

func TestLanguage(t *testing.T) {
	t.Parallel()
	for tag, want := range map[string]string{"en": "en", "EN": "en", "pt-BR": "pt", "por": "pt", "Portuguese": "pt", "zh_CN": "zh", "nb": "no",
		"English (US)": "en", "pl": "pl", "": "", "unknown": "", "multi": "", "-": ""} {
		if got := words.Language(tag); got != want {
			t.Errorf("%q: got %q, want %q", tag, got, want)
		}
	}
}

// TestDetect holds what is taken to be a language to meetings of two turns, of
// which the second says too little to tell.
func TestDetect(t *testing.T) {
	t.Parallel()
	for want, lines := range map[string][2]string{
		"en": {"So what we have to decide is whether they are going to pay for this or not.", "Invoice."},
		"de": {"Wir müssen noch klären, ob die Rechnung bis Freitag bei ihnen ist oder nicht.", "Rechnung."},
		"fr": {"Il faut que nous décidions si la facture est pour eux ou pour nous.", "Facture."},
		"es": {"Lo que tenemos que decidir es si la factura es para ellos o para nosotros.", "Factura."},
		"pt": {"O que nós temos que decidir é se a fatura é para eles ou não é.", "Fatura."},
		"it": {"Quello che dobbiamo decidere è se la fattura è per loro o per noi.", "Fattura."},
		"nl": {"We moeten nog beslissen of de factuur voor hen is of voor ons.", "Factuur."},
		"ru": {"Нам нужно решить, кто оплатит счёт.", "Счёт."},
		"ja": {"請求書を誰が払うかを決めなければなりません。", "請求書。"},
		"zh": {"我们要决定谁来付这张发票。", "发票。"},
		"ko": {"청구서를 누가 낼지 정해야 합니다.", "청구서."},
		"th": {"เราต้องตัดสินใจว่าใครจะจ่ายใบแจ้งหนี้", "ใบแจ้งหนี้"},
		"ar": {"علينا أن نقرر من سيدفع الفاتورة.", "الفاتورة."},
		"ta": {"யார் பணம் செலுத்துவார்கள் என்று முடிவு செய்ய வேண்டும்.", "பணம்."},
	} {
		turns := []transcript.Turn{{Text: lines[0]}, {Text: lines[1]}}
		if got := words.Languages(turns); !slices.Equal(got, []string{want, want}) {
			t.Errorf("%v: got %v, want %s", lines, got, want)
		}
	}
}

// TestLanguagesOfTurns has one meeting in which people switch.
func TestLanguagesOfTurns(t *testing.T) {
	t.Parallel()
	got := words.Languages([]transcript.Turn{
		{Text: "I think that we should have done this before they were asked about it."},
		{Text: "Okay."},
		{Text: "Das habe ich auch so verstanden, aber wir sind noch nicht so weit."},
		{Text: "Okay.", Lang: "French"},
	})
	if want := []string{"en", "en", "de", "fr"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := words.Languages(nil); len(got) != 0 {
		t.Errorf("no turns: got %v", got)
	}
}
