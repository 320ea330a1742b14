package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"gannet/configs"
)

// usageError is a mistake in what the user gave: a flag, an argument, a
// configuration. The exit code is 2.
type usageError struct{ err error }

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

func usagef(format string, args ...any) error {
	return &usageError{fmt.Errorf(format, args...)}
}

// message is an error as the user reads it.
func message(err error) string {
	var mistakes configs.Errors
	if errors.As(err, &mistakes) {
		return fmt.Sprintf("%v\nengine: %s in the configuration", mistakes, count(len(mistakes), "mistake"))
	}
	return "engine: " + err.Error()
}

// count is "1 mistake" or "2 mistakes".
func count(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}

// nearest is the end of a message about a word that is not known.
func nearest(word string, among []string) string {
	if near := configs.Nearest(word, among); near != "" {
		return "; did you mean " + near + "?"
	}
	return "; want one of " + strings.Join(among, ", ")
}

// flagError says what is wrong with a flag and what would be right.
func flagError(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	var invalid *pflag.InvalidValueError
	switch {
	case errors.As(err, &unknown) && unknown.GetSpecifiedShortnames() == "":
		name := unknown.GetSpecifiedName()
		if near := configs.Nearest(name, flagNames(cmd)); near != "" {
			return usagef("unknown flag --%s; did you mean --%s?", name, near)
		}
		return usagef("unknown flag --%s; %s --help lists the flags", name, cmd.CommandPath())
	case errors.As(err, &invalid):
		return usagef("--%s %q: %s", invalid.GetFlag().Name, invalid.GetValue(), wrongValue(invalid))
	}
	return &usageError{err}
}

func flagNames(cmd *cobra.Command) []string {
	var names []string
	add := func(f *pflag.Flag) {
		if !f.Hidden {
			names = append(names, f.Name)
		}
	}
	cmd.Flags().VisitAll(add)
	cmd.InheritedFlags().VisitAll(add)
	return names
}

// wrongValue is what a flag wants, by its type.
func wrongValue(e *pflag.InvalidValueError) string {
	switch e.GetFlag().Value.Type() {
	case "duration":
		return "want a time with its unit such as 500ms, 10s or 5m"
	case "bool":
		return "want true or false"
	}
	return e.Unwrap().Error()
}

// group makes a command that only holds others: an unknown verb is a mistake,
// none prints the help.
func group(cmd *cobra.Command) *cobra.Command {
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return nil
		}
		var verbs []string
		for _, one := range cmd.Commands() {
			if one.IsAvailableCommand() {
				verbs = append(verbs, one.Name())
			}
		}
		return usagef("unknown verb %q of %s%s", args[0], cmd.CommandPath(), nearest(args[0], verbs))
	}
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
	return cmd
}

// noArgs refuses arguments, naming the first.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usagef("%s takes no arguments, got %q; values are given by flags, see %s --help", cmd.CommandPath(), args[0], cmd.CommandPath())
	}
	return nil
}

// choice is a flag that takes one of a list of words.
type choice struct {
	value string
	words []string
}

func (c *choice) String() string { return c.value }

// Type is what the help shows behind the flag.
func (c *choice) Type() string { return strings.Join(c.words, "|") }

// Set refuses a word that is not in the list.
func (c *choice) Set(word string) error {
	for _, one := range c.words {
		if one == word {
			c.value = word
			return nil
		}
	}
	return errors.New("not known" + nearest(word, c.words))
}
