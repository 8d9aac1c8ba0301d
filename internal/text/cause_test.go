package text_test

import (
	"errors"
	"io/fs"
	"testing"

	"github.com/ambit-authz/ambit/internal/text"
)

// TestCause drops the name of one package, and only at the beginning.
func TestCause(t *testing.T) {
	for have, want := range map[string]string{
		"":                            "",
		"role: role \"a\": no":        "role \"a\": no",
		"access: invite: no":          "invite: no",
		"the team: no":                "the team: no",
		"team:no":                     "team:no",
		"net/http: abort":             "net/http: abort",
		"document: 1 problem\nteam: ": "1 problem\nteam: ",
	} {
		err := errors.New(have)
		if got := text.Cause(err); got.Error() != want || !errors.Is(got, err) {
			t.Errorf("Cause(%q) = %q, want %q", have, got, want)
		}
	}
	if err := text.Cause(nil); err != nil {
		t.Errorf("Cause(nil) = %v", err)
	}
	if _, ok := errors.AsType[*fs.PathError](text.Cause(&fs.PathError{Err: fs.ErrExist})); !ok {
		t.Error("the error is not found in its Cause")
	}
}
