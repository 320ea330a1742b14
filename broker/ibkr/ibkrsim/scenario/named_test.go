package scenario_test

import (
	"slices"
	"strings"
	"testing"

	"gannet/broker/ibkr/ibkrsim/scenario"
)

// Every ready-made scenario can be started, and says in a line what it does.
func TestNamed(t *testing.T) {
	infos := scenario.Names()
	if len(infos) < 10 {
		t.Fatalf("%d scenarios", len(infos))
	}
	for _, i := range infos {
		s, err := scenario.Named(i.Name)
		if err != nil {
			t.Errorf("%s: %v", i.Name, err)
			continue
		}
		if i.About == "" || strings.ContainsAny(i.About, "\n|") || s.Name != i.Name {
			t.Errorf("%s: about %q, name %q", i.Name, i.About, s.Name)
		}
		if err := scenario.New(1, endpoints).Start(s, start); err != nil {
			t.Errorf("%s: %v", i.Name, err)
		}
		if row := "| `" + i.Name + "` | " + i.About + " |\n"; !strings.Contains(scenario.Table(), row) {
			t.Errorf("the table lacks %q", row)
		}
	}
	if _, err := scenario.Named("lost-rsponse"); err == nil || !strings.Contains(err.Error(), `did you mean "lost-response"?`) {
		t.Errorf("misspelt: %v", err)
	}
}

// What is known to go wrong between a client and IBKR has a scenario that a
// client can be tried with, and each is made of what the fault consists of.
func TestFaultsHaveScenarios(t *testing.T) {
	for fault, names := range map[string]map[string]string{
		"nightly reset and daily login":          {"nightly-reset": "nightly-reset"},
		"weekend: the login ends":                {"weekend": "maintenance end-login"},
		"competing session":                      {"competing-login": "compete"},
		"tickle fails":                           {"tickle-fails": "answer cut", "idle-timeout": "cut idle-timeout"},
		"connected but not authenticated":        {"stuck-login": "stuck-login"},
		"socket dies silently":                   {"silent-socket": "silence-sockets", "dropped-socket": "drop-sockets"},
		"one fill frame is missing":              {"lost-frames": "drop"},
		"outcome of a submit unknown":            {"lost-request": "cut", "lost-response": "cut", "slow-order": "delay", "gateway-error": "handled"},
		"order dropped without an answer":        {"swallowed-order": "swallow-orders", "swallowed-orders": "answer"},
		"request repeated on the way":            {"repeated-request": "deliver"},
		"questions":                              {"questions": "ask", "unknown-question": "ask", "stale-reply": "ask stale-reply", "lost-reply": "ask cut"},
		"200 that is a refusal":                  {"refused-in-200": "answer", "broken-bodies": "damage drip"},
		"executions twice or out of order":       {"disordered-fills": "copies reorder delay", "late-status": "delay"},
		"correction and bust":                    {"corrected-fill": "correct-fill", "busted-fill": "bust-fill"},
		"modify leaves two orders":               {"forked-modify": "cut fork-modify"},
		"execution of an unknown order":          {"unknown-fill": "remap-fills"},
		"bracket in part":                        {"bracket-reject": "reject-leg"},
		"positions cached":                       {"stale-positions": "stale-positions", "stale-answers": "stale"},
		"false-empty lists":                      {"false-empty": "empty"},
		"position changed by others":             {"external-trade": "external-order", "liquidation": "liquidate", "split": "adjust-position"},
		"429 and penalty box":                    {"too-many-requests": "answer", "penalty-box": "pacing penalty-box"},
		"clock skew":                             {"clock-skew": "clock-skew answer"},
		"gateway restart":                        {"restart": "restart no-bridge"},
		"market data flaps":                      {"flapping-data": "no-data"},
		"limit of working orders":                {"order-limit": "order-limit"},
		"orders of earlier sessions not visible": {"hidden-orders": "restart hide-orders"},
		"late trades and commission":             {"late-trades": "late-trades late-commission"},
		"rejected after acceptance":              {"late-reject": "reject-later"},
		"order held by a prompt":                 {"order-prompt": "prompt"},
		"account read-only":                      {"read-only": "read-only"},
		"halt and gap":                           {"trading-halt": "gap halt"},
		"latency":                                {"slow-network": "delay delay_answer"},
		"all of it":                              {"everything": "delay cut answer handled damage empty stale drop copies reorder kill close silence ask"},
	} {
		for name, want := range names {
			s, err := scenario.Named(name)
			if err != nil {
				t.Errorf("%s: %v", fault, err)
				continue
			}
			got := contents(s)
			for _, word := range strings.Fields(want) {
				if !slices.Contains(got, word) {
					t.Errorf("%s: %s has no %s, only %v", fault, name, word, got)
				}
			}
		}
	}
}

// contents are the effects and events of a scenario.
func contents(s scenario.Scenario) []string {
	var words []string
	for _, v := range s.Events {
		words = append(words, string(v.Do))
	}
	for _, r := range s.Rules {
		for word, is := range map[string]bool{
			"cut": r.Cut != "", "answer": r.Answer != nil, "handled": r.Handled, "empty": r.Empty != "", "stale": r.Stale,
			"deliver": r.Deliver > 0, "delay": !r.Delay.IsZero(), "delay_answer": !r.DelayAnswer.IsZero(),
			"damage": r.Damage != "", "drip": r.Drip.Bytes > 0, "drop": r.Drop, "copies": r.Copies > 0,
			"reorder": r.Reorder > 0, "kill": r.Kill, "close": r.Close > 0, "silence": r.Silence,
		} {
			if is {
				words = append(words, word)
			}
		}
	}
	return words
}

// The table of kinds, which the documentation prints, is whole.
func TestKindsHaveGroups(t *testing.T) {
	groups := []scenario.Group{scenario.SessionGroup, scenario.OutageGroup, scenario.SocketGroup, scenario.MarketGroup,
		scenario.OrderGroup, scenario.FillGroup, scenario.PositionGroup, scenario.PacingGroup}
	seen := map[scenario.Kind]bool{}
	for _, k := range scenario.Kinds() {
		if seen[k.Kind] || k.About == "" || !slices.Contains(groups, k.Group) {
			t.Errorf("row %+v", k)
		}
		seen[k.Kind] = true
	}
}

// endpoints are those that the ready-made scenarios are about.
var endpoints = []string{
	"GET /iserver/account/orders", "GET /iserver/account/trades", "GET /portfolio/{accountId}/positions/{pageId}",
	"GET /portfolio2/{accountId}/positions", "GET /portfolio/accounts", "GET /iserver/accounts",
	"GET /iserver/account/{accountId}/summary", "POST /iserver/auth/ssodh/init",
	"GET /tickle", "POST /tickle", scenario.PlaceOrder, "POST /iserver/account/{accountId}/order/{orderId}",
	"DELETE /iserver/account/{accountId}/order/{orderId}", "POST /iserver/reply/{replyId}",
}
