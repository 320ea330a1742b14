package management

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"gannet/broker/ibkr/ibkrsim/web"
)

// ruleset are the pre-trade restrictions that a user applied, and the text that
// waits to be applied after its verification.
type ruleset struct {
	Waiting map[int64]string    `json:"waiting,omitempty"` // by request id
	Applied map[string][]string `json:"applied,omitempty"` // rules by name
}

const (
	maxWaiting = 100
	maxRules   = 1_000

	maxRuleText = 64 << 10
)

// ruleRequest is the body of both operations.
type ruleRequest struct {
	User    string `json:"userName"`
	ID      int64  `json:"-"`
	Payload string `json:"payload"`
}

func readRules(body []byte) (in ruleRequest, text string, wrong []argument) {
	var raw map[string]json.RawMessage
	if json.Unmarshal(body, &raw) != nil || raw == nil {
		return in, "", []argument{{"payload", notInput}}
	}
	// The id comes as a number and, in a JWT, as a text.
	in.ID = number64(strings.Trim(string(raw["requestId"]), `"`))
	if in.ID < 1 || in.ID > 1<<31-1 {
		wrong = append(wrong, argument{"requestId", invalid})
	}
	var ok bool
	if in.User, ok = textOf(raw["userName"]); !ok || in.User == "" || len(in.User) > 64 {
		wrong = append(wrong, argument{"userName", missing})
	}
	in.Payload, _ = textOf(raw["payload"])
	csv, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(in.Payload, "="))
	if err != nil || len(csv) == 0 || len(csv) > maxRuleText {
		wrong = append(wrong, argument{"payload", invalid})
	}
	return in, string(csv), wrong
}

// rulesOf reads the lines of a file of restrictions:
//
//	RESTR_ADD, NAME, RULE_BEGIN, rule_type=CLOSINGONLY, tif=GTC, RULE_END
func rulesOf(text string) (rules map[string][]string, removed []string, problem string) {
	rules = map[string][]string{}
	for line := range strings.Lines(text) {
		if strings.TrimSpace(line) == "" {
			continue
		}
		parts := strings.Split(line, ",")
		for i := range parts {
			parts[i] = strings.TrimSpace(parts[i])
		}
		if len(parts) < 2 || parts[1] == "" {
			return nil, nil, "Invalid CSV: Missing restriction name"
		}
		switch {
		case parts[0] == "RESTR_DELETE":
			removed = append(removed, parts[1])
			continue
		case parts[0] != "RESTR_ADD":
			return nil, nil, "Invalid CSV: Unknown command " + parts[0]
		case len(parts) < 3 || parts[2] != "RULE_BEGIN":
			return nil, nil, "Invalid CSV: Missing RULE_BEGIN"
		case parts[len(parts)-1] != "RULE_END":
			return nil, nil, "Invalid CSV: Missing RULE_END"
		}
		for _, rule := range parts[3 : len(parts)-1] {
			if name, value, ok := strings.Cut(rule, "="); !ok || name == "" || value == "" {
				return nil, nil, "Invalid CSV: Invalid rule parameter " + rule
			}
		}
		rules[parts[1]] = parts[3 : len(parts)-1]
	}
	if len(rules)+len(removed) == 0 {
		return nil, nil, "Invalid CSV: No restrictions"
	}
	return rules, removed, ""
}

func ruleReply(id int64, problem string) web.Reply {
	if problem == "" {
		return web.OK(map[string]any{"success": true, "requestId": id, "message": "OK"})
	}
	return web.OK(map[string]any{"success": false, "requestId": id, "message": problem})
}

func (o *Office) rulesFor(user string) *ruleset {
	if o.rules[user] == nil {
		o.rules[user] = &ruleset{Waiting: map[int64]string{}, Applied: map[string][]string{}}
	}
	s := o.rules[user]
	if s.Waiting == nil {
		s.Waiting = map[int64]string{}
	}
	if s.Applied == nil {
		s.Applied = map[string][]string{}
	}
	return s
}

// verifyRules checks a file of restrictions and keeps it for applyRules.
func (o *Office) verifyRules(r *web.Request) web.Reply {
	o.Advance(r.Now)
	in, text, wrong := readRules(r.Body)
	if wrong != nil {
		return malformed(wrong...)
	}
	_, _, problem := rulesOf(text)
	s := o.rulesFor(r.User)
	if problem == "" && len(s.Waiting) >= maxWaiting {
		problem = "Too many requests are verified and not applied"
	}
	if problem == "" {
		s.Waiting[in.ID] = text
		o.put(keptRules, r.User, s)
	}
	return ruleReply(in.ID, problem)
}

// applyRules applies a file that was verified under the same id.
func (o *Office) applyRules(r *web.Request) web.Reply {
	o.Advance(r.Now)
	in, text, wrong := readRules(r.Body)
	if wrong != nil {
		return malformed(wrong...)
	}
	s := o.rulesFor(r.User)
	if s.Waiting[in.ID] != text {
		return ruleReply(in.ID, "Request not previously verified")
	}
	rules, removed, problem := rulesOf(text)
	if problem == "" && len(s.Applied)+len(rules) > maxRules {
		problem = "Too many restrictions"
	}
	if problem != "" {
		return ruleReply(in.ID, problem)
	}
	for name, rule := range rules {
		s.Applied[name] = rule
	}
	for _, name := range removed {
		delete(s.Applied, name)
	}
	delete(s.Waiting, in.ID)
	o.put(keptRules, r.User, s)
	return ruleReply(in.ID, "")
}

// restrictionsOf are the restrictions that the account's manager applied.
func (o *Office) restrictionsOf(user string) []map[string]any {
	list := []map[string]any{}
	if s := o.rules[user]; s != nil {
		for i, name := range slices.Sorted(maps.Keys(s.Applied)) {
			list = append(list, map[string]any{"id": i + 1, "name": name, "byIB": false})
		}
	}
	return list
}
