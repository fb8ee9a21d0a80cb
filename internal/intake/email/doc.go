// Package email is the door for tips that come by e-mail: a mailbox read over IMAP, or a listener that takes mail over
// SMTP or LMTP, and the relay through which answers go back.
//
// Owns: reading mail as it comes from the wild (charsets, TNEF, forwarded mail, HTML, quotations, signatures); telling a
// person's mail from a machine's; the mailbox's position; writing an answer that filters and signatures accept.
//
// Does not own: what becomes of a tip and what an answer says (the intake core and the conversation), when an answer is
// sent again (deliver). Names are dropped here, while reading: nothing that leaves Read holds one, and the one address
// an answer goes to leaves it only to be sealed.
//
// Start reading at Read in read.go, then Channel in channel.go.
package email
