package persist

import (
	"fmt"
	"strings"
	"testing"
)

const someUUID = "0f9e8d7c-6b5a-4c3d-a1e2-f30415263748"

// TestKeyIsTheID: ids of up to 23 bytes, and UUIDs, have one key only if they
// are equal, and none has the key of an empty slot.
func TestKeyIsTheID(t *testing.T) {
	seen := map[key]string{{}: "an empty slot"}
	try := func(id string) {
		k := keyOf(id)
		if k.isLong() {
			return
		}
		if other, ok := seen[k]; ok && other != id {
			t.Fatalf("%q has the key of %q", id, other)
		}
		seen[k] = id
	}
	for n := range shortMax + 1 {
		for _, c := range []string{"\x00", "a"} {
			id := strings.Repeat(c, n)
			if try(id); keyOf(id).isLong() {
				t.Errorf("an id of %d bytes is not in its key", n)
			}
			for at := range n {
				for b := range 256 {
					try(id[:at] + string([]byte{byte(b)}) + id[at+1:])
				}
			}
		}
	}
	for at := range someUUID {
		for b := range 256 {
			try(someUUID[:at] + string([]byte{byte(b)}) + someUUID[at+1:])
		}
	}
	if want := 32*15 + 1; len(seen) < want {
		t.Errorf("%d keys, want at least those of %d UUIDs", len(seen), want)
	}
}

// TestKeyForms: which long ids are taken for a UUID.
func TestKeyForms(t *testing.T) {
	for _, c := range []struct {
		id   string
		uuid bool
	}{
		{someUUID, true},
		{"00000000-0000-0000-0000-000000000000", true},
		{"ffffffff-ffff-ffff-ffff-ffffffffffff", true},
		{"99999999-9999-9999-9999-999999999999", true},
		{strings.ToUpper(someUUID), false},
		{someUUID + "0", false},
		{someUUID[1:], false},
		{strings.ReplaceAll(someUUID, "-", "0"), false},
		{strings.Repeat("-", 36), false},
		{strings.Repeat("a", 24), false},
	} {
		if got := keyOf(c.id).tail == uuidKey; got != c.uuid {
			t.Errorf("%q is kept as a UUID: %t, want %t", c.id, got, c.uuid)
		}
		if k := keyOf(c.id); !c.uuid && (!k.isLong() || k.body != uint64(len(c.id))) {
			t.Errorf("%q has key %x, want that of a long id", c.id, k)
		}
	}
	for at, c := range someUUID {
		for b := range 256 {
			id := someUUID[:at] + string([]byte{byte(b)}) + someUUID[at+1:]
			want := b == '-'
			if c != '-' {
				want = '0' <= b && b <= '9' || 'a' <= b && b <= 'f'
			}
			if got := keyOf(id).tail == uuidKey; got != want {
				t.Errorf("%q is kept as a UUID: %t, want %t", id, got, want)
			}
		}
	}
}

// TestKeyDiffers: a key differs from one that has any other bit.
func TestKeyDiffers(t *testing.T) {
	for _, id := range []string{"", "abcdefghijklmnopqrstuvw", someUUID} {
		k := keyOf(id)
		if k.differs(k) {
			t.Errorf("%x differs from itself", k)
		}
		for bit := range 64 {
			for _, o := range []key{{1 << bit, 0, 0}, {0, 1 << bit, 0}, {0, 0, 1 << bit}} {
				o = key{k.head ^ o.head, k.body ^ o.body, k.tail ^ o.tail}
				if !k.differs(o) || !o.differs(k) {
					t.Errorf("%x does not differ from %x", k, o)
				}
			}
		}
	}
}

// TestKeyHash: ids that are counted through spread over the high and the low
// bits of their hashes.
func TestKeyHash(t *testing.T) {
	for _, format := range []string{"%d", "%020d", someUUID[:28] + "%08d", "a rather long id, number %d"} {
		const n, bins = 16_000, 500
		var high, low [bins]int
		for i := range n {
			h := keyOf(fmt.Sprintf(format, i)).hash()
			high[h>>32*bins>>32]++
			low[h&(1<<32-1)*bins>>32]++
		}
		for i := range bins { // 32 each, so 90 is ten standard deviations off
			if high[i] > 90 || low[i] > 90 {
				t.Errorf("%s: %d and %d of %d hashes in one of %d bins", format, high[i], low[i], n, bins)
				break
			}
		}
	}
}

// TestKeyCost: a short id or a UUID is hashed without a call that allocates.
func TestKeyCost(t *testing.T) {
	for _, id := range []string{"", "abc", "abcdef", "abcdefghijkl", "abcdefghijklmnopqr", someUUID, strings.Repeat("a", 99)} {
		if n := testing.AllocsPerRun(10, func() { keyOf(id).hash() }); n > 0 {
			t.Errorf("keyOf(%q) allocates %v times", id, n)
		}
	}
}
