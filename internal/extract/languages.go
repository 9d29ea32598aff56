package extract

import "strings"

func german() *cues {
	return &cues{
		topics: phrasesOf("wir müssen/müssen wir/wir sollten/sollten wir/wir brauchen/brauchen wir/es geht um/geht's um/das ziel/der plan/die idee/das problem/problem*/wichtig*/beschlossen/entschieden/entscheid*/vorschlag*/vorschlagen/" +
			"einig*/ergebnis*/projekt*/tagesordnung/thema/themen/nächste woche/nächster schritt/nächste schritte/bis montag/bis dienstag/bis mittwoch/bis donnerstag/bis freitag/bis ende/bis morgen/frist*/aufgabe*/vor allem/und zwar"),
		asides: phrasesOf("danke/vielen dank/du/oder/ist das/hast du/habt ihr/bist du/war das/das ist ja/er/sie hat/nicht/wenn du/was/wie/warum/wer/wo"),
		vague:  phrasesOf("oder so/oder sowas/keine ahnung/weiß ich nicht/ist egal/genau das"),

		promises: phrasesOf("ich werde/ich werd/mach ich/mache ich/ich mach*/ich schick*/ich schreib*/ich kümmer*/ich ruf*/ich frag*/ich nehm*/ich übernehm*/übernehme ich/ich hol*/ich schau*/ich guck*/ich prüf*/ich klär*/ich kauf*/" +
			"ich bestell*/ich besorg*/ich bring*/ich geb*/ich meld*/ich probier*/ich fahr*/ich trag*/ich erledig*/ich organisier*/ich sprech*/ich setz*/ich leg*/ich bereite/ich liefer*/kann ich machen/krieg ich hin"),
		requests: phrasesOf("kannst du/könntest du/können sie/könnten sie/könnt ihr/würdest du/machst du/schickst du/übernimmst du/rufst du/prüfst du/denk dran/sorgst du/kümmerst du/du machst/du schickst/du rufst/du prüfst/du übernimmst/du kümmerst/du schreibst/du sagst"),
		duties:   phrasesOf("bitte/du musst/wir müssen/müssen wir/wir sollten/sollten wir/muss noch/müssen noch/muss man/muss jemand/sollte jemand/ich muss/ich müsste/muss ich/wir brauchen"),
		idle: phrasesOf("ich mach's kurz/ich mach mal/ich frag nur/ich frage nur/ich frag mich/ich frage mich/ich geb zu/ich gebe zu/ich nehme an/ich nehm an/ich sag mal/ich werde oft/kannst du mich/können sie mich/könnt ihr mich/" +
			"du musst wissen/wenn du/muss ich sagen/muss ich zugeben/ich glaube nicht/hätte ich"),
		ifs:    phrasesOf("wenn/falls/sobald"),
		modals: phrasesOf("kann/kannst/könntest/könnte/soll/sollte/muss/musst/bitte/du/macht/schickt/übernimmt/kümmert/ruft/prüft/schreibt/wird"),
		tasks:  phrasesOf("aufgabe/aufgaben/to do/to dos/nächster schritt/nächste schritte/frist/zuständig/verantwortlich"),

		decisions: phrasesOf("beschlossen/wir haben entschieden/haben uns entschieden/entschieden/wir nehmen/nehmen wir/wir bleiben bei/bleiben wir bei/einigen wir uns/geeinigt/abgemacht/machen wir so/machen wir das so/" +
			"wir machen das so/so machen wir/dann machen wir/wir lassen/lassen wir/festgelegt/steht fest/beschluss/einverstanden/wir machen das"),
		undecided: phrasesOf("nicht entschieden/noch nicht beschlossen/nicht beschlossen/entscheiden wir später/noch offen/ob wir/müssen wir entscheiden/wenn wir/hätten wir/sollen wir/sollten wir"),
		open: phrasesOf("noch offen/offene frage/offene fragen/wissen wir nicht/wissen wir noch nicht/weiß noch keiner/weiß niemand/unklar/müssen wir klären/müssen wir noch klären/noch nicht geklärt/muss geklärt werden/nicht entschieden/" +
			"müssen wir entscheiden/müssen wir noch entscheiden/die frage ist/das ist die frage"),
		ignorance: phrasesOf("weiß nicht/weiß ich nicht/keine ahnung/gute frage/mal sehen/mal schauen/kommt drauf an/kommt darauf an/muss ich nachsehen/muss ich nachschauen/muss ich fragen/schwer zu sagen"),
		hedges:    phrasesOf("vielleicht/eventuell/möglicherweise/wahrscheinlich/vermutlich/könnte/könnten/könntest/mal sehen/mal schauen/wenn möglich/versuch*/ich probier*/sofern"),
	}
}

