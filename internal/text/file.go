package text

import (
	"bytes"
	"errors"
)

// mark is the byte order mark, which some editors write at the beginning of a
// file. It carries no meaning in UTF-8.
const mark = "\ufeff"

// ErrUTF16 says that a file is in the wrong encoding, and what to do.
var ErrUTF16 = errors.New("it looks like UTF-16: save it as UTF-8")

// Content returns the text of a file without a byte order mark, and whether the
// beginning of a file looks like UTF-16, which is [ErrUTF16]. The first three
// bytes of a file are enough to ask.
func Content(file []byte) ([]byte, error) {
	if len(file) > 1 {
		a, b := file[0], file[1]
		if a == 0xff && b == 0xfe || a == 0xfe && b == 0xff || (a == 0) != (b == 0) {
			return file, ErrUTF16
		}
	}
	return bytes.TrimPrefix(file, []byte(mark)), nil
}
