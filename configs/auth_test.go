package configs_test

import (
	"os"
	"strings"
	"testing"

	"gannet/configs"
)

const (
	oauth1 = `{kind: oauth1, consumer_key: ABCDEFGHI, access_token_file: a, access_token_secret_file: b, signature_key_file: c, encryption_key_file: d, dh_param_file: e}`
	oauth2 = `{kind: oauth2, client_id: x, key_id: main, private_key_file: k, credential: me, ip: 203.0.113.7}`
)

// Every way to log in with what it needs, and with what it does not know: a
// key that is silently not used is a login that fails in the morning.
func TestAuth(t *testing.T) {
	for _, test := range []struct{ environment, auth, want string }{
		{"gateway", "{kind: gateway}", ""},
		{"https://gateway.example.com:5000", "{kind: gateway}", ""},
		{"simulator", "{kind: gateway}", ""},
		{"production", oauth1, ""},
		{"testing", oauth2, ""},
		{"api", oauth1, ""},
		{"https://1.api.ibkr.com", oauth1, ""},
		{"simulator", oauth2, ""},
		{"prodution", oauth1, `environment: "prodution" is not known; did you mean production?`},
		{"http://api.ibkr.com", oauth1, "must be https"},
		{"https://api.ibkr.com/v2", oauth1, "the address alone"},
		{"", "{kind: gateway}", "needs the address of the gateway"},
		{"api", "{kind: gateway}", "environment api needs kind oauth1 or oauth2"},
		{"gateway", oauth1, "a gateway holds a login of its own"},
		{"api", "{kind: oauth}", `auth.kind: "oauth" is not known; did you mean oauth1?`},
		{"api", strings.Replace(oauth1, "consumer_key: ABCDEFGHI, ", "", 1), "auth.consumer_key: auth kind oauth1 needs it"},
		{"api", strings.Replace(oauth2, ", ip: 203.0.113.7", "", 1), "auth.ip: auth kind oauth2 needs it"},
		{"api", strings.Replace(oauth2, "203.0.113.7", "home", 1), "must be an address such as 203.0.113.7"},
		{"api", strings.Replace(oauth2, "}", ", consumer_key: X}", 1), "auth.consumer_key: is not for auth kind oauth2"},
		{"gateway", "{kind: gateway, credential: me}", "auth.credential: is not for auth kind gateway"},
		{"api", strings.Replace(oauth2, "}", `, scope: ["a b"]}`, 1), "want one scope"},
		{"api", strings.Replace(oauth2, "}", `, token_url: "http://x"}`, 1), "auth.token_url: must be an address"},
		{"api", strings.Replace(oauth1, "}", ", access_token: hunter2}", 1), `unknown key "access_token"`},
	} {
		text := strings.NewReplacer("mode: sim", "mode: paper",
			`base_url: ""`, "environment: \""+test.environment+"\"\n    auth: "+test.auth).Replace(sim(t))
		_, err := configs.Load(configs.Sources{Files: []string{write(t, "my.yaml", text)}})
		if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("environment %q, auth %s: %v, want %q", test.environment, test.auth, err, test.want)
		}
	}
	_, err := configs.Load(configs.Sources{Builtin: "sim.yaml", Env: []string{"GANNET__BROKER__IBKR__AUTH=" + oauth1}})
	if err == nil || !strings.Contains(err.Error(), "the simulator in this process has kind gateway only") {
		t.Errorf("OAuth at the simulator inside: %v", err)
	}
}

// A URL that is given for once beats the file's environment.
func TestBaseURLBeatsEnvironment(t *testing.T) {
	cfg, err := configs.Load(configs.Sources{Files: []string{"paper.yaml"}, Env: []string{"GANNET__BROKER__IBKR__BASE_URL=https://127.0.0.1:5001"}})
	if err != nil || cfg.Broker.IBKR.Address() != "https://127.0.0.1:5001" {
		t.Errorf("%v", err)
	}
}

// The shipped paper configuration never trades real money, and what its end
// shows as comments loads as it stands there.
func TestPaperConfiguration(t *testing.T) {
	_, err := configs.Load(configs.Sources{Files: []string{"paper.yaml"}, Env: []string{"GANNET__BROKER__IBKR__ACCOUNT=U1234567"}})
	if err == nil || !strings.Contains(err.Error(), "mode paper needs a paper account") {
		t.Errorf("a live account: %v", err)
	}
	cfg, err := configs.Load(configs.Sources{Files: []string{"paper.yaml"}})
	if err != nil || cfg.Broker.IBKR.Address() != "gateway" || cfg.Mode != "paper" {
		t.Fatal(err)
	}
	text, err := os.ReadFile("paper.yaml")
	if err != nil {
		t.Fatal(err)
	}
	blocks := strings.Split(string(text), "# Directly with ")[1:]
	for _, block := range blocks {
		overlay := "broker:\n  ibkr:\n"
		for _, line := range strings.Split(block, "\n") {
			if rest, ok := strings.CutPrefix(line, "#   "); ok {
				overlay += "    " + rest + "\n"
			}
		}
		cfg, err := configs.Load(configs.Sources{Files: []string{"paper.yaml", write(t, "oauth.yaml", overlay)}})
		if err != nil {
			t.Errorf("%v\n%s", err, overlay)
			continue
		}
		if cfg.Broker.IBKR.Address() != "testing" || cfg.Broker.IBKR.Auth.Kind == "gateway" {
			t.Errorf("overlay of %+v", cfg.Broker.IBKR)
		}
	}
	if len(blocks) != 2 {
		t.Errorf("%d blocks, want 2", len(blocks))
	}
}
