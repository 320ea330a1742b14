package main

import (
	"bytes"
	"crypto/tls"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// anyServer trusts every certificate, as curl -k does.
func anyServer() *http.Client {
	return &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableKeepAlives: true}}
}

// loginConfig writes the configurations that sim keys prints last, each
// completed by rest.yaml: login-config FOLDER OAUTH1 OAUTH2 GATEWAY.
func loginConfig(ts *testscript.TestScript, _ bool, args []string) {
	var made simKeysMade
	ts.Check(json.Unmarshal([]byte(ts.ReadFile("stdout")), &made))
	var out bytes.Buffer
	ts.Check((&app{out: &out}).printSimKeys(&made, nil))
	parts := strings.Split(out.String(), "\n# ")
	rest := ts.ReadFile("rest.yaml")
	for i, name := range args[1:] {
		ts.Check(os.WriteFile(ts.MkAbs(name), []byte(rest+"\n# "+parts[i+1]), 0o600))
	}
}

// loginPage logs in as a browser does: login-page URL USER PASSWORD.
func loginPage(ts *testscript.TestScript, _ bool, args []string) {
	response, err := anyServer().PostForm(args[0]+"/sso/Login", url.Values{"username": {args[1]}, "password": {args[2]}})
	ts.Check(err)
	defer response.Body.Close()
	page, err := io.ReadAll(response.Body)
	ts.Check(err)
	if !strings.Contains(string(page), "Client login succeeds") {
		ts.Fatalf("%s: %s", response.Status, page)
	}
}

var curlLine = regexp.MustCompile(`^curl -sk( -X POST)? (https://127\.0\.0\.1:5000\S+)( -d '([^']*)')?(; sleep \d+)?$`)

// Who types the three lines of the help has bought a share: curl sends data as
// a form, whatever it is.
func TestSimHelpFirstUse(t *testing.T) {
	at := startSim(t)
	lines := strings.Split(strings.TrimSpace(simFirstUse), "\n")
	if len(lines) != 3 {
		t.Fatalf("%d lines", len(lines))
	}
	var body string
	for _, line := range lines {
		found := curlLine.FindStringSubmatch(strings.TrimSpace(line))
		if found == nil {
			t.Fatalf("%q is none of the curl lines that this test knows", line)
		}
		address := strings.Replace(found[2], "https://127.0.0.1:5000", at.URL, 1)
		for deadline := time.Now().Add(20 * time.Second); ; <-time.After(250 * time.Millisecond) {
			status := 0
			status, body = curl(t, found[1] != "" || found[3] != "", address, found[4])
			if status == 200 {
				break
			}
			if !strings.Contains(body, "no bridge") || time.Now().After(deadline) { // what the sleep is for
				t.Fatalf("%s: %d %s", line, status, body)
			}
		}
	}
	if !strings.Contains(body, `"order_id"`) {
		t.Errorf("the last line is answered %s", body)
	}
}

// curl does what curl does with -d.
func curl(t *testing.T, post bool, address, data string) (status int, body string) {
	t.Helper()
	method := http.MethodGet
	if post {
		method = http.MethodPost
	}
	r, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("User-Agent", "curl/8.5.0")
	if post {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	response, err := anyServer().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(text)
}

// A third party's user consents without a page when the simulator says so.
func TestSimAutoConsent(t *testing.T) {
	var out bytes.Buffer
	folder := filepath.Join(t.TempDir(), "keys")
	if code := run([]string{"sim", "keys", "--out", folder, "--user", "vendor", "--third-party"}, nil, nil, &out, &out); code != 0 {
		t.Fatalf("sim keys: %d: %s", code, out.String())
	}
	if !strings.Contains(out.String(), "As a third party the consumer may ask any user") {
		t.Errorf("%s", out.String())
	}
	at := startSim(t, "--keys", folder, "--auto-consent", "vendor", "--public-url", "https://broker.example")
	if status, body := curl(t, false, at.URL+"/authorize?oauth_token=unknown", ""); status != 400 || !strings.Contains(body, "unknown or has expired") {
		t.Errorf("%d %s", status, body)
	}
}
