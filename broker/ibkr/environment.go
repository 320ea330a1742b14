package ibkr

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Environments are the addresses that have a name. "api" is the one of IBKR's
// present documentation; "production" and "testing" are the ones of its older
// pages. "simulator" is where engine sim listens.
var environments = map[string]string{
	"production": "https://api.interactivebrokers.com",
	"testing":    "https://api.test.interactivebrokers.com",
	"api":        "https://api.ibkr.com",
	"gateway":    "https://localhost:5000",
	"simulator":  "https://127.0.0.1:5000",
}

// Environments lists the names that a base URL may have, sorted.
func Environments() []string { return slices.Sorted(maps.Keys(environments)) }

// BaseURL is the address of a named environment, or text itself when it is a
// URL. The path of the trading service is /v1/api unless the URL has another;
// account management (/gw/api/v1) and tokens (/oauth2/api/v1) are on the same
// host, with their own paths.
func BaseURL(text string) (string, error) {
	name := strings.TrimSpace(text)
	if address, ok := environments[strings.ToLower(name)]; ok {
		name = address
	} else if !strings.Contains(name, "://") {
		return "", fmt.Errorf("ibkr: base URL %q: want one such as https://localhost:5000/v1/api, or one of %s",
			text, strings.Join(Environments(), ", "))
	}
	u, err := parseBase(name)
	if err != nil {
		return "", err
	}
	return u.String(), nil
}
