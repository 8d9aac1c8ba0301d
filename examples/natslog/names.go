package natslog

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// Every name has a token of a subject: letters, digits, "-" and "_" as they are,
// and everything else as "=" and two digits.
const (
	plain     = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	hexDigits = "0123456789ABCDEF"
)

// tokenOf returns the token of a name.
func tokenOf(name string) string {
	var b strings.Builder
	for i := range len(name) {
		if c := name[i]; strings.IndexByte(plain, c) >= 0 {
			b.WriteByte(c)
		} else {
			b.WriteByte('=')
			b.WriteByte(hexDigits[c>>4])
			b.WriteByte(hexDigits[c&15])
		}
	}
	return b.String()
}

// nameOf returns the name that has a token, and whether there is one.
func nameOf(token string) (string, bool) {
	var name []byte
	for i := 0; i < len(token); i++ {
		if token[i] != '=' {
			name = append(name, token[i])
			continue
		}
		if i+2 >= len(token) {
			return "", false
		}
		high, low := strings.IndexByte(hexDigits, token[i+1]), strings.IndexByte(hexDigits, token[i+2])
		if high < 0 || low < 0 {
			return "", false
		}
		name = append(name, byte(high<<4|low))
		i += 2
	}
	return string(name), tokenOf(string(name)) == token
}

// keyToken returns the token of a key, which is too long to be one itself, and need
// not be read again.
func keyToken(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:])
}

// Subjects are below the name of the stream.
func (s *Store) logSubject(name string) string { return s.stream + ".log." + tokenOf(name) }
func (s *Store) keySubject(key, name string) string {
	return s.stream + ".key." + keyToken(key) + "." + tokenOf(name)
}
func (s *Store) barrierSubject() string { return s.stream + ".barrier" }
func beginSubject(stream string) string { return stream + ".begin" }
