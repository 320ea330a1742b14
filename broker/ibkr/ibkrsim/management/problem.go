package management

import (
	"net/http"

	"gannet/broker/ibkr/ibkrsim/web"
)

// problem is an error as RFC 7807 has it, with IBKR's additions.
type problem struct {
	Type    string           `json:"type"`
	Title   string           `json:"title"`
	Status  int              `json:"status"`
	Detail  string           `json:"detail,omitempty"`
	Invalid []argument       `json:"invalidArguments,omitempty"`
	Set     *int64           `json:"instructionSetId,omitempty"`
	Result  *instructionView `json:"instructionResult,omitempty"`
}

// argument is a field of a request that is wrong.
type argument struct {
	Field       string `json:"field"`
	Description string `json:"description"`
}

const (
	simple      = "/simple"
	missing     = "Missing required parameter"
	invalid     = "Invalid or Missing required parameter"
	notInput    = "Input is not a JSON Object or doesn't contain all expected fields"
	notPath     = "Request path does not contain all expected fields, please consult provided documentation, escalate to IB contact if issue persists"
	notBusiness = "Funds & Banking: Server cannot process your request because it contains invalid data"
)

func (p *problem) reply() web.Reply {
	return web.Reply{Status: p.Status, Body: p, ContentType: "application/problem+json"}
}

func failure(status int, detail string) web.Reply {
	p := problem{Type: simple, Title: http.StatusText(status), Status: status, Detail: detail}
	return p.reply()
}

// malformed is the answer to a body with fields that are missing or wrong.
func malformed(fields ...argument) web.Reply {
	p := problem{Type: "/invalid-argument", Title: "Bad Request", Status: http.StatusBadRequest, Detail: notInput, Invalid: fields}
	return p.reply()
}

// absent is the answer to what is not simulated.
func absent(what string) web.Reply {
	return failure(http.StatusNotImplemented, what+" is not simulated")
}

func forbidden(account string) web.Reply {
	return failure(http.StatusForbidden, "Permission denied for account "+account)
}