func french() *cues {
	return &cues{
		topics: phrasesOf("il faut/il faudrait/on doit/nous devons/on devrait/on a besoin/il s'agit/le but/l'objectif/le plan/l'idée/le problème/problème*/important*/décid*/décision*/propos*/accord/conclu*/résultat*/projet/ordre du jour/réunion/" +
			"la semaine prochaine/prochaine étape/prochaines étapes/avant lundi/avant mardi/avant mercredi/avant jeudi/avant vendredi/d'ici/échéance/délai*/tâche*/surtout/d'abord"),
		asides: phrasesOf("merci/tu/ou/est-ce que/c'est vrai/il a/elle a/pas/si tu/si vous/qu'est-ce/quoi/comment/pourquoi/qui/où"),
		vague:  phrasesOf("ou quelque chose/je sais pas/je ne sais pas/peu importe/exactement"),

		promises: phrasesOf("je vais/je m'en occupe/je m'en charge/je m'occupe/je me charge/j'envoie/je vous envoie/je t'envoie/je lui envoie/je leur envoie/je regarde/je prends/je prépare/je rédige/j'écris/j'appelle/je l'appelle/je les appelle/je demande/" +
			"je vérifie/je ferai/j'enverrai/je vous enverrai/je préparerai/j'appellerai/je regarderai/je peux faire/je peux envoyer/je peux regarder/je reviens vers"),
		requests:  phrasesOf("tu peux/vous pouvez/peux-tu/pouvez-vous/pourrais-tu/pourriez-vous/est-ce que tu peux/est-ce que vous pouvez/merci de/il faut que tu/il faut que vous/n'oublie pas/n'oubliez pas/je te laisse/je vous laisse"),
		duties:    phrasesOf("s'il te plaît/s'il vous plaît/il faut/il faudra/il faudrait/on doit/nous devons/on devrait/on devra/doit être/quelqu'un doit/je dois/il reste à"),
		idle:      phrasesOf("je vais dire/je vais commencer/je vais être/je vais vous présenter/je vais vous dire/je vais parler/je vous laisse parler/tu peux répéter/vous pouvez répéter/vous m'entendez/tu m'entends/il faut dire/il faut savoir/je dois dire/si tu/si vous/tu peux voir/vous pouvez voir"),
		ifs:       phrasesOf("si/quand/dès que"),
		modals:    phrasesOf("peut/peux/pourrait/pourrais/doit/va/tu/vous/s'occupe/prépare/envoie/il faut que"),
		tasks:     phrasesOf("tâche/tâches/à faire/prochaine étape/prochaines étapes/échéance/responsable de/chargé de/chargée de"),
		decisions: phrasesOf("on a décidé/nous avons décidé/c'est décidé/a décidé/décidé de/décidé que/on part sur/on va partir sur/on retient/on garde/on abandonne/on est d'accord/nous sommes d'accord/on s'est mis d'accord/c'est validé/validé/adopté/adoptée/approuvé/on fait comme ça/la décision"),
		undecided: phrasesOf("pas décidé/pas encore décidé/décider plus tard/il faut décider/on doit décider/si on/pas d'accord/est-ce qu'on/faut-il"),
		open:      phrasesOf("question ouverte/reste à savoir/reste à décider/on ne sait pas/on sait pas/on ne sait toujours pas/pas encore décidé/il faut décider/à décider/à définir/pas clair/la question est/la question c'est/en suspens"),
		ignorance: phrasesOf("sais pas/ne sais pas/aucune idée/bonne question/on verra/ça dépend/faut vérifier/faut que je vérifie/je vais demander/difficile à dire"),
		hedges:    phrasesOf("peut-être/éventuellement/probablement/sans doute/pourrait/pourrais/pourrions/on verra/si possible/essay*/j'essaie/je pense pouvoir"),
	}
}

