package configs

import "strings"

// Nearest is the word of the list that was most likely meant: the one with
// the fewest typing mistakes between them (a letter missing, extra, wrong or
// swapped with its neighbour), if they are few for the length of the word;
// otherwise "". Of equals it is the one that begins the same for longer.
func Nearest(word string, among []string) string {
	word = strings.ToLower(word)
	best, least, longest := "", max(1, len(word)/3), -1
	for _, candidate := range among {
		lower := strings.ToLower(candidate)
		d, same := distance(word, lower), commonPrefix(word, lower)
		if d < least || d == least && same > longest {
			best, least, longest = candidate, d, same
		}
	}
	return best
}

func commonPrefix(a, b string) int {
	n := 0
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	return n
}

// distance is the optimal string alignment distance of two short words.
func distance(a, b string) int {
	if len(a) > 64 || len(b) > 64 {
		return 64
	}
	var before, prev []int
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		before, prev, row = prev, row, make([]int, len(b)+1)
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(prev[j]+1, row[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
	}
	return row[len(b)]
}

// didYouMean is the end of a message about an unknown word.
func didYouMean(word string, among []string) string {
	if near := Nearest(word, among); near != "" {
		return "; did you mean " + near + "?"
	}
	return "; want one of " + strings.Join(among, ", ")
}
