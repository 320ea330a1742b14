package scenario

import (
	"fmt"
	"strings"
)

// unknown is the error for a word that is none of the list.
func unknown[T ~string](what, word string, all []T) error {
	names := make([]string, len(all))
	for i, name := range all {
		names[i] = string(name)
	}
	if len(word) > 64 {
		word = strings.ToValidUTF8(word[:64], "") + "..."
	}
	if near := nearest(word, names); near != "" {
		return fmt.Errorf("unknown %s %q; did you mean %q?", what, word, near)
	}
	return fmt.Errorf("unknown %s %q; want one of %s", what, word, strings.Join(names, ", "))
}

// nearest is the word of the list that is the fewest typing mistakes away, if
// they are few for its length. Of equals it is the first.
func nearest(word string, among []string) string {
	word = strings.ToLower(word)
	best, least := "", max(1, len(word)/3)+1
	for _, candidate := range among {
		if d := typos(word, strings.ToLower(candidate)); d < least {
			best, least = candidate, d
		}
	}
	return best
}

// typos is how many letters must be put in, taken out, changed or swapped with
// their neighbour to make b of a (the optimal string alignment distance).
func typos(a, b string) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			wrong := 1
			if a[i-1] == b[j-1] {
				wrong = 0
			}
			d := min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+wrong)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d = min(d, rows[i-2][j-2]+1)
			}
			rows[i][j] = d
		}
	}
	return rows[len(a)][len(b)]
}
