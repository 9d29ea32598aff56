package summarize

import "strings"

// unit reads what a number is of, from the signs around it or the word behind
// it, and what it is multiplied by: 12 %, $200k, three weeks, half an hour.
func (k *counter) unit() (unit string, factor float64) {
	factor = 1
	first, last := k.tokens[k.start], k.tokens[k.at-1]
	if i := strings.LastIndexFunc(k.text[:first.start], notSpace); i >= 0 {
		unit = currency(k.text[i:first.start])
	}
	hung := strings.TrimLeft(last.fold, "0123456789.,")
	if !isDigit(last.fold) {
		hung = ""
	}
	switch hung {
	case "k":
		factor = 1e3
	case "bn":
		factor = 1e9
	case "mn", "mio":
		factor = 1e6
	case "m":
		if unit != "" {
			factor = 1e6
		}
	case "am", "pm":
		return hung, 1
	case "h":
		return "hour", 1
	case "min":
		return "minute", 1
	}
	if minutes := k.at; minutes < len(k.tokens) && strings.HasPrefix(k.text[last.end:], ":") && isDigit(k.tokens[minutes].fold) {
		return k.half(minutes + 1), 1 // of the day
	}
	behind := strings.TrimLeft(k.text[last.end:], " \u00a0\u202f-")
	if sign := signed(behind); sign != "" {
		return sign, factor
	}
	if unit != "" {
		return unit, factor
	}
	for i := k.at; i < min(len(k.tokens), k.at+2) && k.tokens[i].before == joined; i++ {
		fold := k.tokens[i].fold
		if half := k.half(i); half != "" {
			return half, factor
		}
		if unit := unitOf(fold); unit != "" {
			return unit, factor
		}
		if !beforeUnit(fold) && !k.article[fold] {
			break
		}
	}
	return "", factor
}

// half reads am or pm at a token, whatever its points.
func (k *counter) half(i int) string {
	if i >= len(k.tokens) {
		return ""
	}
	switch fold := k.tokens[i].fold; {
	case fold == "am" || fold == "pm":
		return fold
	case (fold == "a" || fold == "p") && i+1 < len(k.tokens) && k.tokens[i+1].fold == "m":
		return fold + "m"
	}
	return ""
}

func notSpace(r rune) bool { return r != ' ' && r != '\u00a0' }

func isDigit(fold string) bool { return fold != "" && fold[0] >= '0' && fold[0] <= '9' }

// currency names the sign that a text begins with.
func currency(text string) string {
	for _, sign := range [][2]string{{"$", "dollar"}, {"€", "euro"}, {"£", "pound"}, {"¥", "yen"}, {"￥", "yen"}, {"₹", "rupee"}} {
		if strings.HasPrefix(text, sign[0]) {
			return sign[1]
		}
	}
	return ""
}

// signed names the unit that a text begins with as a sign, or in a script
// without spaces.
func signed(text string) string {
	if unit := currency(text); unit != "" {
		return unit
	}
	for _, sign := range [][2]string{
		{"%", "percent"}, {"％", "percent"}, {"パーセント", "percent"}, {"per cent", "percent"}, {"por cento", "percent"}, {"por ciento", "percent"}, {"pour cent", "percent"},
		{"ドル", "dollar"}, {"美元", "dollar"}, {"ユーロ", "euro"}, {"欧元", "euro"}, {"円", "yen"}, {"元", "yuan"},
		{"年", "year"}, {"か月", "month"}, {"ヶ月", "month"}, {"カ月", "month"}, {"ヵ月", "month"}, {"个月", "month"}, {"個月", "month"}, {"月", "month"},
		{"週", "week"}, {"周", "week"}, {"日", "day"}, {"天", "day"}, {"時間", "hour"}, {"小时", "hour"}, {"小時", "hour"}, {"分", "minute"}, {"秒", "second"},
		{"人", "person"}, {"名", "person"}, {"件", "piece"}, {"個", "piece"}, {"个", "piece"}, {"台", "piece"}, {"回", "time"}, {"次", "time"}, {"倍", "times"},
	} {
		if strings.HasPrefix(text, sign[0]) {
			return sign[1]
		}
	}
	return ""
}

// beforeUnit names what may stand between a number and its unit.
func beforeUnit(fold string) bool {
	switch fold {
	case "business", "working", "full", "whole", "more", "extra", "additional", "calendar", "us", "an", "a", "volle", "ganze", "weitere", "autres", "mas", "mais":
		return true
	}
	return false
}

// unitOf names the unit that a word is, in any of some languages.
func unitOf(fold string) string {
	switch fold {
	case "percent", "prozent", "pourcent", "percento", "procent":
		return "percent"
	case "second", "seconds", "sec", "secs", "sekunde", "sekunden", "seconde", "secondes", "segundo", "segundos", "secondo", "secondi":
		return "second"
	case "minute", "minutes", "min", "mins", "minuten", "minuto", "minutos", "minuti":
		return "minute"
	case "hour", "hours", "hr", "hrs", "stunde", "stunden", "heure", "heures", "hora", "horas", "ora", "ore", "uur":
		return "hour"
	case "day", "days", "tag", "tage", "tagen", "jour", "jours", "dia", "dias", "giorno", "giorni", "dag", "dagen":
		return "day"
	case "week", "weeks", "woche", "wochen", "semaine", "semaines", "semana", "semanas", "settimana", "settimane", "weken":
		return "week"
	case "month", "months", "monat", "monate", "monaten", "mois", "mes", "meses", "mese", "mesi", "maand", "maanden":
		return "month"
	case "year", "years", "jahr", "jahre", "jahren", "ans", "annee", "annees", "ano", "anos", "anno", "anni", "jaar":
		return "year"
	case "dollar", "dollars", "bucks", "usd", "dolares", "dollari":
		return "dollar"
	case "euro", "euros", "eur":
		return "euro"
	case "pound", "pounds", "quid", "gbp", "pfund", "libra", "libras":
		return "pound"
	case "pence", "penny", "pennies", "cents":
		return "cent"
	case "yen":
		return "yen"
	}
	return ""
}
