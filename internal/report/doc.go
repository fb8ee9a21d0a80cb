// Package report turns tables of figures, already in words, into what people
// open and print: charts as SVG, one HTML file, CSV and a document for word
// processors.
//
// Owns: the forms of a report; how a chart is drawn so that it can be read
// without colour and by a screen reader.
//
// Does not own: the figures (desk) and the words (web); it counts nothing.
//
// Start reading at Sheet.
package report
