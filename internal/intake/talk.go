package intake

import (
	"slices"
	"time"

	"soi/internal/desk"
)

// Talk is the state of a conversation: what was said last that still matters.
// On is the whole machine; it reads no clock and touches nothing.
//
//	message ──hold──▶ (quiet for Bundle) ──take──▶ outcome
//	outcome known ──▶ "did this answer you?" ──no──▶ refuse ──▶ outcome new
//	outcome perhaps ──▶ "which of these?" ──pick──▶ outcome known
//	                                      ──none, or silence──▶ outcome new
//	outcome new ──▶ (shortly before the window closes) interim word
//	"digest" ──▶ "shall we?" ──yes──▶ join;  has them ──▶ "shall we stop?" ──yes──▶ end
//	stop ──▶ everything forgotten
type Talk struct {
	Greeted  bool      `json:"greeted,omitempty"`
	Lang     string    `json:"lang,omitempty"` // chosen by the asker; "": that of the messages
	Held     int       `json:"held,omitempty"` // messages that wait to become a tip
	First    time.Time `json:"first,omitzero"` // of those
	Last     time.Time `json:"last,omitzero"`
	Question *Question `json:"question,omitempty"` // the one that is open
	Interim  time.Time `json:"interim,omitzero"`   // when to say that it takes longer
}

// Question is what the asker was asked last.
type Question struct {
	Kind    QuestionKind `json:"kind"`
	Tip     desk.ID      `json:"tip"`
	Options []string     `json:"options,omitempty"` // match keys, for QuestionWhich
	Until   time.Time    `json:"until"`
}

// QuestionKind says what was asked.
type QuestionKind string

// The questions.
const (
	QuestionWhich    QuestionKind = "which"    // is it one of these?
	QuestionAnswered QuestionKind = "answered" // did this answer you?
	QuestionDigest   QuestionKind = "digest"   // shall we send you the digests?
	QuestionLeave    QuestionKind = "leave"    // you have the digests: shall we stop?
)

// Rules are the times of a channel's conversations.
type Rules struct {
	Now    time.Time
	Bundle time.Duration // silence after which messages become a tip; 0 or less: at once
	Window time.Duration // after the last message answers can be sent; 0: for ever
	Choice time.Duration // how long "which of these?" stands
	Digest bool          // digests can be sent to the channel
}

// Bounds of a bundle and of a question.
const (
	maxHeld      = 20              // messages in one tip
	maxBundle    = 4               // … and no longer than this many times the silence
	feedbackTime = 24 * time.Hour  // how long "did this answer you?" stands
	interimShare = 12              // the interim word goes out this share of the window before it closes
	leastWindow  = 6 * time.Minute // a window shorter than that gets no interim word
)

// What is something that reaches a conversation.
type What string

// What can reach a conversation.
const (
	HeardMessage What = "message" // to be held
	HeardEmpty   What = "empty"   // nothing that can be read: a sticker, a position
	HeardStart   What = "start"
	HeardHelp    What = "help"
	HeardHello   What = "hello"
	HeardThanks  What = "thanks"
	HeardStop    What = "stop"
	HeardLeft    What = "left"
	HeardLang    What = "lang"    // Lang says which
	HeardYes     What = "yes"     // Tip set: a button; else typed
	HeardNo      What = "no"      // as above
	HeardPick    What = "pick"    // Pick says which, from 0
	HeardNone    What = "none"    // none of these
	HeardDigest  What = "digest"  // the word for digests
	HeardJoin    What = "join"    // the button that says yes to them
	HeardRefuse  What = "refuse"  // … and the one that says no
	HeardEnd     What = "end"     // the word, and the button, that ends them
	HeardStay    What = "stay"    // the button that keeps them
	HeardAlarm   What = "alarm"   // the time of Due has come
	HeardOutcome What = "outcome" // what became of a tip
)

// Heard is one thing that reaches a conversation.
type Heard struct {
	What    What
	Lang    string
	Pick    int
	Tip     desk.ID  // of a button, or of an outcome
	Outcome string   // known, imported, perhaps, new, closed, unread, same
	Options []string // match keys offered, for perhaps
}

// The outcomes of a tip, as the sentences' keys name them.
const (
	OutcomeKnown    = "known"    // a check of ours answers it
	OutcomeImported = "imported" // another publisher's check answers it
	OutcomePerhaps  = "perhaps"  // the asker is to choose
	OutcomeNew      = "new"      // in the queue
	OutcomeClosed   = "closed"   // not a factual claim
	OutcomeUnread   = "unread"   // it could not be read
	OutcomeSame     = "same"     // an edit that changed nothing: nothing is said
	OutcomeDigest   = "digest-ask"
	OutcomeHas      = "digest-has"
)

// Do is what the machine wants done.
type Do string

