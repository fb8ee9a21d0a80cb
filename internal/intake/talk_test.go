package intake_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"soi/internal/desk"
	"soi/internal/intake"
)

var start = time.Date(2026, 11, 22, 7, 30, 0, 0, time.UTC)

// spelled writes acts as words, so that a table can hold them.
func spelled(acts []intake.Act) string {
	var out []string
	for _, a := range acts {
		s := string(a.Do)
		if a.Line != "" {
			s += " " + a.Line
		}
		if a.Do == intake.DoChoose {
			s += " " + string(a.Tip) + "=" + a.Key
		}
		if a.Ask != nil {
			s += "?" + string(a.Ask.Kind)
		}
		out = append(out, s)
	}
	return strings.Join(out, ", ")
}

// Each line: seconds since the line before, what is heard, what is to be done.
func TestTalkTable(t *testing.T) {
	msg, alarm := intake.Heard{What: intake.HeardMessage}, intake.Heard{What: intake.HeardAlarm}
	outcome := func(o string, tip desk.ID, options ...string) intake.Heard {
		return intake.Heard{What: intake.HeardOutcome, Outcome: o, Tip: tip, Options: options}
	}
	typed := func(w intake.What) intake.Heard { return intake.Heard{What: w} }
	pick := func(n int) intake.Heard { return intake.Heard{What: intake.HeardPick, Pick: n} }
	type line struct {
		after float64
		heard intake.Heard
		want  string
	}
	for name, lines := range map[string][]line{
		"a known tip that answers": {
			{0, msg, "say welcome, hold"}, {14, alarm, ""}, {1, alarm, "take"}, {0, outcome("known", "t"), "say known?answered"},
			{9, typed(intake.HeardYes), "say answered"}, {1, typed(intake.HeardYes), "say nothing-asked"},
		},
		"a known tip that does not": {
			{0, msg, "say welcome, hold"}, {15, alarm, "take"}, {0, outcome("known", "t"), "say known?answered"},
			{9, typed(intake.HeardNo), "choose t="}, {0, outcome("new", "t"), "say new"},
		},
		"several messages, each within 15 s of the last, but no longer than a minute": {
			{0, msg, "say welcome, hold"}, {14, msg, "hold"}, {14, msg, "hold"}, {14, msg, "hold"}, {14, msg, "hold"}, {3, alarm, ""}, {1, alarm, "take"},
		},
		"perhaps, picked": {
			{0, msg, "say welcome, hold"}, {15, alarm, "take"}, {0, outcome("perhaps", "t", "a", "b"), "say perhaps?which"},
			{5, pick(2), "say which-again"}, {5, pick(1), "choose t=b"}, {0, outcome("known", "t"), "say known?answered"},
		},
		"perhaps, none of them": {
			{0, msg, "say welcome, hold"}, {15, alarm, "take"}, {0, outcome("perhaps", "t", "a", "b"), "say perhaps?which"},
			{5, typed(intake.HeardNone), "choose t="}, {0, outcome("new", "t"), "say new"},
		},
		"perhaps, and silence": {
			{0, msg, "say welcome, hold"}, {15, alarm, "take"}, {0, outcome("perhaps", "t", "a", "b"), "say perhaps?which"},
			{899, alarm, ""}, {1, alarm, "choose t="}, {0, outcome("new", "t"), "say new"}, {1, pick(0), "say nothing-asked"},
		},
		"one offered, a plain yes": {
			{0, msg, "say welcome, hold"}, {15, alarm, "take"}, {0, outcome("perhaps", "t", "a"), "say perhaps?which"}, {1, typed(intake.HeardYes), "choose t=a"},
		},
		"a second question ends the first": {
			{0, msg, "say welcome, hold"}, {15, alarm, "take"}, {0, outcome("perhaps", "t", "a", "b"), "say perhaps?which"},
			{5, msg, "hold"}, {15, alarm, "take"}, {0, outcome("perhaps", "u", "c"), "choose t=, say perhaps?which"}, {1, pick(0), "choose u=c"},
		},
		"a button of an answer long ago": {
			{0, msg, "say welcome, hold"}, {15, alarm, "take"}, {0, outcome("known", "t"), "say known?answered"}, {86400, alarm, ""},
			{5, intake.Heard{What: intake.HeardNo, Tip: "t"}, "choose t="},
		},
		"an interim word before the window closes, and not before": {
			{0, msg, "say welcome, hold"}, {15, alarm, "take"}, {0, outcome("new", "t"), "say new"}, {3600, msg, "hold"}, {15, alarm, "take"},
			{0, outcome("new", "u"), "say new"}, {22*3600 - 1, alarm, ""}, {1, alarm, "say interim"}, {7200, alarm, ""},
		},
		"stop": {
			{0, msg, "say welcome, hold"}, {1, typed(intake.HeardStop), "forget, say goodbye"}, {15, alarm, ""}, {1, msg, "say welcome, hold"},
		},
		"digests: a word, a question, a yes": {
			{0, typed(intake.HeardDigest), "digest"}, {0, outcome("digest-ask", "c"), "say digest-ask?digest"}, {9, typed(intake.HeardYes), "join, say digest-on"},
			{9, typed(intake.HeardDigest), "digest"}, {0, outcome("digest-has", "c"), "say digest-has?leave"}, {9, typed(intake.HeardNo), "say digest-stays"},
			{9, typed(intake.HeardEnd), "end, say digest-off"}, {9, typed(intake.HeardYes), "say nothing-asked"},
		},
		"digests: a number, then no": {
			{0, typed(intake.HeardDigest), "digest"}, {0, outcome("digest-ask", "c"), "say digest-ask?digest"}, {9, pick(1), "digest"},
			{0, outcome("digest-ask", "c"), "say digest-ask?digest"}, {9, typed(intake.HeardNone), "say digest-not"},
		},
		"digests: a button older than its question asks anew": {
			{0, typed(intake.HeardJoin), "digest"}, {0, outcome("digest-ask", "c"), "say digest-ask?digest"}, {86400, alarm, ""}, {0, typed(intake.HeardJoin), "digest"},
			{0, outcome("digest-has", "c"), "say digest-has?leave"}, {0, typed(intake.HeardJoin), "digest"},
		},
		"digests do not keep a choice waiting": {
			{0, msg, "say welcome, hold"}, {15, alarm, "take"}, {0, outcome("perhaps", "t", "a", "b"), "say perhaps?which"}, {0, typed(intake.HeardDigest), "digest"},
			{0, outcome("digest-ask", "c"), "choose t=, say digest-ask?digest"},
		},
		"left":                        {{0, msg, "say welcome, hold"}, {1, typed(intake.HeardLeft), "forget"}},
		"greeted once":                {{0, typed(intake.HeardStart), "say greeting"}, {1, msg, "hold"}},
		"an edit that changes naught": {{0, msg, "say welcome, hold"}, {15, alarm, "take"}, {0, outcome("same", "t"), ""}},
	} {
		t.Run(name, func(t *testing.T) {
			var talk intake.Talk
			r := intake.Rules{Now: start, Bundle: 15 * time.Second, Window: 24 * time.Hour, Choice: 15 * time.Minute, Digest: true}
			for i, l := range lines {
				r.Now = r.Now.Add(time.Duration(l.after * float64(time.Second)))
				var acts []intake.Act
				talk, acts = talk.On(l.heard, r)
				if got := spelled(acts); got != l.want {
					t.Fatalf("line %d, %s: %q, want %q", i+1, l.heard.What, got, l.want)
				}
			}
		})
	}
}

