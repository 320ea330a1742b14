package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// completeChoices lets a shell complete the words of all flags that take one
// of a list.
func completeChoices(cmd *cobra.Command) {
	add := func(f *pflag.Flag) {
		if c, ok := f.Value.(*choice); ok {
			// The only error is that the flag has a completion already.
			_ = cmd.RegisterFlagCompletionFunc(f.Name, words(c.words...))
		}
	}
	cmd.LocalFlags().VisitAll(add)
	for _, one := range cmd.Commands() {
		completeChoices(one)
	}
}

// words completes one of a list, whatever the case.
func words(list ...string) cobra.CompletionFunc {
	return func(_ *cobra.Command, _ []string, begun string) ([]string, cobra.ShellCompDirective) {
		fit := slices.DeleteFunc(slices.Clone(list), func(word string) bool {
			return !strings.HasPrefix(strings.ToUpper(word), strings.ToUpper(begun))
		})
		return fit, cobra.ShellCompDirectiveNoFileComp
	}
}