// What the machine can want.
const (
	DoHold   Do = "hold"   // keep the delivery until the bundle is taken
	DoTake   Do = "take"   // make one tip of what is held, then tell the outcome
	DoChoose Do = "choose" // tell the desk what the asker chose, then tell the outcome
	DoForget Do = "forget" // erase everything about the asker
	DoDigest Do = "digest" // look whether the address has digests, then tell which
	DoJoin   Do = "join"   // send digests from now on
	DoEnd    Do = "end"    // send none any more, and erase the address kept for them
	DoSay    Do = "say"
)

// Act is one thing to be done, in order.
type Act struct {
	Do   Do
	Line string    // for DoSay: key of the sentence
	Tip  desk.ID   // what it is about
	Key  string    // for DoChoose: the match key chosen; "" for none of these
	Ask  *Question // for DoSay: the question that goes with it
}

// say is one sentence.
func say(line string, tip desk.ID) Act { return Act{Do: DoSay, Line: line, Tip: tip} }

// On moves the conversation on by one thing heard and says what is to be done.
// At most one question is open at a time: a new one ends the one before.
func (t Talk) On(h Heard, r Rules) (Talk, []Act) {
	if h.What != HeardAlarm && h.What != HeardOutcome && !t.Interim.IsZero() {
		t.Interim = interimAt(r) // the window begins anew with whatever the asker says
	}
	switch h.What {
	case HeardMessage:
		return t.hold(r)
	case HeardStart, HeardHello:
		t.Greeted = true
		return t, []Act{say("greeting", "")}
	case HeardEmpty, HeardHelp, HeardThanks:
		return t, []Act{say(string(h.What), "")}
	case HeardStop:
		return Talk{}, []Act{{Do: DoForget}, say("goodbye", "")}
	case HeardLeft:
		return Talk{}, []Act{{Do: DoForget}}
	case HeardLang:
		t.Lang = h.Lang
		return t, []Act{say("lang", "")}
	case HeardDigest, HeardJoin, HeardRefuse, HeardEnd, HeardStay:
		return t.digest(h, r)
	case HeardAlarm:
		return t.alarm(r)
	case HeardOutcome:
		return t.outcome(h, r)
	}
	return t.reply(h)
}

// hold keeps a message for the bundle, and greets whoever writes for the first
// time.
func (t Talk) hold(r Rules) (Talk, []Act) {
	var acts []Act
	if !t.Greeted {
		t.Greeted = true
		acts = append(acts, say("welcome", ""))
	}
	if t.Held == 0 {
		t.First = r.Now
	}
	t.Held++
	t.Last = r.Now
	return t, append(acts, Act{Do: DoHold})
}

// reply takes an answer to a question: typed, or a button of an earlier
// message, which names its tip and counts as long as the tip is the asker's.
func (t Talk) reply(h Heard) (Talk, []Act) {
	q := t.Question
	open := q != nil && (h.Tip == "" || h.Tip == q.Tip)
	if open {
		t.Question = nil
	}
	switch {
	case open && (q.Kind == QuestionDigest || q.Kind == QuestionLeave):
		return t.replyDigest(q.Kind, h)
	case open && q.Kind == QuestionWhich && h.What == HeardPick && h.Pick >= 0 && h.Pick < len(q.Options):
		return t, []Act{{Do: DoChoose, Tip: q.Tip, Key: q.Options[h.Pick]}}
	case open && q.Kind == QuestionWhich && h.What == HeardYes && len(q.Options) == 1:
		return t, []Act{{Do: DoChoose, Tip: q.Tip, Key: q.Options[0]}}
	case open && q.Kind == QuestionWhich && (h.What == HeardNone || h.What == HeardNo):
		return t, []Act{{Do: DoChoose, Tip: q.Tip}}
	case open && q.Kind == QuestionAnswered && h.What == HeardYes:
		return t, []Act{say("answered", q.Tip)}
	case open && q.Kind == QuestionAnswered && (h.What == HeardNo || h.What == HeardNone):
		return t, []Act{{Do: DoChoose, Tip: q.Tip}}
	case open: // "3" of two, "yes" to which: the question stays
		t.Question = q
		return t, []Act{say("which-again", q.Tip)}
	case h.Tip != "" && h.What == HeardYes:
		return t, []Act{say("answered", h.Tip)}
	case h.Tip != "" && (h.What == HeardNo || h.What == HeardNone):
		return t, []Act{{Do: DoChoose, Tip: h.Tip}}
	}
	return t, []Act{say("nothing-asked", "")}
}

