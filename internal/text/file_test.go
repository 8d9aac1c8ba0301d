package text_test

import (
	"errors"
	"testing"

	"github.com/ambit-authz/ambit/internal/text"
)

// TestContent has files as editors and spreadsheets write them.
func TestContent(t *testing.T) {
	for _, tt := range []struct {
		file, want string
		utf16      bool
	}{
		{"", "", false}, {"x", "x", false}, {"{}", "{}", false}, {"\ufeff", "", false}, {"\ufeff{}\r\n", "{}\r\n", false},
		{"\ufeff\ufeffx", "\ufeffx", false}, {"é", "é", false},
		{"\xff\xfex\x00", "", true}, {"\xfe\xff\x00x", "", true}, {"x\x00", "", true}, {"\x00x", "", true},
	} {
		got, err := text.Content([]byte(tt.file))
		if errors.Is(err, text.ErrUTF16) != tt.utf16 || err == nil && string(got) != tt.want {
			t.Errorf("%q: %q, %v", tt.file, got, err)
		}
	}
}
