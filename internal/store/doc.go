// Package store keeps a desk in a database: one SQL text, written once, for
// SQLite and PostgreSQL.
//
// Owns: opening and checking a database; its schema and the steps that lead
// to it; every SQL statement of soi; translating driver errors into the kinds
// of desk (translate in fail.go is the one place); copies for backup.
//
// Does not own: any rule of the desk. What may follow what, and who may do
// it, is decided in desk before a row is written. The database refuses what
// must never happen whoever asks: a second person who is the first one,
// changed history, a delivery taken twice.
//
// Start reading at: Open in open.go, then Tx in tx.go; after that, each file
// of rows (tips.go, claims.go, …) can be read by itself. The conformance suite
// in storetest says what every method promises.
package store
