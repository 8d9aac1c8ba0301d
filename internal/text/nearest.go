package text

import (
	"iter"
	"strings"
	"unicode/utf8"
)

// Nearest returns the known word that was probably meant by one that is not
// known, or "" if none is near: one that takes at most two insertions,
// deletions or replacements of a character, and fewer than half of the word's
// characters. Upper and lower case count as the same. Of words equally near it
// is the first in byte order, whatever the order of known.
//
// It looks at [NearestBudget] characters of the known words at most, and returns
// "" if they have more: an effort must be in proportion to a message.
func Nearest(word string, known iter.Seq[string]) string {
	folded := []rune(strings.ToLower(word))
	most := min(3, (len(folded)+1)/2)
	best, nearest := "", most
	budget := NearestBudget
	for k := range known {
		if budget--; budget < 0 {
			return ""
		}
		if len(k) < len(folded)-most || len(k) > utf8.UTFMax*(len(folded)+most) {
			continue // its length in characters differs by more, whatever they are
		}
		if budget -= len(k); budget < 0 {
			return ""
		}
		d := distance(folded, []rune(strings.ToLower(k)), nearest)
		if d < nearest || d == nearest && best != "" && k < best {
			best, nearest = k, d
		}
	}
	return best
}

// NearestBudget is how many characters [Nearest] looks at, some milliseconds'
// worth.
const NearestBudget = 200_000

// distance returns the number of edits that turn a into b, or a number above
// limit if it is above. It looks at so many characters of b on either side of
// each of a, as others are too far away.
func distance(a, b []rune, limit int) int {
	if max(len(a)-len(b), len(b)-len(a)) > limit {
		return limit + 1 // the lengths alone differ by more: no need for the table
	}
	row := make([]int, len(b)+1) // from the characters of a so far to each beginning of b
	for j := range row {
		row[j] = j
	}
	for i, x := range a {
		from, to := max(0, i-limit), min(len(b), i+limit+1)
		diagonal := row[from]
		row[from] = limit + 1
		if from == 0 {
			row[0] = i + 1
		}
		for j := from; j < to; j++ {
			replaced := diagonal
			if x != b[j] {
				replaced++
			}
			diagonal = row[j+1]
			row[j+1] = min(replaced, row[j]+1, diagonal+1)
		}
	}
	return min(row[len(b)], limit+1)
}