func spanish() *cues {
	return &cues{
		topics: phrasesOf("tenemos que/hay que/debemos/deberíamos/necesitamos/se trata/el objetivo/el plan/la idea/el problema/problema*/importante*/decid*/decisión/decisiones/propon*/propuesta*/acord*/acuerdo/conclu*/resultado*/proyecto/" +
			"orden del día/reunión/próxima semana/próximo paso/próximos pasos/antes del/para el lunes/para el martes/para el miércoles/para el jueves/para el viernes/plazo*/tarea*/sobre todo/primero"),
		asides: phrasesOf("gracias/muchas gracias/tú/es que/está/son/no sé/si tú/qué/cómo/por qué/quién/cuándo/dónde/él/ella"),
		vague:  phrasesOf("o algo así/o algo/lo que sea/no sé/da igual/exactamente"),

		promises: phrasesOf("voy a/me encargo/yo me encargo/me ocupo/lo hago yo/yo lo hago/te mando/les mando/os mando/lo mando/te envío/les envío/lo envío/yo llamo/yo escribo/yo hablo/yo preparo/lo reviso/yo reviso/haré/enviaré/mandaré/llamaré/escribiré/" +
			"prepararé/revisaré/hablaré/preguntaré/puedo hacerlo/puedo mandar/puedo enviar/déjamelo"),
		requests:  phrasesOf("puedes/podrías/puede usted/podría/pueden/podéis/necesito que/quiero que/tienes que/tienen que/asegúrate/no te olvides/no olvides/encárgate/te encargas/se encarga"),
		duties:    phrasesOf("por favor/tenemos que/hay que/habrá que/debemos/deberíamos/tiene que/alguien tiene que/tengo que/necesitamos/falta por"),
		idle:      phrasesOf("voy a decir/voy a empezar/voy a ser/voy a hablar/voy a contar/voy a explicar/puedes repetir/me pueden oír/me oyen/me escuchan/hay que decir/tengo que decir/si puedes/puedes ver/no puedes"),
		ifs:       phrasesOf("si/cuando/en cuanto"),
		modals:    phrasesOf("puede/puedes/podría/podrías/debe/debería/tiene que/tienes que/va a/te/se encarga/prepara/envía"),
		tasks:     phrasesOf("tarea/tareas/pendiente/pendientes/próximo paso/próximos pasos/plazo/responsable de/encargado de/encargada de"),
		decisions: phrasesOf("decidimos/hemos decidido/se decidió/está decidido/queda decidido/decidido/acordamos/hemos acordado/acordado/quedamos en/queda aprobado/aprobado/aprobada/nos quedamos con/vamos con/vamos a usar/lo hacemos así/lo dejamos/estamos de acuerdo/la decisión"),
		undecided: phrasesOf("no hemos decidido/no está decidido/sin decidir/decidir más tarde/hay que decidir/tenemos que decidir/si decidimos/no estamos de acuerdo/no estoy de acuerdo/si nos"),
		open:      phrasesOf("queda pendiente/quedó pendiente/pregunta abierta/no sabemos/todavía no sabemos/aún no sabemos/falta saber/falta decidir/hay que decidir/tenemos que decidir/por decidir/no está claro/no queda claro/la pregunta es/la duda es"),
		ignorance: phrasesOf("no sé/no lo sé/ni idea/buena pregunta/ya veremos/depende/hay que ver/tengo que preguntar/tengo que mirar/difícil decir"),
		hedges:    phrasesOf("quizá/quizás/tal vez/a lo mejor/posiblemente/probablemente/podría/podríamos/podrías/ya veremos/si es posible/si puedo/intent*/puede que"),
	}
}

