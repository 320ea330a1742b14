package ibkrsim_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"gannet/broker/ibkr/ibkrsim"
)

// A client that uses any operation of the API's OpenAPI document gets an
// answer of the simulator: never a 404 of a path that is not there.
func TestEveryOperationIsKnown(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("../../../../shared/ibkr/openapi.json"))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("no OpenAPI document here")
	}
	if err != nil {
		t.Fatal(err)
	}
	var spec struct {
		Paths map[string]map[string]json.RawMessage
	}
	if err := json.Unmarshal(text, &spec); err != nil {
		t.Fatal(err)
	}
	// Answered before the table of endpoints: logins and the socket.
	logins := regexp.MustCompile(`^/(oauth|oauth2/api/v1|gw/api/v1/sso-(browser-)?sessions|ws$)`)
	variable := regexp.MustCompile(`\{[^}]*\}`)
	count := 0
	for path, methods := range spec.Paths {
		for method := range methods {
			method = strings.ToUpper(method)
			if method == "PARAMETERS" || logins.MatchString(path) {
				continue
			}
			count++
			if !ibkrsim.Known(method, variable.ReplaceAllString(path, "1")) {
				t.Errorf("%s %s is not simulated", method, path)
			}
		}
	}
	if count < 100 {
		t.Errorf("only %d operations in the document", count)
	}
}

// A path with a name of its own goes to its endpoint, whatever general pattern
// fits it as well.
func TestSpecificPathsFirst(t *testing.T) {
	c := start(t, quiet()).login()
	for _, path := range []string{"/iserver/account/mta", "/iserver/account/" + account + "/alerts", "/fyi/settings", "/forecast/category/tree"} {
		c.must("GET", path, "")
	}
	c.want("GET", "/iserver/account/search/summary", "", 503, `{"error":"Service Unavailable","statusCode":503}`)
}
