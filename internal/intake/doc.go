// Package intake is the common ground of all channels by which a tip arrives:
// chats, mail, and whoever hands a tip over for somebody else.
//
// Owns: Arrived, what a channel hands over, already without names and profile
// fields; Channel, what a channel can do; Sink, which takes a delivery in
// exactly once; the sealing of addresses and the keyed hash of who asks; the
// conversation (one state machine for all chats) and its sentences in every
// language; keeping a message that kills the program from doing so for ever.
//
// Does not own: the formats of the channels (a folder each), when an answer
// goes out and how often it is tried (deliver), what a tip is (desk), what was
// checked before (asked through Reader).
//
// Start reading at: Channel and Arrived in channel.go, then Talk.On in talk.go,
// then Intake.Accept in intake.go.
package intake
