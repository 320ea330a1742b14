package management

import (
	"gannet/broker/ibkr/ibkrsim/web"
)

func get(pattern string, handle func(*Office, *web.Request) web.Reply) web.Route[*Office] {
	return web.Route[*Office]{Methods: "GET", Pattern: pattern, Handle: handle}
}

func post(pattern string, handle func(*Office, *web.Request) web.Reply) web.Route[*Office] {
	return web.Route[*Office]{Methods: "POST", Pattern: pattern, Handle: handle}
}

// Prefix is what comes before the patterns of Routes.
const Prefix = "/gw/api/v1"

// Routes are the operations of account management, below Prefix.
var Routes = web.NewRoutes(
	get("/accounts", (*Office).processed),
	post("/accounts", (*Office).apply),
	web.Route[*Office]{Methods: "PATCH", Pattern: "/accounts", Handle: (*Office).patch},
	post("/accounts/documents", (*Office).agreements),
	get("/accounts/login-messages", (*Office).allMessages),
	get("/accounts/status", (*Office).statuses),
	get("/accounts/{accountId}/details", forAccount(details)),
	get("/accounts/{accountId}/kyc", forAccount(func(*Office, *account, *web.Request) web.Reply { return absent("Au10tix") })),
	get("/accounts/{accountId}/login-messages", forAccount(loginMessages)),
	get("/accounts/{accountId}/status", forAccount(status)),
	get("/accounts/{accountId}/tasks", forAccount(tasks)),

	post("/balances/query", single(queryEquity)),
	post("/bank-instructions", single(ach, verification, deleteBank, predefined, edda)),
	post("/bank-instructions:bulk", bulk(ach, verification, deleteBank, predefined, edda)),
	post("/bank-instructions/query", single(queryBank, queryRecurrences, queryRecurring)),
	get("/client-instructions/{clientInstructionId}", (*Office).byClientID),
	post("/external-asset-transfers", single(dwac, fop, complexTransfer, externalPosition)),
	post("/external-asset-transfers:bulk", bulk(dwac, fop, complexTransfer, externalPosition)),
	post("/external-cash-transfers", single(deposit, withdrawal)),
	post("/external-cash-transfers:bulk", bulk(deposit, withdrawal)),
	post("/external-cash-transfers/query", single(queryFunds, queryIRA)),
	get("/instruction-sets/{instructionSetId}", (*Office).bySetID),
	post("/instructions/cancel", single(cancel)),
	post("/instructions/cancel:bulk", bulk(cancel)),
	post("/instructions/query", single(queryRecent)),
	get("/instructions/{instructionId}", (*Office).byID),
	post("/internal-asset-transfers", single(internalPosition)),
	post("/internal-asset-transfers:bulk", bulk(internalPosition)),
	post("/internal-cash-transfers", single(internalCash)),
	post("/internal-cash-transfers:bulk", bulk(internalCash)),

	get("/echo/https", echo("HTTPS")),
	post("/echo/signed-jwt", echo("SIGNED_JWT")),
	get("/enumerations/complex-asset-transfer", (*Office).transferBrokers),
	get("/enumerations/{enumerationType}", (*Office).enumeration),
	get("/forms", (*Office).listForms),
	get("/forms/required-forms", (*Office).requiredForms),
	get("/participating-banks", (*Office).participatingBanks),
	get("/requests", (*Office).listRequests),
	get("/requests/{requestId}/status", (*Office).requestStatus),
	post("/restrictions", (*Office).applyRules),
	post("/restrictions/verify", (*Office).verifyRules),
	get("/validations/usernames/{username}", (*Office).usernameCheck),

	post("/statements", (*Office).statement),
	get("/statements/available", (*Office).availableStatements),
	post("/tax-documents", (*Office).taxDocument),
	get("/tax-documents/available", (*Office).availableTaxDocuments),
	post("/trade-confirmations", (*Office).confirmations),
	get("/trade-confirmations/available", (*Office).availableConfirmations),
)

// Scopes are the OAuth 2.0 scopes of each operation, of which a caller needs
// one, by "POST /accounts" (IBKR's OpenAPI document names them).
var Scopes = map[string][]string{
	"GET /accounts":                            {"accounts.read"},
	"POST /accounts":                           {"accounts.write"},
	"PATCH /accounts":                          {"accounts.write"},
	"POST /accounts/documents":                 {"accounts.write"},
	"GET /accounts/login-messages":             {"accounts.read"},
	"GET /accounts/status":                     {"accounts.read"},
	"GET /accounts/{accountId}/details":        {"accounts.read"},
	"GET /accounts/{accountId}/kyc":            {"accounts.read"},
	"GET /accounts/{accountId}/login-messages": {"accounts.read"},
	"GET /accounts/{accountId}/status":         {"accounts.read"},
	"GET /accounts/{accountId}/tasks":          {"accounts.read"},

	"POST /balances/query":                           {"balances.read"},
	"POST /bank-instructions":                        {"bank-instructions.write"},
	"POST /bank-instructions:bulk":                   {"bank-instructions.write"},
	"POST /bank-instructions/query":                  {"bank-instructions.read"},
	"GET /client-instructions/{clientInstructionId}": {"instructions.read"},
	"POST /external-asset-transfers":                 {"transfers.write"},
	"POST /external-asset-transfers:bulk":            {"transfers.write"},
	"POST /external-cash-transfers":                  {"transfers.write"},
	"POST /external-cash-transfers:bulk":             {"transfers.write"},
	"POST /external-cash-transfers/query":            {"transfers.read"},
	"GET /instruction-sets/{instructionSetId}":       {"instructions.read"},
	"POST /instructions/cancel":                      {"instructions.write"},
	"POST /instructions/cancel:bulk":                 {"instructions.write"},
	"POST /instructions/query":                       {"instructions.read"},
	"GET /instructions/{instructionId}":              {"instructions.read"},
	"POST /internal-asset-transfers":                 {"transfers.write"},
	"POST /internal-asset-transfers:bulk":            {"transfers.write"},
	"POST /internal-cash-transfers":                  {"transfers.write"},
	"POST /internal-cash-transfers:bulk":             {"transfers.write"},

	"GET /echo/https":                          {"echo.read"},
	"POST /echo/signed-jwt":                    {"echo.write"},
	"GET /enumerations/complex-asset-transfer": {"enumerations.read"},
	"GET /enumerations/{enumerationType}":      {"accounts.read", "enumerations.read"},
	"GET /forms":                               {"accounts.read", "forms.read"},
	"GET /forms/required-forms":                {"accounts.read"},
	"GET /participating-banks":                 {"enumerations.read"},
	"GET /requests":                            {"accounts.read"},
	"GET /requests/{requestId}/status":         {"accounts.read"},
	"POST /restrictions":                       {"restrictions.write"},
	"POST /restrictions/verify":                {"restrictions.write"},
	"GET /validations/usernames/{username}":    {"accounts.read", "validations.read"},

	"POST /statements":                   {"statements.read", "statements.write", "reports.write"},
	"GET /statements/available":          {"statements.read", "reports.read"},
	"POST /tax-documents":                {"statements.write", "reports.write"},
	"GET /tax-documents/available":       {"statements.read", "reports.read"},
	"POST /trade-confirmations":          {"statements.write", "reports.write"},
	"GET /trade-confirmations/available": {"statements.read", "reports.read"},
}