// replyDigest takes a typed answer to a question about digests; anything but
// yes and no has it asked anew.
func (t Talk) replyDigest(k QuestionKind, h Heard) (Talk, []Act) {
	yes, no := h.What == HeardYes, h.What == HeardNo || h.What == HeardNone
	switch {
	case k == QuestionDigest && yes:
		return t, []Act{{Do: DoJoin}, say("digest-on", "")}
	case k == QuestionDigest && no:
		return t, []Act{say("digest-not", "")}
	case yes:
		return t, []Act{{Do: DoEnd}, say("digest-off", "")}
	case no:
		return t, []Act{say("digest-stays", "")}
	}
	return t, []Act{{Do: DoDigest}}
}

// digest is what is said about digests. Nobody gets them by one word alone: the
// word is followed by a question, and a button that is older than its question
// asks anew.
func (t Talk) digest(h Heard, r Rules) (Talk, []Act) {
	q := t.Question
	about := q != nil && (q.Kind == QuestionDigest || q.Kind == QuestionLeave)
	if about {
		t.Question = nil
	}
	if h.What == HeardDigest && t.Lang == "" {
		t.Lang = h.Lang // the word is of one language alone
	}
	switch {
	case !r.Digest:
		return t, []Act{say("digest-elsewhere", "")}
	case h.What == HeardJoin && about && q.Kind == QuestionDigest:
		return t, []Act{{Do: DoJoin}, say("digest-on", "")}
	case h.What == HeardEnd:
		return t, []Act{{Do: DoEnd}, say("digest-off", "")}
	case h.What == HeardRefuse:
		return t, []Act{say("digest-not", "")}
	case h.What == HeardStay:
		return t, []Act{say("digest-stays", "")}
	}
	return t, []Act{{Do: DoDigest}}
}

// alarm does what has become due.
func (t Talk) alarm(r Rules) (Talk, []Act) {
	var acts []Act
	if t.Held > 0 && !r.Now.Before(t.bundleEnds(r)) {
		t.Held, t.First, t.Last = 0, time.Time{}, time.Time{}
		acts = append(acts, Act{Do: DoTake})
	}
	if q := t.Question; q != nil && !r.Now.Before(q.Until) {
		t.Question = nil
		if q.Kind == QuestionWhich {
			acts = append(acts, Act{Do: DoChoose, Tip: q.Tip})
		}
	}
	if !t.Interim.IsZero() && !r.Now.Before(t.Interim) {
		t.Interim = time.Time{}
		acts = append(acts, say("interim", ""))
	}
	return t, acts
}

// outcome says what became of a tip and asks what there is to ask.
func (t Talk) outcome(h Heard, r Rules) (Talk, []Act) {
	if h.Outcome == OutcomeSame {
		return t, nil
	}
	var acts []Act
	said := say(h.Outcome, h.Tip)
	switch h.Outcome {
	case OutcomeKnown, OutcomeImported:
		said.Ask = &Question{Kind: QuestionAnswered, Tip: h.Tip, Until: r.Now.Add(feedbackTime)}
	case OutcomePerhaps:
		said.Ask = &Question{Kind: QuestionWhich, Tip: h.Tip, Options: slices.Clone(h.Options), Until: r.Now.Add(r.Choice)}
	case OutcomeDigest:
		said.Ask = &Question{Kind: QuestionDigest, Tip: h.Tip, Until: r.Now.Add(feedbackTime)}
	case OutcomeHas:
		said.Ask = &Question{Kind: QuestionLeave, Tip: h.Tip, Until: r.Now.Add(feedbackTime)}
	case OutcomeNew:
		if r.Window > leastWindow {
			t.Interim = interimAt(r)
		}
	}
	if said.Ask != nil {
		if q := t.Question; q != nil && q.Kind == QuestionWhich && q.Tip != h.Tip {
			acts = append(acts, Act{Do: DoChoose, Tip: q.Tip}) // its question is over: it waits in the queue
		}
		t.Question = said.Ask
	}
	return t, append(acts, said)
}

// interimAt is when the interim word goes out, if the asker spoke now.
func interimAt(r Rules) time.Time { return r.Now.Add(r.Window - r.Window/interimShare) }

// bundleEnds is when what is held becomes a tip.
func (t Talk) bundleEnds(r Rules) time.Time {
	if r.Bundle <= 0 || t.Held >= maxHeld {
		return t.Last
	}
	quiet, most := t.Last.Add(r.Bundle), t.First.Add(maxBundle*r.Bundle)
	if most.Before(quiet) {
		return most
	}
	return quiet
}

// Due is when the conversation wants to hear HeardAlarm; zero: never.
func (t Talk) Due(r Rules) time.Time {
	var due time.Time
	sooner := func(x time.Time) {
		if !x.IsZero() && (due.IsZero() || x.Before(due)) {
			due = x
		}
	}
	if t.Held > 0 {
		sooner(t.bundleEnds(r))
	}
	if t.Question != nil {
		sooner(t.Question.Until)
	}
	sooner(t.Interim)
	return due
}
