package transcript

// samples are things people say in meetings, by language.
func samples() map[string]string {
	return map[string]string{
		"English":    "0:05 A: Okay, so I think we're all here. Let's get started, because I've got to drop at half past. Um, the first thing on the list is the migration, and honestly I don't think we're going to make it by Thursday.\n0:21 B: Yeah, no, I agree. We still have two customers on the old billing service and nobody's told them anything yet. I could write to them this afternoon if somebody gives me the wording.\n0:40 A: That'd be great. Can you also check whether the invoices from last quarter were actually reconciled? I remember Priya mentioning something about duplicates.\n",
		"Formal":     "Notwithstanding considerable infrastructural improvements, stakeholders expressed apprehension regarding authentication, observability and interoperability; consequently the subcommittee recommended decentralised governance, unambiguous accountability and quarterly reassessment of organisational responsibilities.",
		"German":     "Also ich würde sagen, wir fangen einfach mal an, die anderen kommen bestimmt gleich dazu. Die Datenschutzfolgenabschätzung ist noch nicht fertig, und ohne die Unterschrift der Geschäftsführung dürfen wir die Kundendaten nicht übertragen. Können wir das vielleicht bis nächsten Mittwoch klären?",
		"French":     "Bon, on va commencer sans Hélène, elle m'a écrit qu'elle était encore coincée dans le train. Aujourd'hui il faudrait qu'on décide si l'on repousse la mise en production, parce que l'équipe qualité n'a pas terminé ses essais et que le client s'impatiente déjà.",
		"Spanish":    "Buenas tardes a todos, ¿me escuchan bien? Lo que quería comentar es que el presupuesto todavía no está aprobado, así que no podemos contratar a nadie hasta que nos respondan desde administración. Mañana mismo les vuelvo a escribir.",
		"Portuguese": "Gente, desculpa o atraso, a reunião anterior não acabava nunca. Então, sobre o lançamento: a gente combinou que não dá para prometer nada antes da homologação, mas o comercial já falou com o cliente e agora ele está esperando uma resposta.",
		"Italian":    "Allora, cominciamo pure senza aspettare gli altri. Volevo soltanto dire che abbiamo ricevuto la risposta del fornitore, e purtroppo la consegna slitterebbe di almeno tre settimane; bisognerebbe quindi avvisare subito tutti quelli che stanno lavorando sul magazzino.",
		"Dutch":      "Goedemorgen allemaal, zullen we maar beginnen? Ik wilde het eigenlijk hebben over de planning, want volgens mij hebben we te weinig mensen om de werkzaamheden voor het einde van de maand af te ronden. Misschien kunnen we iemand inhuren.",
		"Polish":     "Dzień dobry wszystkim, myślę, że możemy już zaczynać. Chciałabym przypomnieć, że do końca tygodnia musimy przesłać zaktualizowane zestawienie kosztów, ponieważ księgowość nie może zamknąć kwartału bez naszych danych. Czy ktoś ma jakieś wątpliwości?",
		"Czech":      "Dobrý den, slyšíme se všichni? Chtěl bych se zeptat, jestli už někdo mluvil s dodavatelem, protože příští týden bychom měli spustit zkušební provoz a pořád nám chybí přístupové údaje k jejich rozhraní.",
		"Turkish":    "Herkese merhaba, sesim geliyor mu? Geçen hafta konuştuğumuz gibi sözleşmeyi bugün göndermemiz gerekiyordu, ancak hukuk birimi henüz onaylamadı. Değerlendirmelerini tamamladıklarında hepinizi bilgilendireceğim.",
		"Finnish":    "Huomenta kaikille, aloitetaanpa vaikka Pekka ei olekaan vielä paikalla. Halusin kertoa, että asiakkaan järjestelmä kaatui viikonloppuna, emmekä vieläkään tiedä, johtuiko se meidän päivityksestämme vai heidän palvelimestaan.",
		"Hungarian":  "Jó napot kívánok mindenkinek, szerintem kezdhetjük is. A legfontosabb kérdés az, hogy mikorra tudjuk elkészíteni az új felületet, mert az ügyfeleink folyamatosan érdeklődnek, és egyre türelmetlenebbek a késlekedés miatt.",
		"Swahili":    "Habari za asubuhi, tunaweza kuanza sasa? Nilitaka kuzungumzia kuhusu ratiba ya mradi, kwa sababu wafanyakazi wengi hawajapata vifaa vyao na hatutaweza kukamilisha kazi kabla ya mwisho wa mwezi huu.",
		"Indonesian": "Selamat pagi semuanya, kita mulai saja ya. Saya ingin menyampaikan bahwa pengembangan aplikasi terlambat dua minggu karena pengujian keamanan belum selesai, jadi kemungkinan peluncurannya harus diundur.",
		"Vietnamese": "Chào mọi người, mình bắt đầu luôn nhé. Tuần trước khách hàng phản hồi là hệ thống chạy rất chậm vào buổi sáng, cho nên hôm nay chúng ta cần quyết định xem có nên nâng cấp máy chủ trước khi ra mắt phiên bản mới hay không.",
		"Russian":    "Всем привет, давайте начинать, у меня через полчаса следующая встреча. Хотела напомнить, что заказчик до сих пор не подписал дополнительное соглашение, поэтому разработчики не могут приступить к следующему этапу.",
		"Ukrainian":  "Доброго ранку всім, чи добре мене чути? Хочу почати з того, що минулого тижня ми нарешті отримали відповідь від постачальника, і вони погоджуються перенести терміни, якщо ми сплатимо половину наперед.",
		"Greek":      "Καλημέρα σε όλους, με ακούτε καλά; Ήθελα να σας πω ότι ο πελάτης ζήτησε καινούργια προσφορά, επειδή ο προϋπολογισμός τους μειώθηκε, οπότε πρέπει να αποφασίσουμε ποιες λειτουργίες θα αφαιρέσουμε.",
		"Arabic":     "صباح الخير جميعا، هل تسمعونني جيدا؟ أردت أن أذكركم بأن العميل لم يوافق بعد على الميزانية الجديدة، ولذلك لا نستطيع أن نبدأ المرحلة الثانية قبل نهاية الشهر. من سيتواصل معهم اليوم؟",
		"Persian":    "سلام به همه، صدای من را می\u200cشنوید؟ می\u200cخواستم بگویم که نسخهٔ تازه هنوز آماده نیست و بچه\u200cهای فنی گفته\u200cاند که دست\u200cکم دو هفتهٔ دیگر لازم دارند تا آزمایش\u200cها تمام شود.",
		"Hebrew":     "בוקר טוב לכולם, אפשר להתחיל? רציתי לעדכן שהלקוח ביקש לדחות את ההשקה בשבועיים, כי הצוות שלהם עדיין לא סיים את הבדיקות, ואנחנו צריכים להחליט היום אם להסכים.",
		"Hindi":      "नमस्ते सभी को, क्या मेरी आवाज़ आ रही है? मैं यह कहना चाहती थी कि पिछले हफ़्ते की रिपोर्ट अभी तक तैयार नहीं हुई है, इसलिए हमें ग्राहक से थोड़ा और समय माँगना पड़ेगा।",
		"Bengali":    "সবাইকে শুভ সকাল, আমার কথা শোনা যাচ্ছে? আমি বলতে চাইছিলাম যে গত সপ্তাহের প্রতিবেদন এখনও শেষ হয়নি, তাই গ্রাহকের কাছ থেকে আরও কিছুটা সময় চেয়ে নিতে হবে।",
		"Tamil":      "அனைவருக்கும் காலை வணக்கம், நான் பேசுவது கேட்கிறதா? கடந்த வாரத்தின் அறிக்கை இன்னும் முடியவில்லை, அதனால் வாடிக்கையாளரிடம் மேலும் சிறிது நேரம் கேட்க வேண்டியிருக்கும்.",
		"Malayalam":  "എല്ലാവർക്കും സുപ്രഭാതം, ഞാൻ പറയുന്നത് കേൾക്കാമോ? കഴിഞ്ഞ ആഴ്ചയിലെ റിപ്പോർട്ട് ഇതുവരെ തയ്യാറായിട്ടില്ല, അതുകൊണ്ട് നമുക്ക് കുറച്ചുകൂടി സമയം ചോദിക്കേണ്ടിവരും.",
		"Sinhala":    "සුබ උදෑසනක් සියලු දෙනාටම, මගේ හඬ ඇහෙනවාද? ගිය සතියේ වාර්තාව තවම සූදානම් නැහැ, ඒ නිසා පාරිභෝගිකයාගෙන් තව ටික කාලයක් ඉල්ලන්න වෙනවා.",
		"Thai":       "สวัสดีครับทุกคน ได้ยินเสียงผมไหมครับ เรื่องแรกที่อยากจะพูดถึงคือระบบใหม่ยังทดสอบไม่เสร็จ เพราะฉะนั้นเราอาจจะต้องเลื่อนกำหนดการออกไปอีกสองสัปดาห์",
		"Khmer":      "អរុណសួស្តីអ្នកទាំងអស់គ្នា តើឮសំឡេងខ្ញុំទេ? ខ្ញុំចង់ប្រាប់ថារបាយការណ៍មិនទាន់រួចរាល់នៅឡើយទេ ដូច្នេះយើងត្រូវសុំពេលបន្ថែមពីអតិថិជន។",
		"Burmese":    "မင်္ဂလာနံနက်ခင်းပါ၊ ကျွန်တော့်အသံကြားရပါသလား။ ပြီးခဲ့တဲ့အပတ်က အစီရင်ခံစာ မပြီးသေးတဲ့အတွက် ဖောက်သည်ဆီက အချိန်ထပ်တောင်းရပါမယ်။",
		"Georgian":   "დილა მშვიდობისა ყველას, გესმით ჩემი ხმა? მინდოდა მეთქვა, რომ გასული კვირის ანგარიში ჯერ არ არის მზად, ამიტომ მომხმარებელს ცოტა მეტი დრო უნდა ვთხოვოთ.",
		"Armenian":   "Բարի լույս բոլորին, լսո՞ւմ եք ինձ։ Ուզում էի ասել, որ անցած շաբաթվա հաշվետվությունը դեռ պատրաստ չէ, ուստի հաճախորդից պետք է մի քիչ ժամանակ խնդրենք։",
		"Amharic":    "እንደምን አደራችሁ ሁላችሁም፣ ድምፄ ይሰማችኋል? ያለፈው ሳምንት ሪፖርት ገና አልተጠናቀቀም፣ ስለዚህ ከደንበኛው ተጨማሪ ጊዜ መጠየቅ አለብን።",
		"Chinese":    "大家早上好，能听到我说话吗？我想先说一下上周的情况，客户那边还没有确认新的预算，所以第二阶段可能要推迟到下个月。另外，测试环境昨天晚上又出了问题，运维同事正在排查原因。",
		"Cantonese":  "各位早晨，聽唔聽到我講嘢呀？我想講返上個禮拜嗰份報告，其實仲未搞掂，咁所以可能要同個客攞多兩個星期時間先得。",
		"Japanese":   "皆さん、おはようございます。聞こえますでしょうか。先週お話しした件ですが、お客様からまだ正式なお返事をいただいておりませんので、リリースの日程を二週間ほど後ろにずらしたほうがいいのではないかと考えています。",
		"Korean":     "여러분 안녕하세요, 제 목소리 잘 들리시나요? 지난주에 말씀드린 보고서가 아직 준비되지 않아서 고객사에 시간을 조금 더 달라고 요청해야 할 것 같습니다. 혹시 다른 의견 있으신 분 계신가요?",
	}
}

