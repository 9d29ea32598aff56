package library

import (
	"slices"
	"testing"

	"github.com/meetmcp/meetmcp/internal/transcript"
)

// spokenIn is one meeting in several languages, and for each turn a question
// that it answers, in other forms of its words.
func spokenIn() map[string][][2]string {
	return map[string][][2]string{
		"en": {
			{"Good morning everybody, can you all hear me well?", "Could anybody hear her?"},
			{"The budget for marketing has been cut by twelve percent this quarter.", "What happened to the marketing budgets?"},
			{"We have interviewed four candidates for the job of the accountant.", "How did the interviews with candidates go?"},
			{"The server crashed on Sunday night and the backup was restored by Monday.", "Why were the servers crashing?"},
			{"Our biggest customer complained about late deliveries.", "Which customers complain about delivery?"},
			{"The new office in the harbour will have a kitchen and showers.", "Where are the new offices, is there a shower?"},
			{"The lawyers are still checking the contract with the supplier.", "What do lawyers say about suppliers' contracts?"},
			{"Training courses on fire safety are compulsory for all employees.", "Who must do the fire-safety training?"},
			{"We decided to postpone the release until the twentieth of June.", "When did they decide on postponing the release?"},
			{"The printer on the third floor is out of paper again.", "printers without paper"},
		},
		"de": {
			{"Guten Morgen zusammen, könnt ihr mich alle verstehen?", "Wer konnte sie nicht verstehen?"},
			{"Das Budget für die Werbung wurde in diesem Quartal um zwölf Prozent gekürzt.", "Um wie viel kürzen wir das Werbebudget für Werbungen?"},
			{"Wir haben vier Bewerberinnen für die Buchhaltung eingeladen.", "Wie viele Bewerberin wurden eingeladen?"},
			{"Der Server ist am Sonntag abgestürzt, die Sicherung lief bis Montag.", "Wann sind die Server abgestürzt?"},
			{"Unser größter Kunde hat sich über verspätete Lieferungen beschwert.", "Welche Kunden beschweren sich über die Lieferung?"},
			{"Das neue Büro am Hafen bekommt eine Küche und Duschen.", "Was wird über die Büros am Hafen gesagt, gibt es eine Dusche?"},
			{"Die Anwälte prüfen immer noch den Vertrag mit dem Zulieferer.", "Was sagt der Anwalt zu den Verträgen?"},
			{"Die Schulung zum Brandschutz ist für alle Mitarbeiter verpflichtend.", "Für wen sind Schulungen zum Brandschutz verpflichtend?"},
			{"Wir haben beschlossen, die Veröffentlichung auf den zwanzigsten Juni zu verschieben.", "Worauf wurde die Veröffentlichung verschoben, welcher Juni?"},
			{"Der Drucker im dritten Stock hat schon wieder kein Papier.", "Drucker ohne Papier"},
		},
		"pt": {
			{"Bom dia a todos, vocês conseguem me ouvir?", "Quem não conseguiu ouvir?"},
			{"O orçamento de publicidade foi reduzido em doze por cento neste trimestre.", "Quanto foi a redução dos orçamentos de publicidade?"},
			{"Entrevistamos quatro candidatas para a vaga na contabilidade.", "Como foram as entrevistas com os candidatos?"},
			{"O servidor caiu no domingo à noite e a cópia de segurança voltou na segunda.", "Por que os servidores caíram?"},
			{"Nosso maior cliente reclamou dos atrasos nas entregas.", "Quais clientes reclamaram do atraso da entrega?"},
			{"O novo escritório no porto terá cozinha e chuveiros.", "Os escritórios do porto vão ter chuveiro?"},
			{"Os advogados ainda estão revisando o contrato com o fornecedor.", "O que diz o advogado sobre os contratos com fornecedores?"},
			{"O treinamento contra incêndio é obrigatório para os funcionários.", "Quem é obrigado a fazer treinamentos de incêndio?"},
			{"Decidimos adiar o lançamento para o dia vinte de junho.", "Quando decidiram o adiamento dos lançamentos de junho?"},
			{"A impressora do terceiro andar está sem papel de novo.", "impressoras sem papel"},
		},
		"ar": {
			{"صباح الخير جميعا، هل تسمعونني بوضوح؟", "هل كان الصوت بوضوح؟"},
			{"تم تخفيض ميزانية التسويق بنسبة اثني عشر بالمئة هذا الربع.", "ماذا حدث لميزانية التسويق؟"},
			{"أجرينا مقابلات مع أربعة مرشحين لوظيفة المحاسب.", "كيف كانت المقابلات مع المرشحين؟"},
			{"تعطل الخادم ليلة الأحد واستعدنا النسخة الاحتياطية يوم الاثنين.", "متى تعطل الخادم؟"},
			{"اشتكى أكبر زبون لدينا من تأخر الشحنات.", "لماذا اشتكى الزبون من الشحنات؟"},
			{"المكتب الجديد في الميناء سيكون فيه مطبخ وحمامات.", "أين المكتب الجديد وهل فيه مطبخ؟"},
			{"ما زال المحامون يراجعون العقد مع المورد.", "ماذا قال المحامون عن العقد؟"},
			{"التدريب على السلامة من الحريق إلزامي لكل الموظفين.", "من عليه التدريب على الحريق؟"},
			{"قررنا تأجيل الإصدار إلى العشرين من يونيو.", "متى سيكون الاصدار بعد التأجيل؟"},
			{"الطابعة في الطابق الثالث نفد منها الورق مرة أخرى.", "الطابعة بلا ورق"},
		},
		"ja": {
			{"皆さん、おはようございます。声は聞こえますか。", "声は聞こえていますか？"},
			{"今期の広告予算は十二パーセント削減されました。", "広告の予算はどうなりましたか？"},
			{"経理の仕事に応募した四人の候補者と面接をしました。", "候補者の面接について教えてください"},
			{"日曜の夜にサーバーが停止し、月曜にバックアップから復旧しました。", "サーバーはなぜ停止しましたか"},
			{"一番大きな顧客から配送の遅れについて苦情がありました。", "顧客の苦情は何についてでしたか"},
			{"港の近くの新しい事務所には台所とシャワーがあります。", "新しい事務所はどこですか"},
			{"弁護士はまだ仕入先との契約書を確認しています。", "契約書を確認しているのは誰ですか"},
			{"防火訓練は全ての社員に義務付けられています。", "防火訓練は義務ですか"},
			{"発売を六月二十日まで延期することに決めました。", "発売の延期はいつまでですか"},
			{"三階のプリンターはまた紙がなくなりました。", "プリンターの紙"},
		},
		"zh": {
			{"大家早上好，能听到我的声音吗？", "谁听到了声音？"},
			{"本季度的广告预算削减了百分之十二。", "广告预算怎么了？"},
			{"我们面试了四位会计职位的候选人。", "候选人面试得怎么样？"},
			{"服务器在星期天晚上崩溃了，备份在星期一恢复。", "服务器什么时候崩溃？"},
			{"最大的客户投诉了送货延误。", "客户为什么投诉？"},
			{"港口的新办公室有厨房和淋浴。", "新办公室在哪里？"},
			{"律师还在审查与供应商的合同。", "律师怎么看供应商合同？"},
			{"消防培训对所有员工都是强制性的。", "谁要参加消防培训？"},
			{"我们决定把发布推迟到六月二十日。", "发布推迟到什么时候？"},
			{"三楼的打印机又没有纸了。", "打印机没纸"},
		},
		"th": {
			{"สวัสดีตอนเช้าทุกคน ได้ยินเสียงผมไหม", "ใครได้ยินเสียง"},
			{"งบประมาณการตลาดถูกตัดสิบสองเปอร์เซ็นต์ในไตรมาสนี้", "งบประมาณการตลาดเป็นอย่างไร"},
			{"เราสัมภาษณ์ผู้สมัครสี่คนสำหรับตำแหน่งบัญชี", "สัมภาษณ์ผู้สมัครกี่คน"},
			{"เซิร์ฟเวอร์ล่มคืนวันอาทิตย์และกู้คืนได้วันจันทร์", "เซิร์ฟเวอร์ล่มเมื่อไหร่"},
			{"ลูกค้ารายใหญ่ที่สุดร้องเรียนเรื่องการจัดส่งล่าช้า", "ลูกค้าร้องเรียนเรื่องอะไร"},
			{"สำนักงานใหม่ที่ท่าเรือจะมีห้องครัวและห้องอาบน้ำ", "สำนักงานใหม่อยู่ที่ไหน"},
			{"ทนายความยังตรวจสัญญากับผู้จัดจำหน่ายอยู่", "ทนายความตรวจสัญญาอะไร"},
			{"การฝึกอบรมดับเพลิงเป็นข้อบังคับสำหรับพนักงาน", "การฝึกอบรมดับเพลิงบังคับใคร"},
			{"เราตัดสินใจเลื่อนการเปิดตัวไปเป็นวันที่ยี่สิบมิถุนายน", "เลื่อนการเปิดตัวไปเมื่อไร"},
			{"เครื่องพิมพ์ชั้นสามกระดาษหมดอีกแล้ว", "เครื่องพิมพ์กระดาษหมด"},
		},
	}
}