func portuguese() *cues {
	return &cues{
		topics: phrasesOf("temos que/precisamos/a gente precisa/tem que/devemos/deveríamos/trata-se/o objetivo/o plano/a ideia/o problema/problema*/importante*/decid*/decisão/decisões/propo*/proposta*/acord*/conclu*/resultado*/projeto/pauta/" +
			"reunião/próxima semana/semana que vem/próximo passo/próximos passos/até segunda/até terça/até quarta/até quinta/até sexta/prazo*/tarefa*/principalmente/primeiro"),
		asides: phrasesOf("obrigado/obrigada/você/é que/está/são/não sei/se você/que/como/por que/quem/quando/onde/ele/ela"),
		vague:  phrasesOf("ou algo assim/ou algo/tanto faz/não sei/exatamente"),

		promises: phrasesOf("vou/eu faço/eu mando/eu envio/eu escrevo/eu ligo/eu vejo/eu falo/eu preparo/eu cuido/eu pego/eu assumo/deixa comigo/pode deixar/fico de/fico responsável/farei/enviarei/mandarei/ligarei/posso fazer/posso mandar/posso enviar/me encarrego/trato disso"),
		requests: phrasesOf("você pode/você consegue/pode me/poderia/podes/podias/podem/preciso que/quero que/você precisa/você tem que/não esquece/não esqueça/não se esqueça/você faz/você manda/você envia/fica com você"),
		duties:   phrasesOf("por favor/temos que/temos de/tem que/precisamos/a gente precisa/devemos/deveríamos/alguém tem que/alguém precisa/tenho que/preciso/falta"),
		idle:     phrasesOf("vou dizer/vou falar sobre/vou começar/vou ser/vou explicar/vou contar/você pode repetir/conseguem me ouvir/você pode ver/tenho que dizer/se você/não vou"),
		ifs:      phrasesOf("se/quando/caso"),
		modals:   phrasesOf("pode/poderia/consegue/deve/deveria/tem que/precisa/vai/você/fica de/faz/manda/envia"),
		tasks:    phrasesOf("tarefa/tarefas/pendência/pendências/próximo passo/próximos passos/prazo/responsável por/encarregado de/encarregada de"),
		decisions: phrasesOf("decidimos/foi decidido/ficou decidido/está decidido/decidido/combinamos/ficou combinado/combinado/acordamos/concordamos/aprovado/aprovada/vamos com/vamos usar/vamos ficar com/ficamos com/vamos manter/vamos fazer assim/fica assim/" +
			"a decisão"),
		undecided: phrasesOf("não decidimos/não foi decidido/decidir depois/precisamos decidir/temos que decidir/se decidirmos/não concordo/não concordamos/se a gente"),
		open:      phrasesOf("em aberto/ficou pendente/fica pendente/não sabemos/ainda não sabemos/a gente não sabe/falta saber/falta decidir/precisamos decidir/temos que decidir/a decidir/não está claro/não ficou claro/a questão é/a pergunta é/a dúvida é"),
		ignorance: phrasesOf("não sei/sei lá/não faço ideia/boa pergunta/vamos ver/depende/preciso ver/tenho que ver/tenho que perguntar/difícil dizer"),
		hedges:    phrasesOf("talvez/pode ser/quem sabe/provavelmente/possivelmente/poderia/poderíamos/vamos ver/se possível/se der/se eu conseguir/tent*/se calhar"),
	}
}

