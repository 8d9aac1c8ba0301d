package text

import (
	"iter"
	"strings"
)

// Nearest returns the known word that was probably meant by one that is not
// known, or "" if none is near: one that takes at most two insertions,
// deletions or replacements of a character, and fewer than half of the word's
// characters. Upper and lower case count as the same. Of words equally near it
// is the first in byte order, whatever the order of known.
func Nearest(word string, known iter.Seq[string]) string {
	folded := []rune(strings.ToLower(word))
	best, nearest := "", min(3, (len(folded)+1)/2)
	for k := range known {
		d := distance(folded, []rune(strings.ToLower(k)), nearest)
		if d < nearest || d == nearest && best != "" && k < best {
			best, nearest = k, d
		}
	}
	return best
}

// distance returns the number of edits that turn a into b, or a number above
// limit if it is above.
func distance(a, b []rune, limit int) int {
	if max(len(a)-len(b), len(b)-len(a)) > limit {
		return limit + 1 // the lengths alone differ by more: no need for the table
	}
	row := make([]int, len(b)+1) // from the characters of a so far to each beginning of b
	for j := range row {
		row[j] = j
	}
	for i, x := range a {
		diagonal := row[0]
		row[0] = i + 1
		for j, y := range b {
			replaced := diagonal
			if x != y {
				replaced++
			}
			diagonal = row[j+1]
			row[j+1] = min(replaced, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
