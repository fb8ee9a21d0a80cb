package email

import (
	"regexp"
	"strings"
)

// The reasons why a mail is no tip. They are counted and logged, with nothing of the mail.
const (
	whyBounce = "bounce"    // a delivery report, or an empty return path
	whyAuto   = "automatic" // an out-of-office reply or another machine's
	whyList   = "list"      // a mailing list's or a bulk mail's
	whyLoop   = "loop"      // our own mail come back, or one that has gone in circles
	whyEmpty  = "empty"     // nothing in it can be read
	whyOften  = "too-often" // more mails of one address within an hour than a person writes
	whyWhom   = "no-return" // nobody it comes from is named
)

// maxHops is how many servers a mail may have passed; loops pass more (RFC 5321, 6.3 asks for at least 100 before
// refusing in general; mail to one desk passes fewer than ten).
const maxHops = 50

var (
	machineBox  = regexp.MustCompile(`(?i)^(mailer-daemon|postmaster|double-bounce|bounces?|bounce[+=-].*|.*-bounces?(\+.*)?|listserv|majordomo)@`)
	deafBox     = regexp.MustCompile(`(?i)^(no-?reply|do-?not-?reply|khong-?tra-?loi|notifications?|alerts?)([+-].*)?@`)
	autoSubject = regexp.MustCompile(`(?i)^\s*(auto(matic)?[ -]?(reply|response)|out of (the )?office|undeliver(ed|able)|delivery (status notification|failure)|mail delivery (failed|subsystem)|returned mail|failure notice|trả lời tự động|thư trả lời tự động|tự động trả lời|vắng mặt|abwesenheitsnotiz|réponse automatique)\b`)
)

// automatic tells a machine's mail from a person's by its header: RFC 3834 and what programs send that do not keep it.
// It returns "" for a person's. own are the addresses of this desk.
func automatic(n *node, from string, own Addresses) (why string) {
	h := n.head
	returnPath, hasPath := h["return-path"]
	precedence := strings.ToLower(h.first("precedence"))
	switch {
	case len(h["received"]) > maxHops, own.hold(from):
		return whyLoop
	case n.kind == "multipart/report", hasPath && strings.TrimSpace(returnPath[0]) == "<>", machineBox.MatchString(from), h.first("x-failed-recipients") != "":
		return whyBounce
	case submitted(h.first("auto-submitted")), precedence == "auto_reply", h.first("x-autoreply") != "", h.first("x-autorespond") != "",
		h.first("x-autoreply-from") != "", h.first("x-vacation") != "", autoSubject.MatchString(decodeWords(h.first("subject"))):
		return whyAuto
	case precedence == "bulk", precedence == "junk", precedence == "list", h.first("list-id") != "", h.first("list-unsubscribe") != "",
		h.first("list-post") != "", h.first("feedback-id") != "":
		return whyList
	}
	return ""
}

// submitted reads Auto-Submitted: everything but "no" is a machine (RFC 3834, 5).
func submitted(v string) bool {
	v, _, _ = strings.Cut(v, ";")
	v = strings.ToLower(strings.TrimSpace(v))
	return v != "" && v != "no"
}

// quiet tells mail that is a tip but wants no answer by a machine: the mailbox says that nobody reads it, or the program
// asks for none.
func quiet(h head, from string) bool {
	if deafBox.MatchString(from) {
		return true
	}
	for word := range strings.SplitSeq(strings.ToLower(h.first("x-auto-response-suppress")), ",") {
		switch strings.TrimSpace(word) {
		case "all", "autoreply", "oof":
			return true
		}
	}
	return false
}