func italian() *cues {
	return &cues{
		topics: phrasesOf("dobbiamo/bisogna/bisognerebbe/dovremmo/abbiamo bisogno/si tratta/l'obiettivo/il piano/l'idea/il problema/problem*/importante/decis*/decidiamo/decidere/proposta/proponiamo/propongo/accordo/conclu*/risultat*/progetto/" +
			"ordine del giorno/riunione/settimana prossima/prossima settimana/prossimo passo/prossimi passi/entro lunedì/entro martedì/entro mercoledì/entro giovedì/entro venerdì/entro/scadenz*/compit*/soprattutto/innanzitutto"),
		asides: phrasesOf("grazie/tu/oppure/è che/lui/lei/non so/se tu/cosa/che cosa/come/perché/chi/quando/dove"),
		vague:  phrasesOf("o qualcosa/o qualcosa del genere/non lo so/non so/non importa/esattamente"),

		promises: phrasesOf("me ne occupo/ci penso io/lo faccio io/faccio io/vi mando/ti mando/le mando/lo mando/mando io/vi invio/ti invio/lo invio/scrivo io/gli scrivo/chiamo io/lo chiamo/la chiamo/preparo io/preparo/farò/manderò/invierò/scriverò/chiamerò/preparerò/" +
			"controllerò/verificherò/controllo io/posso farlo/posso mandare/posso controllare/mi occupo/vado a"),
		requests:  phrasesOf("puoi/potresti/può/potrebbe/potete/potreste/ho bisogno che/voglio che/devi/dovete/assicurati/non dimenticare/non dimenticarti/te ne occupi/ci pensi tu"),
		duties:    phrasesOf("per favore/per piacere/dobbiamo/bisogna/bisognerà/bisognerebbe/dovremmo/deve/qualcuno deve/devo/dovrei/resta da/manca"),
		idle:      phrasesOf("puoi ripetere/mi sentite/mi senti/devo dire/bisogna dire/se puoi/potete vedere/puoi vedere/vado a dire/non può/non potete"),
		ifs:       phrasesOf("se/quando/appena"),
		modals:    phrasesOf("può/puoi/potrebbe/potresti/deve/dovrebbe/tu/ci pensi/se ne occupa/prepara/manda/invia"),
		tasks:     phrasesOf("compito/compiti/da fare/prossimo passo/prossimi passi/scadenza/responsabile di/incaricato di/incaricata di"),
		decisions: phrasesOf("abbiamo deciso/è deciso/è stato deciso/deciso di/deciso che/deciso/siamo d'accordo/ci siamo accordati/abbiamo concordato/concordato/approvato/approvata/andiamo con/teniamo/restiamo con/usiamo/facciamo così/lasciamo/la decisione"),
		undecided: phrasesOf("non abbiamo deciso/non è deciso/decidere dopo/dobbiamo decidere/bisogna decidere/se decidiamo/non siamo d'accordo/non sono d'accordo/se facciamo"),
		open:      phrasesOf("questione aperta/resta da capire/resta da decidere/non sappiamo/non lo sappiamo/ancora non sappiamo/dobbiamo decidere/bisogna decidere/da decidere/da definire/non è chiaro/la domanda è/il dubbio è/in sospeso"),
		ignorance: phrasesOf("non so/non lo so/nessuna idea/bella domanda/buona domanda/vedremo/dipende/devo controllare/devo verificare/devo chiedere/difficile dire"),
		hedges:    phrasesOf("forse/magari/probabilmente/possibilmente/potrebbe/potremmo/potresti/vedremo/vediamo/se possibile/se riesco/prov*/cerco di"),
	}
}