func said(lines ...string) []transcript.Turn {
	turns := make([]transcript.Turn, len(lines))
	for i, line := range lines {
		turns[i] = transcript.Turn{Index: i, Speaker: []string{"Ada Byron", "Jörg Müller", "田中"}[i%3],
			Start: float64(i * 10), End: float64(i*10 + 9), Text: line}
	}
	return turns
}

func TestLanguages(t *testing.T) {
	t.Parallel()
	everything := opened(t, Memory).Tenant("all")
	for language, lines := range spokenIn() {
		var turns []transcript.Turn
		for _, line := range lines {
			turns = append(turns, said(line[0])...)
		}
		for i := range turns {
			turns[i].Index = i
		}
		kept(t, everything, Meeting{BotID: language, Title: "In " + language, Turns: turns})
	}
	for language, lines := range spokenIn() {
		inside, across := 0.0, 0.0
		for i, line := range lines {
			turns := ranked(found(t, everything, Query{Text: line[1], BotID: language}).Hits)
			if at := slices.Index(turns, i); at >= 0 {
				inside += 1 / float64(at+1)
			}
			if hits := found(t, everything, Query{Text: line[1]}).Hits; len(hits) > 0 && hits[0].Meeting.BotID == language {
				across++
			}
			phrase := Query{Text: `"` + line[0] + `"`} // with words that say little in its language, and are names of things in others
			if hits := found(t, everything, phrase).Hits; len(hits) != 1 || hits[0].Meeting.BotID != language {
				t.Errorf("%s: got %+v", phrase.Text, hits)
			}
		}
		t.Logf("%s: MRR %.2f, right meeting first %.0f of %d", language, inside/float64(len(lines)), across, len(lines))
		if inside < 0.8*float64(len(lines)) || across < 0.9*float64(len(lines)) {
			t.Errorf("%s: got MRR %.2f and %.0f right meetings of %d", language, inside/float64(len(lines)), across, len(lines))
		}
	}
}

