package access_test

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/ambit-authz/ambit/access"
)

// TestPolicyFiles loads a policy as editors write it.
func TestPolicyFiles(t *testing.T) {
	const policy = `{"users": [{"id": "ann", "email": "ann@example.com"}]}`
	for name, file := range map[string]string{
		"plain": policy, "byte order mark": "\ufeff" + policy, "CRLF": strings.ReplaceAll(policy, "[", "[\r\n") + "\r\n",
		"both": "\ufeff" + strings.ReplaceAll(policy, ",", ",\r\n") + "\r\n\r\n",
	} {
		if _, err := access.Load([]byte(file), nil); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	var wide, swapped strings.Builder
	for _, unit := range utf16.Encode([]rune("\ufeff" + policy)) {
		wide.Write([]byte{byte(unit), byte(unit >> 8)})
		swapped.Write([]byte{byte(unit >> 8), byte(unit)})
	}
	for name, file := range map[string]string{
		"UTF-16": wide.String(), "UTF-16, big-endian": swapped.String(), "UTF-16 without a mark": wide.String()[2:],
	} {
		if _, err := access.Load([]byte(file), nil); !errors.Is(err, access.ErrInvalid) || !strings.Contains(err.Error(), "save it as UTF-8") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := access.Load([]byte("\ufeff\ufeff{}"), nil); !errors.Is(err, access.ErrInvalid) {
		t.Errorf("two marks: %v", err)
	}
}
