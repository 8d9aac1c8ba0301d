package console

import (
	"crypto/sha256"
	"encoding/hex"
)

// anchor returns what stands for an id in the address of a place on a page,
// which may hold fewer characters.
func anchor(id string) string {
	sum := sha256.Sum256([]byte(id))
	return "row-" + hex.EncodeToString(sum[:6])
}