// machinery is what stands beside speech in answers: data, addresses, code.
func machinery() map[string]string {
	return map[string]string{
		"JSON":    `{"bot_id":"5f1c8a7e-93d2-4b1f-8a60-0c4e7d92b13f","bot_name":"Notes","meeting_url":"https://meet.google.com/abc-defg-hij","created_at":"2025-05-01T12:00:00.123456","duration":1843,"transcripts":[{"speaker":"Ana","start_time":1.305,"end_time":2.01,"lang":"en","user_id":null,"words":[{"id":1,"bot_id":911,"start_time":1.3,"end_time":1.6,"text":"Hi"}]}],"deduplication_key":null,"noone_joined_timeout":600,"reserved":false}`,
		"Indent":  "{\n  \"calendars\": [\n    {\n      \"uuid\": \"0b0c7c3e-5f5e-4c0e-9b43-7a6ad1f1b6d2\",\n      \"email\": \"ana.souza@example.com\",\n      \"is_primary\": true\n    }\n  ]\n}\n",
		"UUIDs":   "3f2504e0-4f89-11d3-9a0c-0305e82c3301 7d444840-9dc0-11d1-b245-5ffdce74fad2 e902893a-9d22-3c7e-a7b8-d6e313b71d9f 6ba7b810-9dad-11d1-80b4-00c04fd430c8\n550E8400-E29B-41D4-A716-446655440000",
		"URLs":    "https://bots-videos.s3.eu-west-3.amazonaws.com/5f1c8a7e/output.mp4?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAQ3EGRTZ7XK2LMNOP%2F20250501%2Feu-west-3%2Fs3%2Faws4_request&X-Amz-Date=20250501T123456Z&X-Amz-Expires=7200&X-Amz-SignedHeaders=host&X-Amz-Signature=9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 https://us02web.zoom.us/j/84512345678?pwd=RkVpS2x4bG9QWnY0dXJhVzNmTnE5Zz09 https://teams.microsoft.com/l/meetup-join/19%3ameeting_NjY2ZmYxZTItZDM0Yy00%40thread.v2/0?context=%7b%22Tid%22%3a%22",
		"Base64":  "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIn0.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c qL8R4QIcQ/ZsRqOAbeRfcZhilN/MksRtDaErMA==",
		"Hex":     "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 da39a3ee5e6b4b0d3255bfef95601890afd80709 D41D8CD98F00B204E9800998ECF8427E",
		"Code":    "func (c *Client) MeetingData(ctx context.Context, botID string) (*MeetingData, error) {\n\tif err := checkID(botID); err != nil {\n\t\treturn nil, fmt.Errorf(\"meeting %s: %w\", botID, err)\n\t}\n\tfor i := range 10 {\n\t\tx[i] = a<<3 | b&^0xFF\n\t}\n\treturn call[MeetingData](ctx, c, request{op: \"get_meeting_data\"})\n}\n",
		"Table":   "| bot_id | title | state | duration |\n|---|---|---|---|\n| 5f1c8a7e-93d2-4b1f | Weekly sync | ended | 0:31:04 |\n",
		"Numbers": "1843 12:00:41 2025-05-01 3.14159 1,234,567.89 +49 30 901820 #4711 (99%) €12.50 $7 10^6 v1.20.3 192.168.178.1",
		"Emoji":   "👍 🎉🎉 😂 👩\u200d💻 👨\u200d👩\u200d👧\u200d👦 🇧🇷🇩🇪 👍🏽 ❤️ 1️⃣ 🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f ✅ → • — “quoted” ‘so’ …",
		"Symbols": "!@#$%^&*()_+-=[]{}|;':\",./<>?~` ~~~ *** === ### ©®™ ½ ² § ¶ ± × ÷ ≠ ≤ ∑ √ ∞ ♪ ★",
		"Shouted": "PLEASE READ THE ATTACHED SPECIFICATION BEFORE TOMORROW'S RETROSPECTIVE, OR WE WILL RESCHEDULE IT.",
		"Camel":   "getTranscriptByBotId parseHTTPResponse XMLHttpRequest MAX_RETRY_COUNT kebab-case-names snake_case_names zoomAccessTokenUrl userReportedError",
		"Blank":   "\n\n\n    \n\t\t x  y   z\n\n",
	}
}
