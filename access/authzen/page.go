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

// span is where a page starts and how long it is: what a token stands for.
type span struct {
	search [16]byte // digest of what is searched for
	after  string   // the last result before, "" on the first page
	limit  uint64   // as it was asked for; 0 means none
}

// tokenVersion comes first in a token, so that another form can follow.
const tokenVersion = 2

// token writes s: the version, the digest, the limit as a varint, the rest.
func (s span) token() string {
	b := append([]byte{tokenVersion}, s.search[:]...)
	b = binary.AppendUvarint(b, s.limit)
	return base64.RawURLEncoding.EncodeToString(append(b, s.after...))
}

var errToken = malformed("page.token is not one for this search")

// span returns which part of a list a page asks for. A token must be one for
// the same search and the same limit.
func (p page) span(k kind, r Request) (span, error) {
	search := digest(k, r, p.properties)
	if p.token == "" {
		return span{search: search, limit: p.limit}, nil
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(p.token)
	if err != nil || len(b) <= 1+len(search) || b[0] != tokenVersion || [16]byte(b[1:]) != search {
		return span{}, errToken
	}
	b = b[1+len(search):]
	limit, n := binary.Uvarint(b)
	if n <= 0 || p.limit != 0 && p.limit != limit || !validResult(string(b[n:])) {
		return span{}, errToken
	}
	return span{search, string(b[n:]), limit}, nil
}

// validResult reports whether s can be a result: not empty, in UTF-8 and without
// control characters. Hosts may have longer ids than a policy has.
func validResult(s string) bool {
	return s != "" && utf8.ValidString(s) && !strings.ContainsFunc(s, unicode.IsControl)
}

// limit returns how long a page is if that limit is asked for.
func (h *handler) limit(n uint64) int {
	if n == 0 || n > uint64(h.config.MaxPage) {
		return h.config.MaxPage
	}
	return int(n)
}

// digest returns a short name of what is searched for, in whatever order its
// members came.
func digest(k kind, r Request, properties map[string]any) [16]byte {
	// Marshal sorts the names of a map and keeps numbers as they are written.
	// What came from JSON can always be written as JSON.
	text, _ := json.Marshal([]any{k, r.Subject, r.Action, r.Resource, r.Context, properties})
	sum := sha256.Sum256(text)
	return [16]byte(sum[:])
}
