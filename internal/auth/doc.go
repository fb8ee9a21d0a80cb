// Package auth answers: who is acting?
//
// Owns: sessions and their cookie; one-time sign-in links; passkeys;
// passphrase with authenticator app and recovery codes; the pace at which a
// name may be tried; and the guard against requests that another site makes a
// browser send. Store is everything it asks of a database.
//
// Does not own: what a role may do (desk), the pages and their words (web),
// SQL (store), or where keys are kept (app hands them in).
//
// Nothing here keeps or logs an address, a browser's name or a referrer.
//
// Start reading at: Service in service.go, then Actor in session.go.
package auth
