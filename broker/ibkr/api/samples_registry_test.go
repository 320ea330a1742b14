package api

import "context"

// samples call each operation once, by Group.Name.
var samples = map[string]func(context.Context, *API) error{}

func sample(name string, call func(context.Context, *API) error) { samples[name] = call }