func dutch() *cues {
	return &cues{
		topics: phrasesOf("we moeten/moeten we/we zouden/zouden we/we hebben nodig/nodig/het gaat om/het doel/het plan/het idee/het probleem/problem*/belangrijk*/beslo*/besluit*/voorstel*/stel voor/afgesproken/afspraak/conclu*/resulta*/project/agenda/" +
			"vergadering/volgende week/volgende stap/volgende stappen/voor maandag/voor dinsdag/voor woensdag/voor donderdag/voor vrijdag/uiterlijk/deadline*/taak/taken/vooral/ten eerste"),
		asides: phrasesOf("dank/bedankt/jij/je/of/is het/heb je/ben je/dat is/hij/zij/niet/als je/wat/hoe/waarom/wie/waar"),
		vague:  phrasesOf("of zo/of zoiets/weet ik niet/geen idee/maakt niet uit/precies"),

		promises:  phrasesOf("ik zal/ik ga/ik stuur*/ik regel*/ik maak*/ik bel*/ik vraag*/ik neem*/ik pak*/ik zorg*/ik schrijf*/ik check*/ik kijk*/ik zoek*/ik doe dat/doe ik/ik bestel*/ik controleer*/ik kan dat doen/ik kan wel/laat dat maar aan mij"),
		requests:  phrasesOf("kun je/kan je/kunt u/zou je/zou u/kunnen jullie/wil je/willen jullie/je moet/u moet/vergeet niet/zorg dat/regel jij/doe jij/stuur jij/bel jij/neem jij"),
		duties:    phrasesOf("alsjeblieft/alstublieft/graag/we moeten/moeten we/moet nog/moet iemand/iemand moet/ik moet/we zouden moeten/er moet"),
		idle:      phrasesOf("ik ga beginnen/ik ga het hebben/ik ga vertellen/ik zal het kort/ik zal beginnen/ik neem aan/ik vraag me af/kun je me horen/kunnen jullie me horen/kun je herhalen/ik moet zeggen/als je/ik ga niet/ik maak me"),
		ifs:       phrasesOf("als/wanneer/zodra"),
		modals:    phrasesOf("kan/kun/kunt/zou/moet/zal/gaat/jij/je/regelt/stuurt/maakt/belt/neemt"),
		tasks:     phrasesOf("actiepunt/actiepunten/taak/taken/to do/volgende stap/volgende stappen/deadline/verantwoordelijk voor"),
		decisions: phrasesOf("besloten/we hebben besloten/is besloten/afgesproken/we hebben afgesproken/we gaan voor/we kiezen/we kiezen voor/we houden het bij/we houden/laten we het doen/laten we gaan voor/we doen het zo/zo doen we het/akkoord/goedgekeurd/vastgesteld/het besluit"),
		undecided: phrasesOf("nog niet besloten/niet besloten/later beslissen/moeten beslissen/moeten we beslissen/of we/als we/niet akkoord/zullen we"),
		open:      phrasesOf("nog open/open vraag/open vragen/weten we niet/weten we nog niet/we weten niet/moeten we uitzoeken/nog uitzoeken/nog niet besloten/moeten we beslissen/moeten we nog beslissen/niet duidelijk/onduidelijk/de vraag is"),
		ignorance: phrasesOf("weet niet/weet ik niet/geen idee/goede vraag/we zien wel/hangt ervan af/ligt eraan/moet ik nakijken/moet ik navragen/moeilijk te zeggen"),
		hedges:    phrasesOf("misschien/mogelijk/waarschijnlijk/eventueel/wellicht/zou kunnen/zouden kunnen/we zien wel/als het lukt/prober*/ik probeer/hopelijk"),
	}
}

// Japanese has no spaces about words, so its phrases have none.
func japanese() *cues {
	plain := func(text string) phrases { return strings.Split(text, "/") }
	return &cues{
		topics:    plain("必要/べき/目標/目的/計画/予定/問題/課題/重要/決め/決定/決ま/提案/案は/結論/結果/議題/会議/来週/次回/までに/締め切り/期限/まず"),
		asides:    phrasesOf("ありがとう*/えっ*/え、*/はは*/いやいや*/びっくり*/すごい*/ああ*/あ、*"),
		vague:     plain("なんか/とか言/知らない"),
		promises:  plain("しておきます/ておきます/やります/やっておき/出せます/書きます/送ります/確認します/連絡します/返事します/調べます/用意します/準備します/担当します/作ります/聞きます/引き受け/対応します/手配します/報告します"),
		requests:  plain("お願い/してもらえ/てもらえ/してください/てください/していただけ/ていただけ/いつまで/頼みます/頼める/でいいですか"),
		duties:    plain("しなければ/しないと/必要が/べきで/やらないと/なきゃ"),
		idle:      plain("聞こえてます/聞こえます/見えます/どうぞ/すみません/待ってください/教えてください/言ってください"),
		modals:    plain("、/に/が/は"),
		tasks:     plain("宿題/担当/次のステップ/タスク/締め切り/期限"),
		decisions: plain("決めます/決めました/決まり/決定です/決定し/で行きましょう/でいきましょう/にしましょう/ということで決/にします/合意/承認"),
		undecided: plain("決めない/決まって/決定じゃない/決定では/未定/検討/まだ決/どうしましょう"),
		open:      plain("未定/まだ決ま/決まっていな/分からない/わからない/分かりません/わかりません/何とも/確認が必要/検討"),
		ignorance: plain("分からない/わからない/分かりません/わかりません/何とも/未定/確認して/調べて/どうかな"),
		hedges:    plain("かもしれ/たぶん/多分/おそらく/できれば/かな/検討/思います"),
	}
}
