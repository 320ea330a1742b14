package main

import (
	"slices"
	"strings"
	"unicode"
)

// initialisms are written in capitals in Go.
var initialisms = []string{
	"ID", "URL", "URI", "IP", "SSN", "IRA", "DTC", "BIC", "IBAN", "SEPA", "ACH", "KYC", "PDF", "CSV", "JWT", "IB", "US",
	"JSON", "AML", "DVP", "FOP", "DWAC", "EDDA", "EFP",
}

// goName turns a name of the document into an exported one of Go:
// clientInstructionId is ClientInstructionID.
func goName(name string) string {
	var b strings.Builder
	for _, word := range words(name) {
		if upper := strings.ToUpper(word); slices.Contains(initialisms, upper) {
			b.WriteString(upper)
			continue
		}
		if word == "Ids" || word == "Ips" {
			b.WriteString(strings.ToUpper(word[:2]) + "s")
			continue
		}
		runes := []rune(word)
		runes[0] = unicode.ToUpper(runes[0])
		b.WriteString(string(runes))
	}
	return b.String()
}

// words cuts a name at capitals that follow a small letter or a digit, before
// the last capital of a row of them that a small letter follows, and at
// whatever is neither letter nor digit.
func words(name string) (list []string) {
	runes := []rune(name)
	start := 0
	cut := func(end int) {
		if end > start {
			list = append(list, string(runes[start:end]))
		}
		start = end
	}
	for i, r := range runes {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			cut(i)
			start = i + 1
		case i > start && unicode.IsUpper(r) && !unicode.IsUpper(runes[i-1]):
			cut(i)
		case i > start && unicode.IsUpper(r) && i+1 < len(runes) && unicode.IsLower(runes[i+1]):
			cut(i)
		}
	}
	cut(len(runes))
	return list
}
