// Package audit keeps the record of what happened to a company: a log of events
// that only grows. Nobody can edit, remove or move an event unnoticed.
//
//	event = event.Chain(head)                        // the next event after head
//	err := log.Append(ctx, event)
//	err = audit.Verify(log.Events(ctx, 0), checkpoint)
//
// # Where to begin
//
// Most programs pass a [Log] to package company, which writes the events, and
// call [Verify] with a [Checkpoint] that they keep elsewhere. This package
// deals in bytes and in the chain of hashes; the package that writes and reads
// a change knows what it means. In groups:
//
//   - events: [Event], [Actor], [Change], [Event.Chain], [Event.Check]
//   - logs: [Log], [Watcher], [Clock], [Limited], [NewMemory]; to write a log of
//     your own, ask [Event.Follows] and test it with package audittest
//   - the logs of many companies: [Store], [Keys], [NewMemoryStore], [CheckName]; from
//     one log to another: [Copy]
//   - verification: [Verify], [Replay], [Checkpoint], [Keeper],
//     [ParseCheckpoint], [Hash]
//   - files: [WriteLines], [ReadLines], [Encode], [Decode]
//   - who has access, as package company finds it out: [RegisterRow], [Piece],
//     [DueRow], [Review], [ReviewItem], [Finding], [HistoryRow] by [HistoryRows]
//   - their tables: [RegisterList], [PieceList], [DueList], [ReviewList],
//     [FindingList], [HistoryList]; a [List] of [Column]s is written as CSV,
//     JSON Lines, Markdown or HTML; [ParseCell]
//
// # Rules
//
//  1. An [Event] is one step of a company's history: who, when, why, and the
//     changes, in order. It is in exactly one log, at its Seq, counted from 1
//     without gaps.
//  2. Its Hash is [Event.Sum], over every other field. One of them is Prev, the
//     Hash of the event before, so that a Hash stands for all of history up to
//     its event. The Prev of event 1 is zero.
//  3. A [Log] stores an event if it is the next one and refuses it if not. It
//     never changes one and never drops one. Of two writers that append at the
//     same place one wins, and the other gets an error.
//  4. A chain proves only that it is consistent in itself. Anyone who can write
//     the log can cut off its end, or rewrite all of it with new hashes. A
//     [Checkpoint] of the log, kept where that person cannot write, exposes
//     both. [Verify] checks a log against it.
//  5. What is stored is limited. An event has at most 16 MiB (in the encoding
//     below), 10,000 changes and 100,000 targets; its texts are UTF-8, its time
//     is in UTC, and the data of its changes is JSON. [Event.Check] has the
//     complete list.
//  6. Via says who or what acted in the actor's name. Like the reason it is
//     recorded, and never consulted.
//  7. The times of events do not order them; their Seq does. A log whose store has
//     a clock may be a [Clock], so that a writer whose own clock is wrong notices.
//  8. A table of a [List] is for people, and JSON Lines are for programs: a table
//     has times to the second, long lists cut off, and lists in one cell; JSON
//     Lines have everything. Pages are made by who makes the rows: after a key or
//     an event, so many.
//
// # Hash
//
// The hash of an event is the SHA-256 of the following bytes, in which a number
// has 8 bytes, big-endian, in two's complement if it may be negative; a text is
// its length in bytes as a number, then its bytes; a list is the number of its
// items as a number, then the items.
//
//	"ambit-audit-event v1\n"   21 bytes, no length
//	Seq                        number
//	ID                         text
//	Time                       number: seconds since 1970-01-01T00:00:00Z; number: nanoseconds in the second, 0 to 999,999,999
//	Company                    text
//	Actor                      Kind, ID, Email, Role: 4 texts
//	Changes                    list of: Type text, Version number, Data text
//	Targets                    list of: text
//	Reason                     text
//	Approval                   text
//	Correlation                text
//	Via                        text
//	Prev                       32 bytes, no length
//
// A nil list or data is an empty one. This will not change; an event with
// further fields would get another first line.
//
// # Lines
//
// In a file an event is one line of JSON, ended by a line feed, with all of
// these members in this order and without spaces (here on several lines):
//
//	{"v":1,"seq":2,"id":"e2","time":"2026-01-02T15:04:05.5Z","company":"acme",
//	"actor":{"kind":"user","id":"ann","email":"ann@example.com","role":"admin"},
//	"changes":[{"type":"set-role","version":1,"data":{"user":"bob","role":"admin"}}],
//	"targets":["user:bob"],"reason":"covers for eve","approval":"","correlation":"","via":"",
//	"prev":"(64 hexadecimal digits)","hash":"(64 hexadecimal digits)"}
//
// Time is RFC 3339 in UTC, with the fewest digits of the second. In strings
// only the quote, the backslash and the control characters below U+0020 are
// escaped, as in RFC 8785. Data is written as it is. So every event has exactly
// one line, and [Decode] refuses any other: a file that was reformatted, or
// that has a member twice or one too many, is not a log.
//
// # Cells
//
// In tables times are RFC 3339 in UTC to the second, as 2026-01-02T15:04:05+00:00,
// which spreadsheets leave as it is; an event is #12. A list of ids is joined by
// ", "; an id that has a comma, begins with a quote or is empty stands in quotes
// that are doubled in it.
//
// A cell of CSV is the text itself, or an apostrophe and the text with escapes.
// The second is for every text that
//
//   - begins with an apostrophe;
//   - begins like a formula, with = + - @ or one of their other widths, also after
//     spaces and quotes, or does so after a semicolon, which separates cells in some
//     languages;
//   - is a number, an amount, a date, a time, a boolean or an error to a spreadsheet
//     in English: 007, MAR1, 2026-01-02, TRUE, #N/A;
//   - has control characters, line breaks, characters that are invisible or change
//     the direction of text, or bytes that are not UTF-8.
//
// The escapes are those of Go: \\ for a backslash, \x3b for a semicolon, and \n,
// \xff, \u202e, \U000e0001 for what cannot be seen. [ParseCell] undoes both. Gnumeric takes
// the apostrophe away when it reads the file, Excel and LibreOffice show it. A
// spreadsheet in another language may take further texts for a date, such as
// "1. Mai"; it runs none.
//
// In Markdown and HTML, line breaks are line breaks, what else cannot be seen is
// shown by the same escapes, and no text is markup.
//
// # Zero values
//
// The zero [Event] is no event: [Event.Check] refuses it. The zero [Hash] is
// the Prev of the first event and the hash of none. The zero [Checkpoint] is
// the state of an empty log: with it, Verify checks the chain alone. The zero
// [Memory] is an empty log. The zero [List] has no columns and no rows. A zero time
// in a row is none, and an empty cell.
//
// # Concurrency
//
// A [Log] is safe for concurrent use. An Event is a value, but its slices are
// shared by its copies until [Event.Clone]. Everything else is immutable.
//
// # Errors
//
// Every error of this package is an [*Error] that wraps one of its sentinels,
// or the error of a context or reader. An error of a log, writer or sequence that
// you passed comes back as it is.
package audit
