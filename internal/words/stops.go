package words

// stopWords are the words of a language that tell nothing about what is spoken
// of: its particles, and what people say while they think.
func stopWords(language string) string {
	switch language {
	case "en":
		return `the of and a an to in is it its it's that this these those there here be been being am are was were isn't aren't wasn't weren't
			i i'm i've i'd i'll me my mine myself you you're you've you'd you'll your yours yourself yourselves he he's he'd he'll him his himself
			she she's she'd she'll her hers herself itself we we're we've we'd we'll us our ours ourselves they they're they've they'd they'll them
			their theirs themselves let's that's there's here's what's who's where's how's that'll there'll it'll it'd that'd
			do does did done doing don't doesn't didn't have has had having haven't hasn't hadn't can can't cannot could couldn't will won't would
			wouldn't shall should shouldn't may might must mustn't ought
			not no nor or but if so as at by for from into on onto off out over under up down with without within through during about above below
			against between before after until till upon towards toward via per than then too also again once just only very much many more most
			some any all both each every either neither few other others another such same own else ever even still yet already though although
			because cause 'cause since while whereas unless whether however anyway rather quite almost perhaps maybe
			what which who whom whose when where why how now back
			yeah yes yep yup yea no nope nah okay ok okey alright right well oh ah eh uh um uhm hm hmm mm mmm mhm huh er erm uh-huh mm-hmm
			like know mean guess sort kind bit lot lots thing things stuff something anything nothing everything someone somebody anyone anybody
			everyone everybody way actually basically really probably sure fine cool nice good great thanks thank please sorry hello hi
			get gets got getting gotten go goes going gone went gonna wanna gotta come comes came say says said saying tell told see seen look
			looks looking think thinks thought want wants make makes made take takes try trying need needs use used using put
			one ones two first second s t d m re ve ll`
	case "de":
		return `der die das den dem des ein eine einer eines einem einen und oder aber doch denn sondern nicht kein keine keinen keiner keinem
			ich du er sie es wir ihr mich dich sich uns euch mir dir ihm ihn ihnen mein meine meinen meiner dein deine sein seine seinen seiner
			ihre ihren ihrer unser unsere unseren euer eure ist sind war waren bin bist seid wäre wären gewesen wird werden wurde wurden worden
			würde würden habe haben hat hatte hatten hast habt hätte hätten gehabt kann können konnte könnte könnten muss müssen musste müsste
			soll sollen sollte sollten will wollen wollte darf dürfen mag möchte möchten in im ins an am ans auf aus bei beim mit nach von vom vor
			zu zum zur für über unter um durch gegen ohne bis seit während wegen zwischen als wie wenn weil dass daß ob damit also so da dann
			hier dort dies diese dieser dieses diesem diesen jene man was wer wen wem wo wann warum wieso weshalb welche welcher welches womit
			ja nein na ne nee äh ähm hm genau okay ok halt eben mal schon noch nur auch sehr viel viele mehr ganz gar immer wieder jetzt
			etwas nichts alles alle allen aller einfach eigentlich natürlich vielleicht denke glaube sagen sagt gesagt mach machen gemacht
			gut danke bitte hallo irgendwie sozusagen quasi gibt geht`
	case "fr":
		return `le la les l un une des du de d et ou mais donc or ni car ne pas non plus que qu qui quoi dont où je j tu il elle on nous vous ils
			elles me m te t se s lui leur leurs y en ce c cet cette ces ça cela ceci mon ma mes ton ta tes son sa ses notre nos votre vos est sont
			été être était étaient suis es sommes êtes sera serait soit ai as a avons avez ont avait avaient eu aura aurait avoir fait faire fais
			va vais vont aller peut peux peuvent pouvoir pourrait doit dois doivent devoir faut veux veut dans sur sous avec sans pour par chez
			vers entre depuis pendant avant après à au aux comme si quand alors aussi très bien trop peu tout tous toute toutes même autre autres
			quel quelle quels quelles comment pourquoi combien oui ouais non euh ben bah bon voilà ok d'accord hein quoi enfin donc puis là ici
			encore toujours déjà juste vraiment peut-être merci bonjour dire dit c'est j'ai n'est qu'il qu'on qu'elle`
	case "es":
		return `el la los las lo un una unos unas de del a al y e o u pero sino que qué quien quién cual cuál cuando cuándo donde dónde como cómo
			porque por para con sin sobre entre hasta desde hacia según en no ni sí si ya yo tú él ella nosotros ustedes ellos ellas usted me te se
			nos os le les mi mis tu tus su sus nuestro nuestra nuestros este esta estos estas esto ese esa esos esas eso aquel aquella es son era
			eran ser sido soy eres somos fue fueron sea está están estaba estar estoy estamos he ha han has hemos haber había hay habrá tener
			tengo tiene tienen tenemos tenía hacer hace hacemos hecho puede pueden puedo podemos poder debe deben va van voy vamos ir muy más
			menos tan tanto mucho mucha muchos muchas poco todo toda todos todas otro otra otros algo nada también tampoco solo sólo bien bueno
			vale pues entonces luego ahora aquí ahí así eh este um claro gracias hola creo decir dice dijo cosa cosas`
	case "pt":
		return `o a os as um uma uns umas de do da dos das em no na nos nas num numa ao aos à às por pelo pela pelos pelas para pra pro com sem
			sobre entre até desde e ou mas porém nem que quê quem qual quais quando onde como porque porquê se não sim já eu tu você vocês ele ela
			nós eles elas me te se lhe lhes nos meu minha meus minhas teu tua seu sua seus suas nosso nossa nossos nossas este esta estes estas
			isto esse essa esses essas isso aquele aquela aquilo é são era eram ser sido sou somos foi foram seja está estão estava estar estou
			estamos tá tem têm tinha ter tenho temos tive teve há haver fazer faz fazemos feito pode podem posso podemos poder deve devem vai vão
			vou vamos ir muito muita muitos muitas mais menos tão tanto pouco todo toda todos todas tudo outro outra outros outras algo nada também
			só bem bom então depois agora aqui ali aí lá assim né eh ah hum ok certo obrigado obrigada olá acho dizer disse diz coisa coisas gente`
	case "it":
		return `il lo la i gli le l un uno una di del dello della dei degli delle d a al allo alla ai agli alle da dal dalla dai in nel nella nei
			nelle su sul sulla con per tra fra e ed o ma che chi cui non né se come quando dove perché perchè quale quali quanto io tu lui lei noi
			voi loro mi ti si ci vi ne mio mia miei tuo tua suo sua suoi nostro nostra vostro questo questa questi queste quello quella quelli
			quelle è sono era erano essere stato sei siamo siete sia ho hai ha abbiamo avete hanno avere aveva fare fa fatto faccio può possono
			posso possiamo potere deve devono dobbiamo va vanno vado andare molto molta molti più meno tanto poco tutto tutta tutti tutte altro
			altra altri anche solo bene buono allora poi adesso ora qui qua lì là così sì no eh ah beh cioè ok grazie ciao penso dire detto cosa cose`
	case "nl":
		return `de het een en of maar want dus niet geen ik jij je hij zij ze wij we jullie u mij me jou hem haar ons hen hun mijn jouw zijn onze
			uw dit dat deze die er hier daar is ben bent was waren wordt worden werd heb hebt heeft hebben had hadden kan kunnen kon zou zouden zal
			zullen moet moeten wil willen mag mogen gaat gaan doen doet gedaan in op aan uit bij met naar van voor over onder om door tegen zonder
			tot sinds tussen als toen dan wat wie waar wanneer waarom hoe welke ja nee ook nog wel al heel veel meer zo nu even gewoon eigenlijk
			alleen alle alles iets niets goed oké ok eh uh hè dank bedankt hallo denk zeggen zegt gezegd`
	case "sv":
		return `och det att i en ett jag hon han som på är av för med till den har de inte om var men sig så från vi du man vad när där här kan
			ska skulle vill hade blev blir också eller mycket nu bara över under mot utan då ju väl ja nej mm eh hur vem varför vilken vilka
			detta denna dessa mig dig honom henne oss er dem min mitt mina din ditt dina sin sitt sina vår vårt våra deras alla allt något någon
			tack hej okej`
	case "da":
		return `og det at i en et jeg hun han som på er af for med til den har de ikke om var men sig så fra vi du man hvad når hvor der her kan
			skal skulle vil havde blev bliver også eller meget nu bare over under mod uden da jo vel ja nej øh hvordan hvem hvorfor hvilken dette
			denne disse mig dig ham hende os jer dem min mit mine din dit dine sin sit sine vores deres alle alt noget nogen tak hej okay`
	case "no":
		return `og det at i en et jeg hun han som på er av for med til den har de ikke om var men seg så fra vi du man hva når hvor der her kan
			skal skulle vil hadde ble blir også eller mye nå bare over under mot uten da jo vel ja nei eh hvordan hvem hvorfor hvilken dette
			denne disse meg deg ham henne oss dere dem min mitt mine din ditt dine sin sitt sine vår vårt våre deres alle alt noe noen takk hei`
	case "fi":
		return `ja on ei se että en minä sinä hän me te he oli olla olen olet ovat ollut mutta tai niin kun kuin jos mikä mitä kuka missä milloin
			miksi miten tämä nämä tuo nuo ne sen sitä siitä siinä joka jotka jossa myös vain nyt sitten kyllä joo no hyvin kaikki voi voidaan`
	case "hu":
		return `a az és hogy nem is van volt ez egy de ha vagy mert mint meg már csak még én te ő mi ti ők ki ezt azt ami aki amely hol mikor miért
			hogyan igen most itt ott így úgy akkor lesz lehet kell nagyon minden`
	case "ro":
		return `și în de la cu pe un o nu este sunt era fost a al ale ai am are au că ce care cine când unde cum dar sau dacă pentru din prin mai
			foarte și-a se să eu tu el ea noi voi ei ele acest această acestea asta da bine așa atunci acum aici`
	case "tr":
		return `ve bir bu da de ne için çok ama gibi daha var yok ben sen o biz siz onlar mi mı mu mü ile ya şey şu her en kadar sonra önce
			değil evet hayır tamam nasıl neden kim nerede zaman hangi olarak olan oldu olur`
	case "ru":
		return `и в во не что он на я с со как а то все она так его но да ты к у же вы за бы по только её ее мне было вот от меня ещё еще нет о
			из ему теперь когда даже ну ли если уже или ни быть был него до вас опять вам ведь там потом себя ничего ей может они тут где есть
			надо ней для мы тебя их чем была сам чтоб без чего раз тоже себе под будет кто этот того потому этого какой ним здесь этом один
			почти мой тем чтобы нее были куда зачем всех при об хоть после над больше тот через эти нас про них какая много эту моя своих
			этой перед очень как-то это просто сейчас говорить сказал сказать думаю давайте ага угу эм`
	case "ar":
		return `في من على إلى الى عن مع هذا هذه ذلك تلك التي الذي الذين ما ماذا لماذا كيف متى أين اين هل لا لم لن ليس أن ان إن أو او و ثم بل لكن
			قد كان كانت يكون تكون هو هي هم نحن أنا انا أنت انت كل بعض غير بعد قبل بين عند حتى إذا اذا لو كما حيث أي اي نعم طيب يعني هنا هناك
			جدا أيضا ايضا فقط الآن الان لقد سوف به بها له لها فيه فيها منه منها عليه عليها شيء يا مثل حول عليكم شكرا مرحبا قال قالت نقول`
	}
	return ""
}

