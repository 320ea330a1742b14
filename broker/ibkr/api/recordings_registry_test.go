package api

// recordedTypes maps a recording to a new value of its answer's type.
var recordedTypes = map[string]func() any{}

func recorded(path string, newValue func() any) { recordedTypes[path] = newValue }
