package main

// file is one file of output: the schemas that it begins with, and all that
// they need and no file before it has.
type file struct {
	name  string
	roots []string
}

// plan is the output, in order.
var plan = []file{
	{"mgmt_application_gen.go", []string{"ApplicationPayload", "ProcessDocumentsPayload"}},
	{"mgmt_update_gen.go", []string{"AccountManagementRequestsPayload"}},
	{"mgmt_accounts_gen.go", []string{
		"ProcessedApplication", "ApplicationReceipt", "AccountDetailsResponse", "Au10TixDetailResponse", "LoginMessageRequest", "LoginMessageResponse",
		"AccountStatusRequest", "AccountStatusBulkResponse", "AccountTasks", "RequestDetailsRequest", "RequestDetailsResponse",
		"RequestStatus", "FormFileResponse", "RequiredFormsRequest", "RequiredFormsResponse", "EnumerationResponse", "UserNameAvailableResponse",
		"GetBrokerListResponse", "GetParticipatingListResponse", "EchoResponse",
		"VerifyRequest", "CSVResponse", "CreateSessionRequest", "CreateSessionResponse", "CreateBrowserSessionRequest",
		"CreateBrowserSessionResponse", "TokenResponse",
	}},
	{"mgmt_banking_gen.go", []string{
		"AchInstruction", "TraditionalBankInstructionVerification", "DeleteBankInstruction", "PredefinedDestinationInstruction", "EddaInstruction",
		"QueryBankInstruction", "QueryRecentRecurringEvents", "QueryRecurringInstructions",
		"DepositFundsInstruction", "WithdrawFundsInstruction", "QueryWithdrawableFunds", "QueryIRAContributions",
		"InternalCashTransferInstruction", "InternalPositionTransferInstruction",
		"FopInstruction", "DwacInstruction", "ComplexAssetTransferInstruction", "ExternalPositionTransfer",
		"CancelInstruction", "QueryRecentInstructions", "QueryWithdrawableCashEquity", "InstructionResult",
	}},
	{"mgmt_reports_gen.go", []string{
		"StmtRequest", "TaxFormRequest", "TradeConfirmationRequest", "GetStatementsResponse", "GetAvailableStmtDatesResponse",
		"GetAvailableTaxFormsResponse", "GetAvailableTradeConfirmationDatesResponse",
	}},
}

// unions are types for answers that are one of several schemas, and of which
// the fields do not contradict each other.
var unions = map[string][]string{
	"ProcessedApplication": {"FileDetailsResponse", "ResponseFileResponse"},
	"ApplicationReceipt":   {"StatusResponse", "RequestInfoResponse"},
	"AccountTasks":         {"RegistrationTasksResponse", "PendingTasksResponse"},
	"RequestStatus":        {"AmRequestStatusResponse", "StatusResponse"},
	"InstructionResult": {
		"InstructionErrorResult", "PollingInstructionResult", "QueryBankInstructionResult", "QueryRecentRecurringEventResult",
		"QueryRecurringInstructionsResult", "QueryWithdrawableAmountsInstructionResult",
		"QueryWithdrawableAmountsWithoutOriginHoldResult", "QueryWithdrawableCashEquityResult", "QueryIRAContributionsResult",
		"QueryRecentInstructionResult", "DepositFundsPollingResult",
	},
}

// missing are fields that the document's own examples have and its schemas lack.
var missing = map[string]properties{
	"DepositFundsInstruction":        {{"fromAccountNumber", &schema{Type: "string"}}, {"isIRA", &schema{Type: "boolean"}}},
	"InstructionResult":              {{"code", &schema{Type: "string"}}},
	"InstructionResultContributions": {{"type", &schema{Type: "string"}}},
	"InstructionResultInstructionHistoryResult": {
		{"amount", &schema{Type: "number"}}, {"currency", &schema{Type: "string"}},
	},
}

// files are fields that hold whole files in base64, longer than any text.
var files = []string{"FilePayload.data", "FormPayload.data", "GetStatementsResponse.data.value", "VerifyRequest.payload"}

// raw are schemas of which the document says nothing that can be relied on:
// a list that it calls an object, an error that contains itself.
var raw = []string{"ArrayNode", "ErrorResponse"}

// renamed are types whose name in the document would say too little among all
// the others, or too much.
var renamed = map[string]string{
	"Account":                                    "ApplicationAccount",
	"AccountConfigurationType":                   "AccountLimits",
	"AccountDetailsResponse":                     "AccountDetails",
	"AccountManagementRequests":                  "AccountUpdates",
	"AccountManagementRequestsPayload":           "AccountUpdatePayload",
	"AccountStatusBulkResponse":                  "AccountStatuses",
	"AccountStatusRequest":                       "AccountStatusFilter",
	"AccountStatusResponse":                      "AccountStatus",
	"Address":                                    "PostalAddress",
	"Answer":                                     "QuestionnaireAnswer",
	"AnswerResponse":                             "QuestionAnswer",
	"Au10TixDetailResponse":                      "KYCLink",
	"CSVResponse":                                "RestrictionReceipt",
	"Details":                                    "QuestionnaireDetails",
	"Document":                                   "ApplicationDocument",
	"EchoResponse":                               "Echoed",
	"EnumerationResponse":                        "Enumeration",
	"FormFileResponse":                           "FormList",
	"GetAvailableStmtDatesResponse":              "StatementDates",
	"GetAvailableTaxFormsResponse":               "TaxDocumentForms",
	"GetAvailableTradeConfirmationDatesResponse": "TradeConfirmationDates",
	"GetBrokerListResponse":                      "BrokerList",
	"GetParticipatingListResponse":               "BankList",
	"GetStatementsResponse":                      "Report",
	"LoginMessageRequest":                        "LoginMessageFilter",
	"LoginMessageResponse":                       "LoginMessages",
	"RequestDetailsRequest":                      "RequestFilter",
	"RequestDetailsResponse":                     "RequestList",
	"RequiredFormsRequest":                       "RequiredFormsFilter",
	"RequiredFormsResponse":                      "RequiredForms",
	"Service":                                    "SubscribedService",
	"StmtRequest":                                "StatementRequest",
	"TaxFormRequest":                             "TaxDocumentRequest",
	"TaxFormType":                                "TaxForm",
	"Task":                                       "FormTask",
	"Title":                                      "ApplicantTitle",
	"TokenResponse":                              "BearerToken",
	"User":                                       "ApplicationUser",
	"UserNameAvailableResponse":                  "UsernameCheck",
	"VerifyRequest":                              "RestrictionRequest",
	"CreateSessionRequest":                       "SSOSessionRequest",
	"CreateSessionResponse":                      "SSOSession",
	"CreateBrowserSessionRequest":                "BrowserSessionRequest",
	"CreateBrowserSessionResponse":               "BrowserSession",
}
