package summarize

import "strings"

// phrases are what people say in some case: each in small letters, with a space
// about it, or without the last one when its end may be any.
type phrases []string

// of reads phrases that are parted by strokes; a star stands for any end.
func phrasesOf(text string) phrases {
	var all phrases
	for phrase := range strings.SplitSeq(text, "/") {
		if stem, open := strings.CutSuffix(phrase, "*"); open {
			all = append(all, " "+stem)
		} else {
			all = append(all, " "+phrase+" ")
		}
	}
	return all
}

// in counts those that occur in what was spoken, up to most.
func (p phrases) in(spoken string, most int) int {
	n := 0
	for _, phrase := range p {
		if n == most {
			break
		}
		if strings.Contains(spoken, phrase) {
			n++
		}
	}
	return n
}

// begin reports that what was spoken begins with one.
func (p phrases) begin(spoken string) bool {
	for _, phrase := range p {
		if strings.HasPrefix(spoken, phrase) {
			return true
		}
	}
	return false
}

// cues are the phrases of a language that tell what a sentence does.
type cues struct {
	topics phrases // it says what the meeting is about, or what comes of it
	asides phrases // that it begins with when it only adds or asks
	vague  phrases // anywhere, in what is only said along the way
}

func cuesOf(language string) cues {
	switch language {
	case "en", "":
		return cues{
			topics: phrasesOf("we need/need to/needs to/have to/has to/we should/should be/should have/we're going/we are going/we're gonna/going to be/going to have/" +
				"decid*/decision*/agree*/conclu*/propos*/recommend*/suggest*/important/main/requirement*/agenda/discuss*/talked about/this meeting/the meeting/project/" +
				"the idea/the plan/the goal/the purpose/next step/next steps/next meeting/next week/next time/by monday/by tuesday/by wednesday/by thursday/by friday/" +
				"by tomorrow/by the end/deadline*/action*/result*/because of/working on/problem*/issue*/in terms of/basically/first of all/so we/what we"),
			asides: phrasesOf("you/or/is/are/do/did/does/was/were/that's/it's just/he/she/i'm just/not/if you/when/what/how/why/who"),
			vague:  phrasesOf("or something/whatever/exactly/i don't know/never mind/just like"),
		}
	}
	return cues{}
}