// askWords are those that ask for something, and are seldom said where it is.
func askWords(language string) string {
	switch language {
	case "en":
		return `summarize summarise summary overview discuss discusses discussed discussing discussion discussions talk talks talked talking
			say said mention mentions mentioned opinion opinions view views meeting meetings group team member members participant participants
			people whole regarding concerning according find show list tell give explain describe who what when where why how which did does
			anyone conversation transcript speaker speakers attitude reason reasons`
	case "de":
		return `zusammenfassen zusammenfassung fasse besprochen besprechen besprechung diskutiert diskussion gesprochen gesprochen erwähnt
			meinung meinungen meeting gruppe team teilnehmer gesamte bezüglich laut finde zeige erkläre beschreibe wurde wurden hat haben worüber
			wofür woran darüber entschied`
	case "fr":
		return `résumer résumé résume discuter discuté discussion parler parlé mentionné avis opinion réunion groupe équipe participants
			concernant selon trouve montre explique décris`
	case "es":
		return `resumir resumen resume discutir discutió discusión hablar habló hablaron mencionó opinión reunión grupo equipo participantes
			respecto según encuentra muestra explica describe acerca`
	case "pt":
		return `resumir resumo resuma discutir discutiu discutido discussão falar falou falaram mencionou opinião reunião grupo equipe equipa
			participantes respeito segundo encontre mostre explique descreva`
	case "it":
		return `riassumere riassunto riassumi discutere discusso discussione parlare parlato menzionato opinione riunione gruppo team
			partecipanti riguardo secondo trova mostra spiega descrivi`
	case "nl":
		return `samenvatten samenvatting vat bespreken besproken discussie gesproken genoemd mening vergadering groep team deelnemers
			betreffende volgens vind toon leg beschrijf`
	case "ru":
		return `обсуждали обсуждение обсудили говорили сказали упомянули мнение встреча встрече встречи группа команда участники найди покажи
			объясни опиши`
	case "ar":
		return `لخص ملخص ناقش ناقشوا مناقشة تحدث تحدثوا ذكر رأي اجتماع الاجتماع فريق الفريق مجموعة المشاركون بخصوص بشأن اشرح`
	}
	return ""
}

