package configs

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Layer is where a value comes from. A later layer wins.
type Layer uint8

// Layers, in the order in which they are laid over each other.
const (
	Default Layer = iota // shipped with the program
	Builtin              // a shipped configuration, used when no file is given
	File
	Env
	Flag
)

// Origin is where one value was written.
type Origin struct {
	Layer  Layer
	Name   string // of the file, environment variable or flag
	Line   int    // 1-based; 0 when not in a file
	Column int    // 1-based, in characters

	source string // that line
}

// String is "paper.yaml:4:3", "builtin sim.yaml:4:3", "default",
// "GANNET__MODE" or "--mode".
func (o Origin) String() string {
	switch {
	case o.Layer == Default:
		return "default"
	case o.Line == 0:
		return o.Name
	case o.Layer == Builtin:
		return fmt.Sprintf("builtin %s:%d:%d", o.Name, o.Line, o.Column)
	}
	return fmt.Sprintf("%s:%d:%d", o.Name, o.Line, o.Column)
}

// FieldError is one mistake of a configuration.
type FieldError struct {
	Path    string // such as risk.max_order_qty; may be empty when a file cannot be read at all
	Message string // what is wrong and what would be right
	Origin  Origin
}

// Error is the place and what is wrong in one line and, for a mistake in a
// file, the line with a caret under the place.
func (e FieldError) Error() string {
	parts := make([]string, 0, 3)
	if e.Origin.Layer != Default {
		parts = append(parts, e.Origin.String())
	}
	if e.Path != "" {
		parts = append(parts, e.Path)
	}
	return strings.Join(append(parts, e.Message), ": ") + e.Origin.snippet()
}

// maxSnippet is how much of a source line is worth showing.
const maxSnippet = 160

func (o Origin) snippet() string {
	if o.source == "" || o.Column < 1 || o.Column > maxSnippet {
		return ""
	}
	line := []rune(o.source)
	line = line[:min(len(line), maxSnippet)]
	pad := make([]rune, min(o.Column-1, len(line)))
	for i := range line {
		if !unicode.IsPrint(line[i]) && line[i] != '\t' {
			line[i] = utf8.RuneError
		}
		if i < len(pad) {
			pad[i] = ' '
			if line[i] == '\t' {
				pad[i] = '\t'
			}
		}
	}
	gutter := fmt.Sprintf("%4d | ", o.Line)
	return "\n" + gutter + string(line) + "\n" + strings.Repeat(" ", len(gutter)-2) + "| " + string(pad) + "^"
}

// Errors is every mistake that was found.
type Errors []FieldError

// Error lists them, one after the other.
func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i := range e {
		lines[i] = e[i].Error()
	}
	return strings.Join(lines, "\n")
}
