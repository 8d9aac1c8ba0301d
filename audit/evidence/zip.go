package evidence

import (
	"archive/zip"
	"encoding/binary"
	"fmt"
	"io"
)

// OpenZip opens the zip of a bundle, which has size bytes, for [Check]. Unlike
// [zip.NewReader] it takes little memory for any zip: it refuses one that lists
// other than six files, or has something in front of them or after them, with
// [ErrZip]. [Check] finds out what is in the six.
func OpenZip(r io.ReaderAt, size int64) (*zip.Reader, error) {
	const (
		endSize = 22 // bytes of the record at the end of every zip
		mostDir = 4 << 10
		files   = 6
	)
	var end [endSize]byte
	if size < endSize {
		return nil, zipError("it is too short")
	}
	if _, err := io.ReadFull(io.NewSectionReader(r, size-endSize, endSize), end[:]); err != nil {
		return nil, &Error{Err: fmt.Errorf("%w: %w", ErrUnreadable, err)}
	}
	u16, u32 := binary.LittleEndian.Uint16, binary.LittleEndian.Uint32
	dirSize, dirStart := int64(u32(end[12:])), int64(u32(end[16:]))
	switch {
	case u32(end[:]) != 0x06054b50 || u16(end[20:]) != 0:
		return nil, zipError("it does not end as a zip without a comment does")
	case u16(end[10:]) != files:
		return nil, zipError(fmt.Sprintf("it lists %d files", u16(end[10:])))
	case dirSize > mostDir || dirStart+dirSize+endSize != size:
		return nil, zipError("its list of files is not at its end")
	}
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, &Error{Err: fmt.Errorf("%w: %w", ErrZip, err), Text: again[2:]}
	}
	return z, nil
}

func zipError(text string) *Error { return &Error{Err: ErrZip, Text: text + again} }
