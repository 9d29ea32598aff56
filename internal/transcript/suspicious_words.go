package transcript

import (
	"regexp"
	"strings"
)

// concept is what a word may mean to a model, in whichever language.
type concept int

const (
	toIgnore concept = iota
	before
	everything
	orders
	assistant
	toReveal
	secret
	password
	toSend
	recordings
	anAddress
	toDelete
	approved
	unasked
	person
	impersonated
	role
	unbound
	addressed
	concealed
	forgedEnd
	conceptCount = iota
)

// rule says which concepts, that many words apart at most, are a suspicion.
type rule struct {
	kind   string
	within int
	needs  []concept
}

func rules() []rule {
	return []rule{
		{OrdersAI, 9, []concept{toIgnore, before, orders}},
		{OrdersAI, 7, []concept{toIgnore, everything, orders}},
		{OrdersAI, 12, []concept{toIgnore, orders, assistant}},
		{OrdersAI, 5, []concept{addressed, assistant}},
		{OrdersAI, 12, []concept{role, unbound}},
		{OrdersAI, 8, []concept{role, orders, everything}},
		{OrdersAI, 10, []concept{role, assistant, orders}},
		{OrdersAI, 0, []concept{concealed}},
		{AsksToReveal, 9, []concept{toReveal, secret}},
		{AsksToReveal, 8, []concept{toReveal, password, everything}},
		{AsksToReveal, 10, []concept{toReveal, password, assistant}},
		{AsksToSend, 14, []concept{toSend, recordings, anAddress}},
		{AsksToSend, 12, []concept{toSend, recordings, assistant}},
		{AsksToSend, 9, []concept{toSend, secret}},
		{AsksToSend, 9, []concept{toSend, password, anAddress}},
		{AsksToDelete, 8, []concept{toDelete, everything, recordings}},
		{AsksToDelete, 12, []concept{toDelete, recordings, assistant}},
		{ClaimsAuthority, 20, []concept{approved, unasked}},
		{ClaimsAuthority, 14, []concept{approved, person, assistant}},
		{ClaimsAuthority, 0, []concept{impersonated}},
		{ForgesMark, 0, []concept{forgedEnd}},
	}
}

// forgery is a mark of chats and of blocks, a picture that would be fetched, or a
// tool's name.
type forgery struct {
	kind    string
	signs   string // one of which is in it
	pattern *regexp.Regexp
}

func forgeries() []forgery {
	const things = `_[a-z_]*(?:meeting|bot|recording|transcript|calendar|event)`
	return []forgery{
		{AsksToSend, "!", regexp.MustCompile(`!\[[^\]\n]*\]\s?\(\s?https?:`)},
		{AsksToDelete, "_", regexp.MustCompile(`\b(?:delete|remove|cancel|unschedule)` + things)},
		{OrdersAI, "_", regexp.MustCompile(`\b(?:get|list|join|leave|update|create|schedule|search|wait|retranscribe|summarize)` + things)},
		{ForgesMark, "<[#:-=", regexp.MustCompile(`<\|[a-z_]{2,20}\|>|\[/?(?:INST|SYS(?:TEM)?)\]|<</?SYS>>|(?i:< ?/?(?:system|instructions?|assistant|tool_call|transcript|untrusted|data)\b[^>\n]{0,40}>)` +
			`|(?m:^#{2,} ?(?i:system|instructions?|assistant|new )\b)` +
			`|(?m:(?:^|[.!?…] |\n) *(?:(?i:system|assistant) ?:|(?i:human|user|developer): ).)` +
			`|(?m:^[-=]{3,} ?(?i:end|begin)\b)`)},
	}
}

// brokenWords are whole orders without the spaces; the first group asks to
// reveal, the second to delete.
const brokenWords = `(?:print|reveal|show|repeat|output|tell)(?:me)?(?:all|your|the)*(systemprompt|apikeys?|password)` +
	`|(?:delete|erase)(?:all|the|other|these)+(recording|transcript|meeting)s` +
	`|(?:ignore|disregard|forget|override)(?:of|the|my|these)*(?:previous|prior|earlier|above|preceding|all|any|your)(?:of|the|my|your|previous|prior|earlier|above|preceding)*(?:instruction|prompt|rule|guideline|order|direction)s?`

