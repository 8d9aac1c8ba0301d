// Package evidence keeps the proof of a review in a bundle of six files that
// anyone can check offline, without the company and its log.
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
package evidence

// The files of a bundle.
const (
	EventsFile     = "events.jsonl"   // the log up to the checkpoint, by [audit.WriteLines]
	RegisterFile   = "register.jsonl" // the population at the opening, by [EncodeRegister]
	ReviewFile     = "review.jsonl"   // the review as it was closed, by [EncodeReview]
	FindingsFile   = "findings.jsonl" // what is left to be done at the checkpoint, by [EncodeFindings]
	CheckpointFile = "checkpoint.txt" // the state of the log, by [audit.Checkpoint.String], and a line feed
	ManifestFile   = "manifest.json"  // what the other five are
)

const maxLine = 8 << 20 // bytes of a line of a register, a review or findings
