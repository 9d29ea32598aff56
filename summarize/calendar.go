package summarize

import (
	"strconv"
	"strings"
)

// calendar is the words for days, months and what is near in time, in some
// languages, and what each means: weekday 5, month 5, tomorrow.
type calendar map[string]string

func newCalendar() calendar {
	c := calendar{}
	for _, days := range []string{
		"Monday Tuesday Wednesday Thursday Friday Saturday Sunday", "Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag",
		"lundi mardi mercredi jeudi vendredi samedi dimanche", "lunes martes miércoles jueves viernes sábado domingo",
		"segunda-feira terça-feira quarta-feira quinta-feira sexta-feira sábado domingo", "lunedì martedì mercoledì giovedì venerdì sabato domenica",
		"maandag dinsdag woensdag donderdag vrijdag zaterdag zondag", "måndag tisdag onsdag torsdag fredag lördag söndag",
		"月曜 火曜 水曜 木曜 金曜 土曜 日曜", "星期一 星期二 星期三 星期四 星期五 星期六 星期日", "周一 周二 周三 周四 周五 周六 周日",
	} {
		c.list("weekday ", days)
	}
	for _, months := range []string{
		"January February March April May June July August September October November December",
		"Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
		"janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
		"enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
		"janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
		"gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
		"januari februari maart april mei juni juli augustus september oktober november december",
	} {
		c.list("month ", months)
	}
	c.add("Sonnabend", "weekday 6")
	c.list("weekday ", "Mon Tue Wed Thu Fri Sat Sun")
	c.list("month ", "Jan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec")
	for meaning, list := range map[string]string{
		"today":      "today heute aujourd'hui hoy hoje oggi vandaag 今日 本日 今天",
		"tonight":    "tonight",
		"tomorrow":   "tomorrow demain mañana amanhã domani morgen 明日 明天",
		"yesterday":  "yesterday gestern hier ayer ontem ieri gisteren 昨日 昨天",
		"next":       "next nächste nächsten nächster nächstes nächstem prochain prochaine próximo próxima prossimo prossima volgende",
		"last":       "last letzte letzten letzter letztes dernier dernière pasado pasada passado passada scorso scorsa vorige",
		"next week":  "来週 下周",
		"next month": "来月 下个月",
		"this week":  "今週 本周",
		"last week":  "先週 上周",
		"week":       "week Woche semaine semana settimana",
		"month":      "month Monat mois mes mês mese maand",
		"quarter":    "quarter Quartal trimestre",
		"year":       "year Jahr année año ano anno jaar",
		"weekend":    "weekend Wochenende",
	} {
		for word := range strings.FieldsSeq(list) {
			c.add(word, meaning)
		}
	}
	return c
}

func (c calendar) list(kind, names string) {
	for i, name := range strings.Fields(names) {
		c.add(name, kind+strconv.Itoa(i+1))
	}
}

// add keys a word of several tokens by all of them.
func (c calendar) add(word, meaning string) {
	all := tokensOf(word)
	key := make([]string, len(all))
	for i, t := range all {
		key[i] = t.fold
	}
	c[strings.Join(key, " ")] = meaning
}

// doubtful are words that mean something else as often as a day or a month.
const doubtful = " may march mars mon tue wed thu fri sat sun jan feb mar apr jun jul aug sept oct nov dec "

// moment is a day, a month or the like that a text names.
type moment struct {
	meaning  string
	from, to int  // tokens
	weak     bool // may mean something else: may, mar, di
}

// moments finds what a text says of days and months.
func (c calendar) moments(all []token) []moment {
	var found []moment
	for i := 0; i < len(all); {
		m, n := c.moment(all, i)
		if n > 0 {
			found = append(found, m)
		}
		i += max(n, 1)
	}
	return found
}

func (c calendar) moment(all []token, i int) (moment, int) {
	key := ""
	m, n := moment{}, 0
	for j := i; j < min(len(all), i+4); j++ {
		key = strings.TrimPrefix(key+" "+all[j].fold, " ")
		if meaning := c[key]; meaning != "" {
			m, n = moment{meaning: meaning, from: i, to: j + 1, weak: strings.Contains(doubtful, " "+key+" ")}, j+1-i
		}
	}
	switch m.meaning {
	case "next", "last":
		if with, k := c.period(all, i+n); k > 0 { // next week, next Friday
			return moment{meaning: m.meaning + " " + with, from: i, to: i + n + k}, n + k
		}
		return moment{}, 0
	case "week", "month", "quarter", "year":
		if i+n < len(all) && (c[all[i+n].fold] == "next" || c[all[i+n].fold] == "last") { // la semaine prochaine
			return moment{meaning: c[all[i+n].fold] + " " + m.meaning, from: i, to: i + n + 1}, n + 1
		}
		if i > 0 && all[i-1].fold == "this" {
			return moment{meaning: "this " + m.meaning, from: i - 1, to: i + n}, n
		}
		return moment{}, 0
	}
	if m.weak {
		m.weak = !dated(all, i)
	}
	return m, n
}

// period reads what may be next or last.
func (c calendar) period(all []token, i int) (string, int) {
	if i >= len(all) || all[i].before != joined {
		return "", 0
	}
	meaning := c[all[i].fold]
	switch {
	case meaning == "week", meaning == "month", meaning == "quarter", meaning == "year", meaning == "weekend", strings.HasPrefix(meaning, "weekday"), strings.HasPrefix(meaning, "month "):
		return meaning, 1
	}
	return "", 0
}

// dated reports that the words around one tell that it is a date's.
func dated(all []token, i int) bool {
	if i+1 < len(all) && all[i+1].mark&numeral != 0 || i > 0 && all[i-1].mark&numeral != 0 {
		return true
	}
	if i == 0 {
		return len(all) == 1
	}
	switch all[i-1].fold {
	case "in", "of", "by", "until", "till", "since", "early", "mid", "late", "next", "last", "on", "im", "bis", "ende", "anfang", "en", "fin", "debut", "due":
		return true
	}
	return false
}
