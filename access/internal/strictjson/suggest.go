package strictjson

import (
	"iter"
	"strings"
)

// Suggest returns the known word nearest to one that is not known, or "" if none is near: at most two insertions,
// deletions or replacements of a character away, and fewer than half the word's characters. Upper and lower case count as
// the same. Of words equally near it is the first in byte order, whatever the order of known.
func Suggest(word string, known iter.Seq[string]) string {
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

// distance is the number of edits that turn a into b, or something above limit if it is above.
func distance(a, b []rune, limit int) int {
	if max(len(a)-len(b), len(b)-len(a)) > limit {
		return limit + 1 // no need for the table: lengths alone differ by more
	}
	row := make([]int, len(b)+1) // of the prefix of a read so far, to each prefix of b
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
