// Package address tells when two ways of writing a site, a telephone number, an e-mail address or an account on a
// platform mean the same place.
//
// It owns: the one form of an address (Key), how it is shown, which addresses a running text holds, and which names
// look alike.
//
// It does not own: whose address it is (desk), or asking anything of a network. It keeps nothing.
//
// Start reading at Read.
package address