// tellWords are those that tell what people did with a subject, and little of
// which it was.
func tellWords(language string) string {
	switch language {
	case "en":
		return `decide decided decision decisions agree agreed disagree disagreed agreement suggest suggested suggestion suggestions propose
			proposed proposal introduce introduced present presented presentation idea ideas general final finally conclude concluded conclusion
			recommend recommended recommendation believe believed answer answered respond responded response ask asked question questions
			comment commented point pointed explained clarify emphasize emphasized argue argued claim claimed concern concerned issue issues
			topic topics various different regard regards related aspect aspects`
	case "de":
		return `entscheiden entschieden entscheidung beschließen beschlossen beschluss einigen geeinigt zustimmen zugestimmt widersprechen
			vorschlagen vorgeschlagen vorschlag vorstellen vorgestellt fragen gefragt frage fragen antworten antwort betonen betont begründen
			empfehlen empfohlen thema themen punkt punkte verschiedene allgemein schließlich`
	case "fr":
		return `décider décidé décision accord désaccord proposer proposé proposition suggérer suggéré présenter présenté présentation idée idées
			demander demandé question questions répondre répondu réponse conclure conclusion recommander sujet sujets point points différents`
	case "es":
		return `decidir decidió decidieron decisión acordar acordó acuerdo proponer propuso propuesta sugerir sugirió sugerencia presentar
			presentó presentación idea ideas preguntar preguntó pregunta responder respondió respuesta concluir conclusión tema temas punto puntos`
	case "pt":
		return `decidir decidiu decidiram decisão acordo propor propôs proposta sugerir sugeriu sugestão apresentar apresentou apresentação ideia
			ideias perguntar perguntou pergunta responder respondeu resposta concluir conclusão assunto assuntos ponto pontos`
	case "it":
		return `decidere deciso decisione accordo proporre proposto proposta suggerire suggerito suggerimento presentare presentato presentazione
			idea idee chiedere chiesto domanda rispondere risposto risposta concludere conclusione argomento argomenti punto punti`
	case "nl":
		return `beslissen beslist beslissing besluiten besloten besluit eens oneens voorstellen voorgesteld voorstel idee ideeën vragen gevraagd
			vraag antwoorden antwoord concluderen conclusie onderwerp onderwerpen punt punten`
	}
	return ""
}

// AskRuns are the same for scripts without spaces: what is cut out of a
// question's runs before they are made pairs.
func AskRuns() []string {
	return []string{
		"について", "に関して", "ですか", "でしたか", "ましたか", "ますか", "なぜ", "いつ", "どこ", "どの", "どう", "だれ", "誰が", "何を", "何が", "何と", "何時",
		"いくら", "会議で", "教えて", "ください", "という", "とは",
		"什么", "什麼", "怎么", "怎麼", "为什么", "為什麼", "谁", "誰", "哪里", "哪個", "哪个", "何时", "多少", "关于", "關於", "会议上", "討論了", "讨论了", "是否",
		"我们", "我們", "他们", "他們", "吗", "嗎", "的", "了",
		"อะไร", "ทำไม", "เมื่อไร", "เมื่อไหร่", "ที่ไหน", "อย่างไร", "ใคร", "เท่าไร", "เท่าไหร่", "เกี่ยวกับ", "ไหม", "หรือไม่",
		"무엇", "언제", "어디", "누가", "왜", "어떻게", "얼마",
	}
}