type entry struct {
	text    string
	open    bool // goes on as it likes
	concept concept
}

// vocabulary has the words by their first three bytes, each as spell writes
// it. A star says that a word may go on; in scripts other than Latin all may,
// but for those with a space after them.
func vocabulary() map[[3]byte][]entry {
	index := map[[3]byte][]entry{}
	for concept, words := range map[concept]string{
		toIgnore: "ignore, ignoring, disregard, forget, override, bypass, do not follow, dont follow, stop following, " +
			"ignorier*, vergiss, vergesst, vergessen sie, missachte*, ignorez, ignorer, oublie, oubliez, oublier, ne tenez pas compte, ne tiens pas compte, ne suis pas, ne suivez pas, " +
			"ignora, ignoren, ignorar, ignorad, olvida, olvide, olviden, descarta, ignorem, esqueca, esquece, desconsidere, desconsidera, dimentica, ignorate, negeer, vergeet, zignoruj, zapomnij, " +
			"игнорируй, проигнорируй, игнорируйте, забудь, забудьте, 無視, 忘れ, 従わない, 従わず, 忽略, 无视, 忘记, 忘記, 不要理会, 무시, 잊어, تجاهل, انس , अनदेखा, अनदेखी, नज़रअंदाज़, नजरअंदाज, भूल जा",
		before: "previous, prior, earlier, above, preceding, foregoing, former, original, initial, system, " +
			"vorherig*, bisherig*, fruher*, vorangegangen*, obig*, vorig*, precedent*, anterieur*, initial*, ci dessus, anterior*, previa*, previo*, precedenti, vorige, eerdere, poprzedni*, wczesniejsz*, " +
			"предыдущи, прежни, 以前, これまで, 今まで, 前の, 上記, 先ほど, 之前, 先前, 以上, 前面, 此前, 上述, 이전, 지금까지, 위의, السابق, पिछले, पिछली, पहले, पूर्व",
		everything: "all, any, every, everything, your, other, others, entire, alle, allen, aller, deine, deinen, ihre, anderen, samtliche*, toutes, tous, tout, tes, vos, autres, todas, todos, todo, toda, tus, otras, otros, outras, outros, suas, seus, tutte, tutti, tue, altre, wszystkie, " +
			"все, всех, свои, すべて, 全て, 全部, あなた, 他の, ほかの, 所有, 一切, 其他, 你的, 您的, 모든, 다른, 너의, جميع, كافة, كل , सभी, सारे, सारी, अपने, अपनी, अन्य, बाकी",
		orders: "instruction*, prompt, prompts, guideline*, directive*, rules, safety rules, programming, directions, anweisung*, instruktion*, vorgaben, regeln, befehle, consigne*, regles, instruccion*, indicaciones, reglas, ordenes, directrices, " +
			"instruco*, regras, orientacoes, diretrizes, instrucoes, istruzion*, regole, instructies, instrukcj*, polecen*, инструкци, указани, 指示, 命令, プロンプト, ルール, 指令, 提示词, 规则, 지시, 명령, 프롬프트, تعليمات, اوامر, توجيهات, निर्देश, आदेश, हिदायत",
		assistant: "ai, a i assistant, ais, assistant, assistants, language model*, llm, llms, chatgpt, gpt, claude, gemini, copilot, chatbot*, ai agent*, note taker*, notetaker*, summarizer*, summariser*, meeting bot*, meeting tool*, recording bot*, " +
			"ki, ki assistent*, assistent*, sprachmodell*, ia, modele de langage, modelo de lenguaje, modelo de linguagem, asistente*, assistente*, asystent*, ассистент, помощник, нейросет, アシスタント, 言語モデル, 人工知能, 助手, 助理, 人工智能, 语言模型, 인공지능, 어시스턴트, 비서, المساعد, مساعد , الذكاء الاصطناعي, सहायक, असिस्टेंट, एआई",
		toReveal: "reveal*, print, show, display, output, repeat, recite, read out, read them, tell, disclose, expose, leak, dump, give me, list, share, paste, write out, what is, what are, zeig, zeige, zeigen, nenne, verrate, gib, gebt, drucke, wiederhole, schreib, montre*, affiche*, revele*, donne, donnez, dis moi, repete*, " +
			"muestra*, muestre*, revela*, revele*, imprime*, imprima*, dime, diga, dame, repite, comparte, mostre, mostra, exiba, repita, conte, mostrami, rivela, stampa, pokaz, ujawnij, покажи, раскрой, выведи, назови, 表示, 教えて, 出力, 明かし, 公開, 見せ, 読み上げ, 显示, 告诉, 告訴, 输出, 透露, 泄露, 打印, 说出, 보여, 출력, 알려, 공개, اعرض, اكشف, اطبع, اظهر, اخبرن, اكتب, दिखाओ, दिखाएं, दिखाएँ, दिखाइए, बताओ, बताएं, बताएँ, बताइए, प्रकट",
		secret: "system prompt*, systemprompt*, system message, api key*, apikey*, access token*, credentials, secret key*, private key*, environment variable*, initial prompt, hidden prompt, hidden instructions, your instructions, initial instructions, " +
			"api schlussel*, apischlussel*, zugangsdaten, deine anweisungen, cle api, cles api, cles d api, prompt systeme, invite systeme, identifiants, tes instructions, vos instructions, clave api, claves api, clave de api, claves de api, clave de la api, claves de la api, prompt del sistema, credenciales, tus instrucciones, " +
			"chave api, chaves api, chave de api, chaves de api, chaves da api, chave da api, prompt do sistema, credenciais, suas instrucoes, prompt di sistema, chiavi api, системный промпт, системную инструкцию, ключи api, システムプロンプト, apiキー*, システム指示, 系统提示, 系統提示, api密钥*, api 密钥*, 密钥, 密鑰, 시스템 프롬프트, api 키*, مفاتيح, مفتاح, موجه النظام, تعليمات النظام, सिस्टम प्रॉम्प्ट, api कुंजी, एपीआई",
		password: "password*, passwort, passworter, mot de passe, mots de passe, contrasena*, senha, senhas, haslo, hasla, парол, パスワード, 密码, 密碼, 口令, 비밀번호, كلمة المرور, كلمات المرور, पासवर्ड",
		toSend: "send, sends, email, e mail, mail, forward, upload, post, transmit, exfiltrate, sende, senden, schick, schicke, schicken, weiterleite*, leite, maile, ubermittle, envoie, envoyez, envoyer, transmets, transmettez, transferez, transfere, " +
			"envia, envie, enviar, envien, manda, mande, mandar, reenvia, reenvie, encaminhe, encaminha, invia, wyslij, stuur, отправь, отправьте, перешли, пришли, 送って, 送信, 送り, 転送, 发送, 發送, 发到, 转发, 上传, 보내, 전송, ارسل, ارسال, भेजो, भेजें, भेजिए, भेज दो, भेज दें",
		recordings: "recording, recordings, transcript*, meeting data, meetings, notes, summary, conversation*, chat history, contacts, calendar, calendars, bots, aufnahme, aufnahmen, aufzeichnung*, transkript*, protokoll*, enregistrement*, transcription*, reunions, grabacion*, transcripcion*, reuniones, gravaca*, gravaco*, transcrica*, transcrico*, reunioes, registrazion*, trascrizion*, nagrani*, " +
			"записи, запись, стенограмм, расшифровк, 録音, 録画, 議事録, 文字起こし, 会議, 录音, 录像, 会议, 記錄, 记录, 녹음, 녹화, 회의록, التسجيل, تسجيل, محضر, النص , रिकॉर्डिंग, ट्रांसक्रिप्ट, मीटिंग",
		anAddress: "dot com, dot net, dot org, dot io, punkt de, punkt com, punkt net, point com, point fr, point net, punto com, punto net, ponto com, ponto net, ドットコム, 点com, this address, this link, diese adresse, cette adresse, esta direccion, este endereco, هذا العنوان, इस पते",
		toDelete: "delete, deletes, erase, wipe, purge, destroy, losche, loschen, losch, losche, entferne, vernichte, supprime, supprimez, supprimer, efface, effacez, effacer, borra, borre, borren, borrar, elimina, elimine, eliminen, eliminar, apague, apaga, apagar, exclua, excluir, delete, deleta, cancella, elimina, usun, verwijder, " +
			"удали, удалите, сотри, 削除, 消去, 消して, 删除, 刪除, 清除, 抹掉, 삭제, 지워, احذف, امسح, हटाओ, हटाएं, हटा दो, हटा दें, मिटा, डिलीट",
		approved: "approved, approves, authorized, authorised, authorizes, authorised by, permission, cleared, pre approved, preapproved, consented, genehmigt, freigegeben, autorisiert, erlaubt, zugestimmt, approuve*, autorise*, aprobado, autorizado, aprobo, autorizo, aprovado, aprovou, autorizou, approvato, autorizzato, одобрил, разрешил, 承認, 許可, 批准, 授权, 同意, 승인, 허락, وافق, صرح, मंज़ूरी, मंजूरी, अनुमति, इजाज़त",
		unasked: "need to ask, needs to ask, without asking, do not ask, dont ask, not ask for, no need to confirm, without confirm*, without further confirm*, skip confirm*, skip the confirm*, no confirmation, dont need confirmation, no further approval, do it right away without, ohne zu fragen, ohne nachzufragen, ohne ruckfrage, ohne nachfrage, nicht nachfragen, nicht zu fragen, keine bestatigung, " +
			"sans demander, sans confirm*, pas besoin de demander, pas besoin de confirm*, sin preguntar, sin pedir, sin confirm*, no hace falta pedir, no hace falta preguntar, sem perguntar, sem pedir, sem confirm*, nao precisa perguntar, senza chiedere, не спрашивая, без подтвержден, 確認不要, 確認なし, 確認せず, 確認は不要, 確認する必要はな, 聞かずに, 无需确认, 不用问, 不必询问, 无需询问, 不需要确认, 不用确认, 확인 없이, 묻지 말고, دون سؤال, بدون سؤال, دون تاكيد, بدون تاكيد, बिना पूछे, पूछने की ज़रूरत नहीं, बिना पुष्टि",
		person:       "host, hosts, user, admin, administrator, owner, developer*, operator, organizer, organiser, nutzer, benutzer, gastgeber, hote, utilisateur, administrateur, usuario, anfitrion, administrador, anfitriao, ホスト, 管理者, ユーザー, 主持人, 管理员, 用户, المضيف, المستخدم, المسؤول, होस्ट, उपयोगकर्ता, प्रशासक",
		impersonated: "this is your developer, i am your developer, i m your developer, this is your creator, i am your creator, i m your creator, this is your administrator, i am your administrator, i am the system administrator, i m the system administrator, this is the system administrator, message from anthropic, message from openai, message from your developer*, system override, admin override, administrator override, developer override, ich bin dein entwickler, ich bin dein administrator, ich bin der systemadministrator, je suis ton developpeur, je suis votre developpeur, je suis l administrateur systeme, soy tu desarrollador, soy el administrador del sistema, sou seu desenvolvedor, sou o administrador do sistema, я твой разработчик, 私はあなたの開発者, システム管理者です, 我是你的开发者, 我是系统管理员, 나는 너의 개발자, انا مطورك, انا مدير النظام, मैं तुम्हारा डेवलपर, मैं सिस्टम एडमिन",
		role:         "you are now, from now on you, from now on, act as, pretend to be, pretend you, developer mode, dan mode, jailbreak*, ab jetzt bist du, du bist jetzt, ab jetzt, tu es maintenant, a partir de maintenant, desormais, ahora eres, a partir de ahora, agora voce e, a partir de agora, теперь ты, 今からあなた, これからあなた, 从现在开始, 从现在起, 你现在是, 지금부터, من الان فصاعدا, انت الان, अब से तुम, अब आप",
		unbound:      "unrestricted, no restrictions, without restrictions, no rules, no limits, without rules, without limits, uncensored, no filter*, developer mode, dan mode, ohne einschrankung*, ohne regeln, sans restriction*, sans limite*, sin restriccion*, sin limites, sin reglas, sem restric*, sem limites, sem regras, без ограничени, 制限なし, 制限のない, 没有限制, 不受限制, 无限制, 제한 없, بلا قيود, بدون قيود, बिना किसी प्रतिबंध, बिना किसी रोक",
		addressed: "if you are a, if you are an, if youre an, if youre a, if you re an, reading this, listening to this, processing this, summarizing this, summarising this, attention, dear, note to, note for, instructions for, instruction for, message for, message to, wenn du eine, wenn sie eine, hinweis an, nachricht an, anweisung an, achtung, si tu es une, si vous etes une, note pour, message pour, instructions pour, si eres una, si eres un, nota para, mensaje para, instrucciones para, atencion, se voce e uma, se voce e um, mensagem para, instrucoes para, atencao, " +
			"если ты, внимание, を読んでいる, を処理している, へのメッセージ, への指示, 如果你是, 给ai, 致ai, 正在阅读, 만약 당신이, 에게 전달, اذا كنت, رسالة الى, تعليمات الى, अगर तुम, अगर आप, यदि आप, पढ़ रहे, पढ़ रही",
		concealed: "do not tell the user, dont tell the user, do not inform the user, dont inform the user, do not mention this to the user, dont mention this to the user, without telling the user, do not alert the user, without the user knowing, hide this from the user, never mention these instructions, do not reveal these instructions, sag dem nutzer nicht*, sag dem benutzer nicht*, ohne es dem nutzer zu sagen, ne dis rien a l utilisateur, ne le dis pas a l utilisateur, ne dites rien a l utilisateur, no le digas al usuario, no se lo digas al usuario, sin decirselo al usuario, nao conte ao usuario, nao diga ao usuario, не говори пользователю, ユーザーには言わ, ユーザーに言わ, ユーザーに知らせ, 不要告诉用户, 别告诉用户, 사용자에게 말하지, لا تخبر المستخدم, उपयोगकर्ता को मत बता, यूज़र को मत बता",
		forgedEnd: "end of transcript, end of the transcript, end transcript, end of meeting transcript, end of untrusted, end of meeting speech, new instructions follow, new system prompt, begin system prompt, close the data block, end of data block, end of system prompt, ende des transkripts, neue anweisungen folgen, fin de la transcription, nouvelles instructions, fin de la transcripcion, nuevas instrucciones, fim da transcricao, novas instrucoes, конец стенограммы, конец расшифровки, 文字起こしの終わり, 文字起こしはここまで, 文字起こし終了, 議事録の終わり, 新しい指示, 转录结束, 记录结束, 会议记录到此结束, 新的指令, 新指令, 녹취록 끝, 새로운 지시, نهاية النص, نهاية التسجيل, تعليمات جديدة, ट्रांसक्रिप्ट समाप्त, ट्रांसक्रिप्ट का अंत, नए निर्देश, नये निर्देश",
	} {
		for word := range strings.SplitSeq(words, ",") {
			text, open := strings.CutSuffix(strings.TrimSpace(word), "*")
			open = open || text[0] >= 0x80 && !strings.HasSuffix(word, " ")
			text, _ = spell(text, 'i')
			text = strings.TrimSuffix(text, " ")
			key := text + " "
			index[[3]byte([]byte(key[:3]))] = append(index[[3]byte([]byte(key[:3]))], entry{text, open, concept})
		}
	}
	return index
}
