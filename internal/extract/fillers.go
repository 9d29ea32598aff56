package extract

// fillers are what people of a language say while they think: single words, a
// space about each, and pairs, a stroke about each.
func fillers(language string) (single, double string) {
	const everywhere = " um umm uh uhm uhh mm mmm hm hmm er erm ah eh huh mhm mm-hmm uh-huh "
	switch language {
	case "en", "":
		return everywhere, "/you know/i mean/sort of/kind of/"
	case "de":
		return " äh ähm öh öhm hm hmm mm mhm ah eh halt ", "/weißt du/sag ich/"
	case "fr":
		return " euh heu hum hm mm mhm ben bah hein ", "/tu vois/vous voyez/tu sais/vous savez/"
	case "es":
		return " eh em ehm mmm hm mm ", "/o sea/"
	case "pt":
		return " eh ahn hum hm mm né hã ", "/quer dizer/"
	case "it":
		return " eh ehm mh mm hm beh boh cioè ", "/come dire/"
	case "nl":
		return " uh uhm eh ehm hm mm hè ", "/weet je/zeg maar/weet u/"
	case "sv", "da", "no":
		return " eh öh öhm øh øhm hm mm ehm ", ""
	}
	return everywhere, ""
}

// fillerRuns are the same for scripts without spaces, with the sign that parts
// them from what is said.
func fillerRuns(language string) []string {
	switch language {
	case "ja":
		return []string{"えーっと、", "えっと、", "えーと、", "えと、", "えー、", "ええと、", "あのー、", "あの、", "あのですね、", "そのー、", "まあ、", "うーん、", "うーんと、", "んー、", "んと、",
			"えーっと ", "えっと ", "えーと ", "えー ", "あのー ", "あの ", "まあ ", "うーん "}
	case "zh":
		return []string{"嗯，", "呃，", "那个，", "就是说，", "啊，", "额，", "嗯 ", "呃 "}
	}
	return nil
}

// leadWords tie a sentence to what went before: some always, others when a
// comma or one of the subjects follows, as "so" does not in "so far", and those
// with a comma only with one.
func leadWords(language string) (always, before, subjects string) {
	switch language {
	case "en", "":
		return " and but okay ok yeah yep yes oh alright 'cause anyway mm-hmm ",
			" so well right now no nope also then because cause or actually basically obviously sure fine great good exactly cool hey like, ",
			" i i'm i'll i've i'd we we're we'll we've we'd you you're you'll you've you'd he he's he'll she she's she'll it it's it'll they they're they'll they've they'd" +
				" that's this these those there there's here here's the a an my our your their his her if when what what's who how let's let in for at "
	case "de":
		return " und aber ja okay ok ach naja tja jedenfalls ", " also so gut genau nun nein nee na dann denn gell doch ",
			" ich du er sie es wir ihr man das dies diese dieser dieses die der den dem ein eine mein meine unser unsere wenn wie was wer da hier "
	case "fr":
		return " et mais ouais oui ok bon voilà enfin donc bref ", " alors puis là car d'accord non, ",
			" je j'ai tu il elle on nous vous ils elles c'est ce ça cela le la les l'on un une mon ma notre nos si quand qu'est-ce y "
	case "es":
		return " y pero sí ok vale pues bueno entonces ", " luego claro ahora porque no, así, ",
			" yo tú él ella nosotros ustedes ellos el la los las lo un una mi nuestro si cuando qué eso esto hay "
	case "pt":
		return " e mas sim ok então bom pois ", " aí agora porque olha tá certo não, ",
			" eu você a gente ele ela nós vocês eles o os as um uma meu nosso se quando que isso isto tem "
	case "it":
		return " e ma sì ok allora dunque quindi insomma ", " poi adesso ora perché ecco bene no, ",
			" io tu lui lei noi voi loro il lo la i gli le un uno una mio nostro se quando che questo quello c'è "
	case "nl":
		return " en maar ja oké ok dus nou ", " nee dan nu want goed zo ",
			" ik jij je hij zij ze wij we jullie het de een dit dat deze die mijn onze als wat wie er hier "
	}
	return "", "", ""
}

// clauseWords are those that parts of long sentences begin with.
func clauseWords(language string) string {
	switch language {
	case "en", "":
		return " and but so because or if when which then well okay um uh yeah that's i we "
	case "de":
		return " und aber weil denn oder wenn dass dann also äh ähm ja "
	case "fr":
		return " et mais parce donc ou si quand que qui alors euh "
	case "es":
		return " y pero porque o si cuando que entonces pues eh "
	case "pt":
		return " e mas porque ou se quando que então aí "
	case "it":
		return " e ma perché o se quando che allora quindi "
	case "nl":
		return " en maar want of als dat omdat dan dus uh "
	}
	return ""
}