// Whatever is heard in whatever order: one question at most, every message
// taken exactly once, a greeting only once unless asked for, few words, nothing
// left after stop, and the alarm always leads on.
func TestTalkProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var talk intake.Talk
		r := intake.Rules{Now: start, Bundle: 15 * time.Second, Choice: 15 * time.Minute,
			Window: rapid.SampledFrom([]time.Duration{0, 24 * time.Hour, 48 * time.Hour}).Draw(t, "window")}
		held, welcomes, tips := 0, 0, 0
		var asked []desk.ID // which-questions that were asked and have not been decided
		var on func(h intake.Heard, depth int)
		on = func(h intake.Heard, depth int) {
			if depth > 5 {
				t.Fatal("the machine talks to itself")
			}
			var acts []intake.Act
			talk, acts = talk.On(h, r)
			says := 0
			for _, a := range acts {
				switch a.Do {
				case intake.DoHold:
					held++
				case intake.DoTake:
					if held == 0 {
						t.Fatal("took what was not there")
					}
					held = 0
					tips++
					id := desk.ID(strings.Repeat("a", tips))
					on(intake.Heard{What: intake.HeardOutcome, Tip: id, Options: []string{"x", "y"}[:rapid.IntRange(1, 2).Draw(t, "options")],
						Outcome: rapid.SampledFrom([]string{"known", "imported", "perhaps", "new", "closed", "unread", "same"}).Draw(t, "outcome")}, depth+1)
				case intake.DoChoose:
					asked = slices.DeleteFunc(asked, func(id desk.ID) bool { return id == a.Tip })
					next := "new"
					if a.Key != "" {
						next = "known"
					}
					on(intake.Heard{What: intake.HeardOutcome, Tip: a.Tip, Outcome: next}, depth+1)
				case intake.DoForget:
					held, welcomes, asked = 0, 0, nil
				case intake.DoSay:
					says++
					if a.Line == "welcome" {
						welcomes++
					}
					if a.Ask != nil && a.Ask.Kind == intake.QuestionWhich {
						asked = append(asked, a.Ask.Tip)
					}
				}
			}
			if says > 2 {
				t.Fatalf("%d sentences for one thing heard", says)
			}
		}
		whats := []intake.What{intake.HeardMessage, intake.HeardMessage, intake.HeardAlarm, intake.HeardAlarm, intake.HeardEmpty, intake.HeardStart, intake.HeardHelp,
			intake.HeardThanks, intake.HeardStop, intake.HeardLeft, intake.HeardLang, intake.HeardYes, intake.HeardNo, intake.HeardPick, intake.HeardNone}
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			r.Now = r.Now.Add(time.Duration(rapid.IntRange(0, 4000).Draw(t, "seconds")) * time.Second)
			h := intake.Heard{What: rapid.SampledFrom(whats).Draw(t, "what"), Pick: rapid.IntRange(0, 3).Draw(t, "pick"), Lang: "en"}
			stop := h.What == intake.HeardStop || h.What == intake.HeardLeft
			on(h, 0)
			if stop && (talk.Held != 0 || talk.Question != nil || talk.Greeted || talk.Lang != "" || !talk.Interim.IsZero()) {
				t.Fatalf("stop left %+v", talk)
			}
			if welcomes > 1 {
				t.Fatal("greeted twice")
			}
			if talk.Held != held {
				t.Fatalf("%d messages wait, the machine says %d", held, talk.Held)
			}
			open := 0
			if q := talk.Question; q != nil && q.Kind == intake.QuestionWhich {
				open = 1
			}
			if len(asked) != open {
				t.Fatalf("%v were asked and not decided, the machine has %d", asked, open)
			}
			// Time alone brings everything to an end: nothing waits for ever.
			if due := talk.Due(r); due.IsZero() && (talk.Held > 0 || talk.Question != nil || !talk.Interim.IsZero()) {
				t.Fatal("something waits and no alarm is set")
			}
		}
		for range 10 {
			due := talk.Due(r)
			if due.IsZero() {
				break
			}
			if due.After(r.Now) {
				r.Now = due
			}
			on(intake.Heard{What: intake.HeardAlarm}, 0)
		}
		if held != 0 || talk.Question != nil || len(asked) != 0 {
			t.Fatalf("in the end %d messages wait, question %+v", held, talk.Question)
		}
	})
}
