package authzen

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"strings"
	"unicode"
	"unicode/utf8"
)

// turn is where a page starts and how long it is: what a token stands for.
type turn struct {
	asked [16]byte // digest of what the list is of
	after string   // the last result before, "" on the first page
	limit int      // at least 1
}

// tokenVersion comes first in a token, so that another form can follow.
const tokenVersion = 1

// token writes t: the version, the digest, the limit as a varint, the rest.
func (t turn) token() string {
	b := append([]byte{tokenVersion}, t.asked[:]...)
	b = binary.AppendUvarint(b, uint64(t.limit))
	return base64.RawURLEncoding.EncodeToString(append(b, t.after...))
}

var errToken = malformed("page.token is not one for this search")

// turn returns which part of a list a page asks for. A token must be one for
// the same question and the same limit.
func (h *handler) turn(k kind, r Request, p page) (turn, error) {
	asked := digest(k, r)
	t := turn{asked: asked, limit: h.limit(p.limit)}
	if p.token == "" {
		return t, nil
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(p.token)
	if err != nil || len(b) <= 1+len(asked) || b[0] != tokenVersion || [16]byte(b[1:]) != asked {
		return turn{}, errToken
	}
	b = b[1+len(asked):]
	limit, n := binary.Uvarint(b)
	if n <= 0 || limit == 0 || !clean(string(b[n:])) {
		return turn{}, errToken
	}
	t.after, t.limit = string(b[n:]), h.limit(limit)
	if p.limit != 0 && h.limit(p.limit) != t.limit {
		return turn{}, errToken
	}
	return t, nil
}

// clean reports whether s is text that can be a result: not empty, in UTF-8 and
// without control characters.
func clean(s string) bool {
	return s != "" && utf8.ValidString(s) && !strings.ContainsFunc(s, unicode.IsControl)
}

// limit returns how long a page is for which a limit was asked.
func (h *handler) limit(asked uint64) int {
	if asked == 0 || asked > uint64(h.maxPage) {
		return h.maxPage
	}
	return int(asked)
}

// digest returns a short name of what is searched for, whatever order its
// members came in. The context is no part of it: a time in it may go on from
// page to page.
func digest(k kind, r Request) [16]byte {
	// Marshalling sorts the names of a map and keeps numbers as they are
	// written. What came from JSON can always be written as JSON.
	text, _ := json.Marshal([]any{k, r.Subject, r.Action, r.Resource})
	sum := sha256.Sum256(text)
	return [16]byte(sum[:])
}
