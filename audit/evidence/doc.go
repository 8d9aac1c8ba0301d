// Package evidence keeps the proof of a review in a bundle of six files, which
// anyone can check offline, without the company and its log.
//
//	err := evidence.WriteZip(w, parts)
//	z, err := evidence.OpenZip(file, size)
//	report, err := evidence.Check(z, checkpoint)     // kept outside
//
// # Where to begin
//
// A program that has a company writes bundles by its WriteEvidence, and checks
// them by CheckEvidence of package company, which checks what this package checks,
// and more: see rule 8. A program without it, such as examples/checkevidence,
// calls [Check]. In groups:
//
//   - checking: [OpenZip], [Check], [Report], [Manifest.Open]
//   - writing: [EncodeRegister], [EncodeReview], [EncodeFindings], [WriteZip]
//   - what a log records: [Digest], [Sum]
//
// # What each step proves
//
// [Check] takes these steps in this order.
//
//  1. Files. The six files are there, as plain files, and no others. None is larger
//     than it may be: 2 GiB of events, 512 MiB of review, 256 MiB of register and of
//     findings, 64 KiB of manifest, and 8 MiB of a line of any but the events. This
//     is checked while reading.
//  2. Manifest. manifest.json is in its one form, and every other file has the size
//     and the SHA-256 that it says. So no file was damaged on its way. Anyone who
//     alters a file on purpose can write a manifest for it.
//  3. Chain. The events are in order from the first on, none is missing, none was
//     edited, all are of the company, and the last is that of checkpoint.txt. Anyone
//     who edits an event can compute all hashes again.
//  4. Log. The checkpoint that was kept outside is on this chain. So up to there the
//     events are those of the company's log, and no others. No other step proves
//     this: without such a checkpoint everything may be made up. It should be one
//     that was kept after the review was closed, as events after it may be made up,
//     and no later than the bundle was written.
//  5. Opening. The log opens the review once, and recorded the [Digest] and the
//     number of rows of register.jsonl. So the population is the one that was frozen.
//  6. Closing. The log closes the review once, at the event that the manifest says,
//     and recorded the [Sum] of register.jsonl and review.jsonl. So the review, with
//     its decisions and findings, is the one that was closed. The items are the rows
//     of the register, in their order, each once.
//  7. Findings. The lines of findings.jsonl, which are what was left to be done at the
//     checkpoint, are about this review. No more is proved of them here.
//  8. That register, review and findings follow from the events is not checked here,
//     since this package does not know what a change means. CheckEvidence of package
//     company checks it, from the bundle alone. Nobody checks offline that those who
//     made the changes were allowed to: the company did, before it recorded them.
//
// # Lines
//
// A line of register.jsonl is an [audit.RegisterRow], and one of findings.jsonl an
// [audit.Finding]. Those of review.jsonl say what they are:
//
//	{"review":…}     the audit.Review, as it was before its closing: the first line
//	{"item":…}       an audit.ReviewItem: one for each line of register.jsonl
//	{"finding":…}    an audit.Finding, when the review was closed
//
// They are the JSON of encoding/json without the escapes for HTML, as WriteLines of
// [audit.RegisterList] and [audit.FindingList] writes them. Check refuses any other
// JSON of the same values.
//
// # Hashes
//
// Two hashes of a review are in the log. Both are the SHA-256 of the following
// bytes, in which a file is its length in bytes as a number of 8 bytes,
// big-endian, then its bytes:
//
//	"ambit-review-register v1\n", register.jsonl                  // Digest
//	"ambit-review-evidence v1\n", register.jsonl, review.jsonl    // Sum
//
// The change of the type "review.open", of version 1, that opens a review has in
// its data the members "review" (the id), "digest" ([Digest]) and "count" (of the
// rows). The change "review.close" that closes it has "review" and "evidence"
// ([Sum]). They may have further members.
//
// # Zero values
//
// The zero [Parts] are no bundle, nor is the zero [Manifest]. The zero
// [audit.Checkpoint] is none that was kept.
//
// # Concurrency
//
// All functions may be called concurrently, if the file systems and writers that
// they get allow it.
//
// # Errors
//
// Every error about a bundle is an [*Error] that wraps one of the sentinels of
// this package. Errors of what you pass (events, writers) come back as they are.
package evidence
