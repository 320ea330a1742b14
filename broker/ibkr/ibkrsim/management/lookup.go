package management

import (
	_ "embed" // the enumerations
	"encoding/json"
	"fmt"
	"net/http"
	"slices"

	"gannet/broker/ibkr/ibkrsim/web"
)

// enumerationText has the enumerations by name: short extracts of what IBKR
// lists, and wire instructions of banks that do not exist.
//
//go:embed enumerations.json
var enumerationText []byte

// unknownEnumerations are those that IBKR has and the simulator does not.
var unknownEnumerations = []string{"employee-track", "edd-avt", "employee-plans", "questionnaires", "quiz-questions"}

func (o *Office) enumeration(r *web.Request) web.Reply {
	o.Advance(r.Now)
	name := r.Vars["enumerationType"]
	if slices.Contains(unknownEnumerations, name) {
		return absent("The enumeration " + name)
	}
	var all map[string][]map[string]any
	if err := json.Unmarshal(enumerationText, &all); err != nil {
		return failure(http.StatusInternalServerError, err.Error())
	}
	list, known := all[name]
	if !known {
		return malformed(argument{"enumerationType", invalid})
	}
	if wanted := r.Query.Get("currency"); wanted != "" {
		list = slices.DeleteFunc(list, func(row map[string]any) bool { return row["currency"] != nil && row["currency"] != wanted })
	}
	out := map[string]any{"enumerationsType": name, "jsonData": list}
	set(out, "formNumber", r.Query.Get("form-number"))
	return web.OK(out)
}

// brokers are some of those that take part in complex asset transfers.
var brokers = []string{"ADMIRAL MARKETS UK LTD", "DONNER & REUSCHEL", "EQUINITI", "V-BANK"}

func (o *Office) transferBrokers(r *web.Request) web.Reply {
	o.Advance(r.Now)
	if r.Query.Get("instructionType") != complexTransfer {
		return failure(http.StatusBadRequest, notPath)
	}
	return web.OK(map[string]any{"instructionType": complexTransfer, "brokers": brokers})
}

// participating is a bank that takes part in eDDA, Hong Kong's direct debits.
type participating struct {
	Name string `json:"institutionName"`
	Code string `json:"clearingCode"`
	BIC  string `json:"BIC"`
}

var eddaBanks = []participating{
	{"CITIBANK (HONG KONG) LIMITED", "250", "CITIHKAXXXX"},
	{"FUSION BANK LIMITED", "391", "IFFUHKHHXXX"},
	{"INDUSTRIAL AND COMMERCIAL BANK OF CHINA (ASIA) LIMITED", "072", "UBHKHKHHXXX"},
	{"WELAB BANK LIMITED", "390", "WEDIHKHHXXX"},
}

func (o *Office) participatingBanks(r *web.Request) web.Reply {
	o.Advance(r.Now)
	if r.Query.Get("type") != methodEDDA {
		return failure(http.StatusBadRequest, notPath)
	}
	return web.OK(map[string]any{"type": methodEDDA, "participatingBanks": eddaBanks})
}

// validUser says that a text can be a username: 6 to 20 lower case letters and
// digits, a letter first.
func validUser(name string) bool {
	for i, r := range name {
		if (r < 'a' || r > 'z') && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return len(name) >= 6 && len(name) <= 20
}

func (o *Office) usernameCheck(r *web.Request) web.Reply {
	o.Advance(r.Now)
	name := r.Vars["username"]
	valid := validUser(name)
	free := valid && !o.taken(name) && name != r.User
	suggested := []string{}
	if valid && !free {
		for i := 1; len(suggested) < 3; i++ {
			if other := fmt.Sprintf("%s%d", name[:min(len(name), 16)], i); !o.taken(other) {
				suggested = append(suggested, other)
			}
		}
	}
	return web.OK(map[string]any{"isValid": valid, "isAvailable": free, "suggestedUserName": suggested, "hasError": false})
}

// echo tells how a request was secured, and what it asked.
func echo(policy string) func(*Office, *web.Request) web.Reply {
	return func(o *Office, r *web.Request) web.Reply {
		o.Advance(r.Now)
		query := map[string]string{}
		for name := range r.Query {
			query[name] = r.Query.Get(name)
		}
		return web.OK(map[string]any{"requestMethod": r.Method, "securityPolicy": policy, "queryParameters": query})
	}
}
