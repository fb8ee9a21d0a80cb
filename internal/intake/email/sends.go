package email

// Sends reports whether the channel has a relay to send mail by.
func (ch *Channel) Sends() bool { return ch.c.Relay.Address != "" }
