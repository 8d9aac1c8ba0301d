package persist

import (
	"hash/maphash"
	"math/bits"
)

// key is an id in three words: all of an id of up to 23 bytes, and of a UUID in
// lower case, so that two such ids are equal if their keys are, and an index
// compares them without reading memory elsewhere. Of a longer id it is the hash
// and the length.
//
// No id has the zero key.
type key struct {
	head, body uint64 // bytes 0 to 7 and 8 to 15; or the digits; or hash and length
	tail       uint64 // bytes 16 to 22, and in the highest byte which form it is
}

// The highest byte of a tail: one more than the length of a short id, or one of
// these.
const (
	shortMax = 23
	uuidKey  = 0xfe << 56
	longKey  = 0xff << 56
)

// keyOf returns the key of an id.
func keyOf(id string) (k key) {
	n := uint(len(id))
	switch {
	case n > shortMax:
		return longKeyOf(id)
	case n >= 16:
		k.head, k.body = load64(id), load64(id[8:])
		k.tail = load64(id[n-8:]) >> (8 * (24 - n))
	case n >= 8:
		k.head, k.body = load64(id), load64(id[n-8:])>>(8*(16-n))
	case n >= 4:
		k.head = uint64(load32(id)) | uint64(load32(id[n-4:]))>>(8*(8-n))<<32
	default:
		for i := range n {
			k.head |= uint64(id[i]) << (8 * i)
		}
	}
	k.tail |= uint64(n+1) << 56
	return k
}

// longKeyOf returns the key of an id that is not short. A UUID has its digits
// in the places of 8-4-4-4-12, so 32 of them and nothing else tell it.
func longKeyOf(id string) key {
	if len(id) == 36 && id[8] == '-' && id[13] == '-' && id[18] == '-' && id[23] == '-' {
		a, okA := digits(load64(id))
		b, okB := digits(uint64(load32(id[9:])) | uint64(load32(id[14:]))<<32)
		c, okC := digits(uint64(load32(id[19:])) | uint64(load32(id[24:]))<<32)
		d, okD := digits(load64(id[28:]))
		if okA && okB && okC && okD {
			return key{a | b<<4, c | d<<4, uuidKey}
		}
	}
	return key{maphash.String(seed, id), uint64(len(id)), longKey}
}

// short returns the id of which k is the key, if it is short.
func (k key) short() string {
	words, id := [3]uint64{k.head, k.body, k.tail}, make([]byte, k.tail>>56-1)
	for i := range id {
		id[i] = byte(words[i/8] >> (8 * (i % 8)))
	}
	return string(id)
}

// uuid returns the id of which k is the key, if it is a UUID.
func (k key) uuid() string {
	const digits = "0123456789abcdef"
	id := []byte("00000000-0000-0000-0000-000000000000")
	for place, word := range map[int]uint64{0: k.head, 9: k.head >> 4, 19: k.body, 28: k.body >> 4} {
		for i := range 8 {
			at := place + i
			if i >= 4 && (place == 9 || place == 19) {
				at++
			}
			id[at] = digits[word>>(8*i)&15]
		}
	}
	return string(id)
}

// digits returns the values of eight hexadecimal digits in lower case, a byte
// each, and whether text is that.
func digits(text uint64) (values uint64, ok bool) {
	const ones = 0x0101010101010101
	letters := text >> 6 & ones // 'a' is 0x61, '0' is 0x30
	values = (text&(0x0f*ones) + 9*letters) & (0x0f * ones)
	// Written out again they must give the text: so two texts never have the
	// same values. Of a value above 9, and of no other, value + 6 has bit 4.
	letters = (values + 6*ones) >> 4 & ones
	return values, values+'0'*ones+('a'-'0'-10)*letters == text
}

// load64 returns the first 8 bytes of s. The compiler makes one load of it.
func load64(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

// load32 returns the first 4 bytes of s.
func load32(s string) uint32 {
	_ = s[3]
	return uint32(s[0]) | uint32(s[1])<<8 | uint32(s[2])<<16 | uint32(s[3])<<24
}

// isLong reports whether the key is only the hash of an id.
func (k key) isLong() bool { return k.tail == longKey }

// differs reports whether two keys differ. It looks at all three words before
// it decides, as a branch for each would be predicted wrongly more often.
func (k key) differs(o key) bool {
	return (k.head^o.head)|(k.body^o.body)|(k.tail^o.tail) != 0
}

// The secrets of this process. Anyone who chooses ids does not know them, and
// cannot make ids collide.
var (
	seed   = maphash.MakeSeed()
	secret = [3]uint64{newSecret(1), newSecret(2), newSecret(3)}
)

func newSecret(n int) uint64 { return maphash.Comparable(maphash.MakeSeed(), n) | 1 }

// hash spreads keys over 64 bits. Both its high and its low bits are used. Each
// word goes through both multiplications: after one, numbers in decimal at the
// end of an id crowd together.
func (k key) hash() uint64 {
	high, low := bits.Mul64(k.head^k.tail^secret[0], k.body^secret[1])
	high, low = bits.Mul64(high^low^k.tail, secret[2])
	return high ^ low
}
