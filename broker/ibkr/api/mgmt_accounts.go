package api

import (
	"context"
	"net/http"
	"strconv"

	"gannet/broker/ibkr"
)

// Applications is the opening and changing of accounts. Its requests are signed.
type Applications struct{ m management }

var opApplicationsCreate = registerSigned(Op{
	Group: "Applications", Name: "Create", Method: http.MethodPost, Path: "/accounts", Urgency: ibkr.Write,
}, typeJWT)

// Create submits an application and so opens an account. IBKR answers with
// what it made of it, or with 202 and a request id to look up by
// Maintenance.RequestStatus. Scope accounts.write. POST /accounts.
func (a Applications) Create(ctx context.Context, in ApplicationPayload) (ApplicationReceipt, error) {
	out, _, err := signed[ApplicationReceipt](ctx, a.m, opApplicationsCreate, in)
	return out, err
}

var opApplicationsUpdate = registerSigned(Op{
	Group: "Applications", Name: "Update", Method: http.MethodPatch, Path: "/accounts", Urgency: ibkr.Write,
}, typeJWT)

// Update changes an account: each field of AccountUpdates is one kind of
// change. Scope accounts.write. PATCH /accounts.
func (a Applications) Update(ctx context.Context, in AccountUpdatePayload) (ApplicationReceipt, error) {
	out, _, err := signed[ApplicationReceipt](ctx, a.m, opApplicationsUpdate, in)
	return out, err
}

var opApplicationsDocuments = registerSigned(Op{
	Group: "Applications", Name: "SubmitDocuments", Method: http.MethodPost, Path: "/accounts/documents", Urgency: ibkr.Write,
}, typeJWT)

// SubmitDocuments files agreements and disclosures for the applications of
// the day. Scope accounts.write. POST /accounts/documents.
func (a Applications) SubmitDocuments(ctx context.Context, in ProcessDocumentsPayload) (ApplicationReceipt, error) {
	out, _, err := signed[ApplicationReceipt](ctx, a.m, opApplicationsDocuments, in)
	return out, err
}

var opApplicationsProcessed = registerManaged(Op{Group: "Applications", Name: "Processed", Method: http.MethodGet, Path: "/accounts"})

// Processed is what became of the application of an account that was opened
// through the API, by one of its two ids; the other is "". It is no list of
// accounts: that is Maintenance.Statuses. Scope accounts.read. GET /accounts.
func (a Applications) Processed(ctx context.Context, account, externalID string) (ProcessedApplication, error) {
	return do[ProcessedApplication](ctx, a.m.c, opApplicationsProcessed, args{query: given("accountId", account, "externalId", externalID)})
}

// Maintenance is the state of accounts and of requests about them. All of it
// is scope accounts.read.
type Maintenance struct{ c Caller }

var opStatuses = registerManaged(Op{Group: "Maintenance", Name: "Statuses", Method: http.MethodGet, Path: "/accounts/status"})

// Statuses lists the accounts opened in a span of days, at most 1000 a page.
// GET /accounts/status.
func (m Maintenance) Statuses(ctx context.Context, filter AccountStatusFilter) (AccountStatuses, error) {
	return filtered[AccountStatuses](ctx, m.c, opStatuses, filter)
}

var opAccountStatus = registerManaged(Op{Group: "Maintenance", Name: "Status", Method: http.MethodGet, Path: "/accounts/{accountId}/status"})

// Status is the state of one account. Its letters are O open, P pending, N
// new, A abandoned, C closed; Description says them in words.
// GET /accounts/{accountId}/status.
func (m Maintenance) Status(ctx context.Context, account string) (AccountStatus, error) {
	return do[AccountStatus](ctx, m.c, opAccountStatus, args{params: map[string]string{"accountId": account}})
}

var opDetails = registerManaged(Op{Group: "Maintenance", Name: "Details", Method: http.MethodGet, Path: "/accounts/{accountId}/details"})

// Details is all that IBKR has on an account and on whom it belongs to.
// GET /accounts/{accountId}/details.
func (m Maintenance) Details(ctx context.Context, account string) (AccountDetails, error) {
	return do[AccountDetails](ctx, m.c, opDetails, args{params: map[string]string{"accountId": account}})
}

var opLoginMessages = registerManaged(Op{Group: "Maintenance", Name: "LoginMessages", Method: http.MethodGet, Path: "/accounts/login-messages"})

// LoginMessages lists what accounts still have to confirm at their next login.
// GET /accounts/login-messages.
func (m Maintenance) LoginMessages(ctx context.Context, filter LoginMessageFilter) (LoginMessages, error) {
	return filtered[LoginMessages](ctx, m.c, opLoginMessages, filter)
}

var opAccountLoginMessages = registerManaged(Op{
	Group: "Maintenance", Name: "AccountLoginMessages", Method: http.MethodGet, Path: "/accounts/{accountId}/login-messages",
})

// AccountLoginMessages is LoginMessages of one account, of one type or with
// "" of all. GET /accounts/{accountId}/login-messages.
func (m Maintenance) AccountLoginMessages(ctx context.Context, account, messageType string) (LoginMessages, error) {
	return do[LoginMessages](ctx, m.c, opAccountLoginMessages, args{
		params: map[string]string{"accountId": account}, query: given("type", messageType),
	})
}

var opKYC = registerManaged(Op{Group: "Maintenance", Name: "KYC", Method: http.MethodGet, Path: "/accounts/{accountId}/kyc"})

// KYC makes the address at which a customer proves who they are (Au10tix).
// GET /accounts/{accountId}/kyc.
func (m Maintenance) KYC(ctx context.Context, account string) (KYCLink, error) {
	return do[KYCLink](ctx, m.c, opKYC, args{params: map[string]string{"accountId": account}})
}

// Kinds of tasks.
const (
	RegistrationTasks = "registration" // what opening the account took; the default
	PendingTasks      = "pending"      // what is still open
)

var opTasks = registerManaged(Op{Group: "Maintenance", Name: "Tasks", Method: http.MethodGet, Path: "/accounts/{accountId}/tasks"})

// Tasks lists an account's tasks of a kind; "" is RegistrationTasks. The
// answer has the list of that kind. GET /accounts/{accountId}/tasks.
func (m Maintenance) Tasks(ctx context.Context, account, kind string) (AccountTasks, error) {
	return do[AccountTasks](ctx, m.c, opTasks, args{params: map[string]string{"accountId": account}, query: given("type", kind)})
}

var opRequests = registerManaged(Op{Group: "Maintenance", Name: "Requests", Method: http.MethodGet, Path: "/requests"})

// Requests lists the requests of a span of days, at most 1000 a page.
// GET /requests.
func (m Maintenance) Requests(ctx context.Context, filter RequestFilter) (RequestList, error) {
	return filtered[RequestList](ctx, m.c, opRequests, filter)
}

// What Maintenance.RequestStatus tells.
const (
	RequestResponse = "response" // what the request was answered with
	RequestUpdate   = "update"   // how it stands
)

var opRequestStatus = registerManaged(Op{
	Group: "Maintenance", Name: "RequestStatus", Method: http.MethodGet, Path: "/requests/{requestId}/status",
})

// RequestStatus is the state of a request, RequestResponse or RequestUpdate.
// GET /requests/{requestId}/status.
func (m Maintenance) RequestStatus(ctx context.Context, request int64, what string) (RequestStatus, error) {
	return do[RequestStatus](ctx, m.c, opRequestStatus, args{
		params: map[string]string{"requestId": strconv.FormatInt(request, 10)}, query: given("type", what),
	})
}
