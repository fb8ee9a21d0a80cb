// Package dump writes everything a desk has published as open data: tables of
// checks, sources and corrections as CSV, JSON Lines and Parquet, with what
// describes them and their checksums.
//
// Owns: the columns, the files, and that a folder is replaced as a whole.
//
// Does not own: what is public (api/public), ClaimReview (claimreview), when a
// dump is made and where it is served (app, web). There is no column for an
// asker or for staff: nothing here could read one.
//
// Start reading at: Write.
package dump
