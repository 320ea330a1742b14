package scenario

import (
	"embed"
	"fmt"
	"slices"
	"strings"
)

//go:embed named/*.yaml
var files embed.FS

// NameInfo is a ready-made scenario.
type NameInfo struct {
	Name  string
	About string // one line
}

// Names are the ready-made scenarios, by name.
func Names() []NameInfo {
	var infos []NameInfo
	for _, name := range fileNames() {
		s, err := Named(name)
		if err != nil {
			panic(err) // a file of this package; its test reads them all
		}
		infos = append(infos, NameInfo{name, s.About})
	}
	return infos
}

// Table is Names as a Markdown table.
func Table() string {
	var b strings.Builder
	b.WriteString("| scenario | what happens |\n|---|---|\n")
	for _, i := range Names() {
		fmt.Fprintf(&b, "| `%s` | %s |\n", i.Name, i.About)
	}
	return b.String()
}

func fileNames() []string {
	entries, err := files.ReadDir("named")
	if err != nil {
		panic(err) // it is embedded
	}
	names := make([]string, len(entries))
	for i, entry := range entries {
		names[i] = strings.TrimSuffix(entry.Name(), ".yaml")
	}
	return names
}

// Named is a ready-made scenario.
func Named(name string) (Scenario, error) {
	names := fileNames()
	if !slices.Contains(names, name) {
		return Scenario{}, unknown("scenario", name, names)
	}
	text, err := files.ReadFile("named/" + name + ".yaml")
	if err != nil {
		return Scenario{}, err
	}
	s, err := Read(text)
	if err != nil {
		return Scenario{}, fmt.Errorf("%s: %w", name, err)
	}
	s.Name = name
	return s, nil
}
