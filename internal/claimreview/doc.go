// Package claimreview carries checks in and out of the formats other desks
// and search engines use: schema.org ClaimReview and CSV.
//
// It owns: printing a check of ours as ClaimReview (Print, PrintFeed), and
// reading checks of others from whatever they published: JSON-LD, arrays,
// @graph, DataFeeds of any length, answers of Google's Fact Check Tools API,
// web pages with JSON-LD or microdata, and spreadsheets; with every loss and
// repair reported by line (Problem). Its parts: loosejson reads damaged JSON,
// table reads spreadsheets, matchfile the files of `soi match`, feeds writes
// RSS, Atom, JSON Feed and sitemaps.
//
// It does not own: fetching (fetch), storing (desk), or what a rating of
// another publisher means on our scale: the words of their rating are kept,
// and numbers are never trusted. Who made a claim is dropped on arrival; no
// field here could hold it.
//
// Start reading at Read and at Print.
package claimreview
