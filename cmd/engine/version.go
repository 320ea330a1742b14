package main

import (
	"fmt"
	"runtime/debug"

	"github.com/spf13/cobra"
)

func newVersion(a *app) *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version",
		Long:    "Print the version, the revision it was built from and the Go version.",
		Example: "  engine version\n  engine version -o json",
		Args:    noArgs,
		RunE: func(*cobra.Command, []string) error {
			v := buildVersion(debug.ReadBuildInfo())
			if a.json() {
				return a.printJSON(v)
			}
			_, err := fmt.Fprintf(a.out, "gannet %s %s %s\n", v.Version, v.Revision, v.Go)
			return err
		},
	}
}

// version is what the binary says about itself.
type version struct {
	Version  string `json:"version"`
	Revision string `json:"revision"`
	Go       string `json:"go"`
}

func buildVersion(info *debug.BuildInfo, ok bool) version {
	v := version{Version: "(devel)", Revision: "unknown", Go: "unknown"}
	if !ok {
		return v
	}
	v.Go = info.GoVersion
	if info.Main.Version != "" {
		v.Version = info.Main.Version
	}
	dirty := ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			v.Revision = s.Value
		case s.Key == "vcs.modified" && s.Value == "true":
			dirty = "+modified"
		}
	}
	v.Revision += dirty
	return v
}
