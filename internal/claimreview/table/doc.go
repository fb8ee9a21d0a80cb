// Package table reads and writes the spreadsheets people have: CSV with any
// of the usual delimiters, character sets and accidents.
//
// It owns: turning bytes into UTF-8 (byte order marks, UTF-16, windows-1258
// and windows-1252), guessing the delimiter, rows with the line they start
// on, quotes that never close, and cells on the way out that a spreadsheet
// would run as formulas.
//
// It does not own: what a column means (claimreview, matchfile), or any
// wording.
//
// Start reading at NewReader; UTF8 is for every text file, not only tables.
package table
