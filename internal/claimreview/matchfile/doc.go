// Package matchfile reads and writes the files of `soi match`: claims,
// queries and answers.
//
// It owns: claims as our JSON lines, as a table with a header, or as any shape
// of ClaimReview; queries as JSON lines, as a table, or one on each line; each
// told by its content, never by its name; what happens when an id is missing
// or comes twice; and answers as TREC run, JSON lines or CSV.
//
// It does not own: matching, or the wording of problems (claimreview.Problem).
//
// Start reading at Claims, Queries and NewWriter.
package matchfile
