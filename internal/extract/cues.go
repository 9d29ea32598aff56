package extract

import "strings"

// cues are the phrases of a language that tell what a sentence does.
type cues struct {
	topics phrases // it says what the meeting is about, or what comes of it
	asides phrases // it begins so when it only adds something, or asks
	vague  phrases // it is only said along the way

	promises phrases // the speaker will do something
	requests phrases // somebody else is to do something
	duties   phrases // somebody has to
	idle     phrases // looks like one of these, and is about talking
	ifs      phrases // begins a sentence in which nothing is certain
	modals   phrases // stands behind the name of who is to do it
	tasks    phrases // names a thing to do

	decisions phrases
	undecided phrases // looks like a decision, and is none
	open      phrases // a question stays open
	ignorance phrases // an answer that leaves it open
	hedges    phrases
}

// phrases are what people say: in small letters, a space about each word, but
// without the last one when its end may be any.
type phrases []string

// phrasesOf reads phrases that are parted by strokes; a star stands for any end.
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

// in counts the phrases that occur in what was spoken, up to most.
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

func (p phrases) occur(spoken string) bool { return p.in(spoken, 1) > 0 }

// begin reports that what was spoken begins with one.
func (p phrases) begin(spoken string) bool {
	for _, phrase := range p {
		if strings.HasPrefix(spoken, phrase) {
			return true
		}
	}
	return false
}

// cues of a language are made when they are first asked for.
func (m *Meeting) cues(language string) *cues {
	c := m.cuesOf[language]
	if c == nil {
		c = newCues(language)
		m.cuesOf[language] = c
	}
	return c
}

func newCues(language string) *cues {
	switch language {
	case "en", "":
		return english()
	case "de":
		return german()
	case "fr":
		return french()
	case "es":
		return spanish()
	case "pt":
		return portuguese()
	case "it":
		return italian()
	case "nl":
		return dutch()
	case "ja":
		return japanese()
	}
	return &cues{}
}

func english() *cues {
	return &cues{
		topics: phrasesOf("we need/need to/needs to/have to/has to/we should/should be/should have/we're going/we are going/we're gonna/going to be/going to have/" +
			"decid*/decision*/agree*/conclu*/propos*/recommend*/suggest*/important/main/requirement*/agenda/discuss*/talked about/this meeting/the meeting/project/" +
			"the idea/the plan/the goal/the purpose/next step/next steps/next meeting/next week/next time/by monday/by tuesday/by wednesday/by thursday/by friday/" +
			"by tomorrow/by the end/deadline*/action*/result*/because of/working on/problem*/issue*/in terms of/basically/first of all/so we/what we"),
		asides: phrasesOf("thank/thanks/you/or/is/are/do/did/does/was/were/that's/it's just/he/she/i'm just/not/if you/when/what/how/why/who"),
		vague:  phrasesOf("or something/whatever/exactly/i don't know/never mind/just like"),

		promises: phrasesOf("i'll/i will/i'm going to/i'm gonna/i am going to/let me take/let me check/let me ask/let me find out/let me look into/let me get back/i can do/" +
			"i can send/i can write/i can take/i can ask/i can check/i can get/i can put/leave it with me/leave that with me/i promise/i could do/i could write/i could ask/i could send"),
		requests: phrasesOf("can you/could you/would you/will you/i'd like you to/i want you to/i need you to/make sure/don't forget/you'll need to/can somebody/can someone/could somebody/could someone"),
		duties:   phrasesOf("please/you need to/you have to/we need to/we have to/we should/we must/we've got to/we'll need to/needs to/has to/need to/i need to/i have to/i've got to/is going to/is gonna/somebody has to/somebody needs to/someone has to"),
		idle: phrasesOf("i'll say/i will say/i'm going to say/i'm gonna say/i'll just say/i'll admit/i'll bet/i'll be honest/i'll be brief/i'll be quick/i'll tell you/i'll show you/i'll mute/i'll stop/i'll let you/i'll start/" +
			"i'll go first/i'll go through/i'm going to go/i'm gonna go/i'm going to talk/i'm gonna talk/i'm going to be talking/i'm gonna be/i'm going to start/i'll come to/i'll come back to/i'll just throw/i'll get to/i'll get into/i'll talk/i will talk/i'm gonna have to talk/i'll explain/i will explain/i'll demonstrate/i'll address/i will address/i'll be sharing/i will continue/i'll read/i'll give you/i'll leave it there/i'll leave it at that/i'll have to say/" +
			"i would say/can you hear/can you see/could you say/could you repeat/can you repeat/can you tell/can you imagine/can you explain/could you explain/have to say/need to say/have to admit/you have to understand/if you/do you/whether/you know/please note/see what i mean/used to/i don't think/should have/would have"),
		modals: phrasesOf("can/could/will/would/should/must/needs to/has to/is going to/is gonna/to/please/you/you'll/if you/do you want to/are you able to"),
		tasks:  phrasesOf("action item/action items/action point/action points/to do list/follow up/next step/next steps/deadline*/assigned/responsible for/in charge of/on my list/on your list/to be done"),

		decisions: phrasesOf("we decided/i decided/we've decided/i've decided/have decided/decided to/decided that/decided on/we agreed/we've agreed/agreed to/agreed that/agreed on/are agreed/is agreed/the decision is/final decision/" +
			"let's go with/let's go for/we'll go with/we'll go for/we're going with/going to go with/gonna go with/settle on/settled on/we'll stick with/let's stick with/let's stick to/we'll keep/let's keep/let's drop/we'll drop/" +
			"let's leave/let's use/we'll use/let's make it/let's do/we're not going to/we won't/is approved/are approved/been approved/that's decided/it's decided/that's agreed/that's settled/motion is carried/we do it/so we do"),
		undecided: phrasesOf("not decided/haven't decided/hasn't decided/not been decided/hasn't been decided/undecided/decide later/decide whether/decide if/if we decided/if we decide/have to decide/need to decide/can't decide/we could decide/before we decide/" +
			"not agreed/never agreed/don't agree/haven't agreed/disagree*/if we agreed/whether we/who decided/why did we/if you/let's see/should we/shall we"),
		open: phrasesOf("open question/open questions/still open/we don't know yet/don't know yet/not sure yet/still don't know/need to find out/have to find out/we don't know/to be decided/unclear/not clear yet/up in the air/haven't decided/" +
			"hasn't been decided/not decided/still need to decide/nobody knows/remains to be seen/the question is/question remains/have to decide/need to decide/not settled/left open"),
		ignorance: phrasesOf("don't know/not sure/no idea/good question/find out/we'll see/depends/have to check/need to check/haven't decided/can't say/hard to say/dunno"),
		hedges:    phrasesOf("maybe/perhaps/might/could/possibly/probably/i guess/i suppose/not sure/hopefully/if possible/if i can/if we can/try to/i'll try/depends/unless/should i/ideally"),
	}
}
