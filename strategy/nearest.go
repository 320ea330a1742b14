package strategy

import "strings"

// hint tells what could have been meant by a wrong name, and all right ones.
func hint(wrong, what string, names []string) string {
	if len(names) == 0 {
		return ": there are no " + what
	}
	text := ": " + what + " are " + strings.Join(names, ", ")
	if near := nearest(wrong, names); near != "" {
		text = ", did you mean " + near + "?" + text[1:]
	}
	return text
}

// nearest is the name that takes the fewest edits to make from wrong, or ""
// when even that is not like it.
func nearest(wrong string, names []string) string {
	best, least := "", len(wrong)
	for _, name := range names {
		edits := distance(strings.ToLower(wrong), strings.ToLower(name))
		if 2*edits < max(len(wrong), len(name)) && (best == "" || edits < least) {
			best, least = name, edits
		}
	}
	return best
}

// distance is the number of bytes to insert, delete, change or swap with the
// next to make b from a (the optimal string alignment distance).
func distance(a, b string) int {
	before, row, next := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		next[0] = i + 1
		for j := range len(b) {
			change := row[j]
			if a[i] != b[j] {
				change++
			}
			next[j+1] = min(change, row[j+1]+1, next[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				next[j+1] = min(next[j+1], before[j-1]+1)
			}
		}
		before, row, next = row, next, before
	}
	return row[len(b)]
}
