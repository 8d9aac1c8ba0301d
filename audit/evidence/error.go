package evidence

import (
	"errors"
	"strconv"
	"strings"
)

// The causes of an [*Error], for [errors.Is].
var (
	// ErrMissing: a file of the bundle is not there.
	ErrMissing = errors.New("the file is missing")
	// ErrExtra: something is there that is no file of a bundle.
	ErrExtra = errors.New("this is no file of a bundle")
	// ErrUnreadable: a file cannot be read.
	ErrUnreadable = errors.New("it cannot be read")
	// ErrZip: it is not a zip of a bundle.
	ErrZip = errors.New("it is not the zip of a bundle")
	// ErrTooLarge: a file is larger than it may be.
	ErrTooLarge = errors.New("it is larger than it may be")
	// ErrManifest: the manifest has another form, or says something that the
	// bundle is not.
	ErrManifest = errors.New("the manifest is not that of this bundle")
	// ErrSize: a file is longer or shorter than the manifest says.
	ErrSize = errors.New("its size is not the one in the manifest")
	// ErrAltered: a file has the size that the manifest says, and other bytes.
	ErrAltered = errors.New("it was altered")
	// ErrForm: a file is not in the form of a bundle.
	ErrForm = errors.New("the form is not valid")
	// ErrChain: the events are not the beginning of a log. The error wraps what
	// [audit.Verify] says as well, such as [audit.ErrEdited].
	ErrChain = errors.New("the events are not the beginning of a log")
	// ErrCompany: an event is of another company than the manifest says.
	ErrCompany = errors.New("an event is of another company")
	// ErrCheckpoint: the events do not end at the checkpoint of the bundle.
	ErrCheckpoint = errors.New("the events do not end at the checkpoint")
	// ErrKnown: the log is not that of the checkpoint that was kept outside. The
	// error wraps [audit.ErrRewritten] as well.
	ErrKnown = errors.New("the log is not the one of the checkpoint that you kept")
	// ErrNewer: the events end before the checkpoint that was kept outside. The
	// bundle is older than the checkpoint, or its end was cut off: which of the two
	// cannot be told. The error wraps [audit.ErrTruncated] as well.
	ErrNewer = errors.New("the checkpoint that you kept is newer than the bundle")
	// ErrOpening: the log does not open the review, opens it twice, or opens it
	// in a way that cannot be read.
	ErrOpening = errors.New("the log does not open the review exactly once")
	// ErrClosing: the log does not close the review after its opening, closes it
	// twice, or closes it in a way that cannot be read.
	ErrClosing = errors.New("the log does not close the review exactly once")
	// ErrRegister: the register has another digest or another number of rows than
	// the opening of the review recorded.
	ErrRegister = errors.New("the register is not the one that the opening recorded")
	// ErrEvidence: the register and the review have another hash than the closing
	// of the review recorded.
	ErrEvidence = errors.New("the register and the review are not those that the closing recorded")
	// ErrReview: the review or the findings are about another review, or the
	// items of the review are not the rows of the register.
	ErrReview = errors.New("it is not about this review and its register")
)

// Error is what is wrong with a bundle.
type Error struct {
	File string // in question, "" for the bundle as a whole
	Line int    // of the file, from 1; 0 where there is none
	Text string // what is wrong and what to do; it may be empty
	Err  error  // wraps a sentinel of this package; never nil in an error of it
}

// Error returns one line that begins with "evidence: ".
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("evidence: ")
	if e.File != "" {
		b.WriteString(e.File + ": ")
	}
	if e.Line > 0 {
		b.WriteString("line " + strconv.Itoa(e.Line) + ": ")
	}
	if e.Err == nil {
		b.WriteString("unknown problem")
	} else {
		b.WriteString(e.Err.Error())
	}
	if e.Text != "" {
		b.WriteString(": " + e.Text)
	}
	return b.String()
}

// Unwrap returns e.Err.
func (e *Error) Unwrap() error { return e.Err }

// What to do about most problems.
const (
	again    = "; get the bundle again from its writer"
	distrust = "; do not rely on this bundle, and ask its writer"
)
