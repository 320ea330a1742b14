package scenario

// KeyNames are all keys of a scenario file.
func KeyNames() []string {
	names := append(namesOf(scenarioKeys), namesOf(ruleKeys)...)
	names = append(names, namesOf(eventKeys)...)
	return append(append(names, namesOf(spanKeys)...), namesOf(dripKeys)...)
}
