package summarize

import (
	"regexp"
	"slices"
	"strings"

	"github.com/meetmcp/meetmcp/internal/transcript"
)

// apart is what stands between owners.
var apart = regexp.MustCompile(`(?i)\s+(?:and|und|et|y|e|en|och)\s+|[,&/+;、と]`)

// owner asks that each owner took part or is named in the evidence, and answers
// who that is. Who took part but has no share in what is said there is doubtful.
func (h *hearing) owner() string {
	claimed := tokensOf(h.claim.Owner)
	if len(claimed) == 0 || nobody(claimed) {
		return ""
	}
	if self(claimed) {
		return h.evidence[0].Speaker
	}
	for name := range strings.SplitSeq(apart.ReplaceAllString(h.claim.Owner, "\n"), "\n") {
		h.owns(name)
	}
	return h.claim.Owner
}

func (h *hearing) owns(name string) {
	all := tokensOf(name)
	for len(all) > 1 && slices.Contains(strings.Fields("the der die das le la les el los san さ 様 氏 君"), all[0].fold) {
		all = all[1:]
	}
	for len(all) > 1 && slices.Contains([]string{"san", "ん", "さ", "様", "氏", "君"}, all[len(all)-1].fold) {
		all = all[:len(all)-1]
	}
	if len(all) == 0 {
		return
	}
	shown := transcript.Line(strings.TrimSpace(name), transcript.NameLimit)
	named := within(h.said(), all)
	switch {
	case named:
	case !h.tookPart(all):
		h.fail("the owner %q neither took part nor is named in the evidence", shown)
	case h.speaking(all, 0):
	case h.promises():
		h.fail("the owner %q does not speak in the evidence: who speaks there says I", shown)
	case !h.speaking(all, nearby) && !h.named(all):
		h.hedged = append(h.hedged, "the owner "+shown+" took part, but neither speaks nor is named near the evidence")
	}
}

// tookPart reports that the name, or a part of it, is a participant's.
func (h *hearing) tookPart(name []token) bool {
	for _, full := range h.names {
		if len(name) <= len(full) && sameName(name, full) {
			return true
		}
	}
	return false
}

// speaking reports that somebody of that name speaks in the evidence, or so
// many turns around it.
func (h *hearing) speaking(name []token, turns int) bool {
	return slices.ContainsFunc(h.matches, func(m match) bool {
		first, last := h.turnOf(m.from())-turns, h.turnOf(m.to()-1)+turns
		for i := max(0, first); i <= min(last, len(h.turns)-1); i++ {
			if full := h.names[h.turns[i].Speaker]; len(name) <= len(full) && sameName(name, full) {
				return true
			}
		}
		return false
	})
}

// named reports that a name, or a part of it, is said near the evidence.
func (h *hearing) named(name []token) bool {
	return slices.ContainsFunc(h.matches, func(m match) bool {
		return slices.ContainsFunc(h.around(m), func(t token) bool {
			return slices.ContainsFunc(name, func(part token) bool { return t.fold == part.fold && len(t.fold) > 1 })
		})
	})
}

// promises reports that whoever speaks in the evidence promises to do it.
func (h *hearing) promises() bool {
	all := h.said()
	has := func(list string) bool {
		return slices.ContainsFunc(all, func(t token) bool { return slices.Contains(strings.Fields(list), t.fold) })
	}
	return has("ill i ich je jenvoie yo eu io ik") && !has("you your du dir dich sie ihnen ihr tu te toi vous te usted voce voces lei je jij")
}

// self reports that whoever speaks means themselves.
func self(all []token) bool {
	return len(all) == 1 && slices.Contains(strings.Fields("i me myself self ich mich moi je yo eu io ik 私 僕"), all[0].fold)
}

// nobody reports what models write where there is nothing to write.
func nobody(all []token) bool {
	text := ""
	for _, t := range all {
		text += t.fold
	}
	return slices.Contains(strings.Fields("none null nil na unknown unassigned unspecified tbd nobody notspecified notmentioned notstated"), text)
}