// Words are found in compounds, and in words that others put together otherwise.
func TestCompounds(t *testing.T) {
	t.Parallel()
	a := opened(t, Memory).Tenant("a")
	kept(t, a,
		Meeting{BotID: "de", Turns: said("Willkommen zu der Besprechung, ich freue mich sehr.", "Das Hoffest wird auf den Samstag verschoben.",
			"Vorne scheuert der Bremszug am Rahmen.", "An der Wand hängt noch der alte Kalender.", "Wer macht die Arbeit, wenn keine Zeit ist?",
			"Er versteht nicht, warum wir hier stehen.")},
		Meeting{BotID: "ja", Turns: said("それでは始めましょう。", "試作品の重さは四百グラムです。", "次は色の話です。")},
		Meeting{BotID: "en", Turns: said("The festival was great, and the breakfast too.", "A calendar would do.")})
	for _, c := range []struct {
		query, meeting string
		turn           int
	}{
		{"das Fest", "de", 1},
		{"Wann ist das Feste?", "de", 1},
		{"die Bremsen", "de", 2},
		{"Gibt es einen Terminkalender?", "de", 3},
		{"Arbeitszeiten", "de", 4},
		{"What did they say about the Kalender?", "de", 3},
		{"重量", "ja", 1},
	} {
		for _, bot := range []string{"", c.meeting} {
			got := found(t, a, Query{Text: c.query, BotID: bot})
			if len(got.Hits) == 0 || got.Hits[0].Meeting.BotID != c.meeting || ranked(got.Hits[:1])[0] != c.turn {
				t.Errorf("%s in %q: got %+v", c.query, bot, got.Hits)
			}
		}
	}
	got := found(t, a, Query{Text: "der Terminkalender"})
	if !slices.Equal(got.Unknown, []string{"terminkalender"}) || !slices.Contains(got.Instead["terminkalender"], "kalender") {
		t.Errorf("a compound that nobody says: got %+v", got)
	}
	for _, query := range []string{"Gartenzaun", "überstehen", "the best", "重"} {
		if got := found(t, a, Query{Text: query, BotID: "de"}); len(got.Hits) > 0 {
			t.Errorf("%s: got %+v", query, got.Hits[0].Text)
		}
	}
}

// ranked are all turns of the hits, best first.
func ranked(hits []Hit) []int {
	var all []ScoredTurn
	for _, h := range hits {
		all = append(all, h.Turns...)
	}
	slices.SortStableFunc(all, func(a, b ScoredTurn) int {
		switch {
		case a.Score > b.Score:
			return -1
		case a.Score < b.Score:
			return 1
		}
		return 0
	})
	turns := make([]int, len(all))
	for i, t := range all {
		turns[i] = t.Index
	}
	return turns
}
