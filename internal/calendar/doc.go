// Package calendar reads calendars in the iCalendar format (RFC 5545) as the
// days off, and the days worked in their place, by which deadlines of
// requests are counted.
//
// Owns: what of an .ics file is such a day: whole days of events, repeated
// ones within the years asked for, and how an event says that it is worked.
//
// Does not own: counting working days (desk.WorkTime), keeping calendars
// (desk.SaveCalendar), fetching files.
//
// Start reading at: Read in read.go.
package calendar
