package configs

import (
	"regexp"
)

// checkSources judges where values come from: what may not stand in a file,
// and what a shipped configuration may not be used for.
func (c *Config) checkSources(src Sources) []FieldError {
	v := validator{c: c}
	if src.Builtin != "" && c.Mode != "sim" {
		v.fail("mode "+c.Mode+" needs a configuration of your own: give it with -c FILE", "mode")
	}
	v.arming(src.Unarmed)
	v.secrets()
	return v.errs
}

// arming holds mode live until the account was named at start.
func (v *validator) arming(unarmed bool) {
	arm, _ := v.c.tree.find(path{"live", "arm"})
	switch {
	case arm.at.Layer != Default && arm.at.Layer < Env && v.c.Live.Arm != "":
		v.fail("is never read from a file; give it at start with --arm ACCOUNT or "+path{"live", "arm"}.variable(), "live", "arm")
	case v.c.Mode == "live" && v.c.Live.Arm == "" && !unarmed:
		v.fail("mode live trades real money and must be armed at start with --arm ACCOUNT, the account id", "live", "arm")
	}
}

// secrets refuses a secret in a file. The line it stands in is not shown.
func (v *validator) secrets() {
	for _, e := range v.c.Entries() {
		inFile := e.Origin.Layer == File || e.Origin.Layer == Builtin
		if !inFile || e.Value == "" || !hidden(e) {
			continue
		}
		e.Origin.source = ""
		v.errs = append(v.errs, FieldError{
			Path: e.Path, Origin: e.Origin,
			Message: "a secret must not stand in a configuration file; use a *_file key or an environment variable",
		})
	}
}

var hiddenValue = regexp.MustCompile(`^\*\*\*$|://\*\*\*@`)

// hidden says that the value of e was masked.
func hidden(e Entry) bool { return hiddenValue.MatchString(e.Value) }
