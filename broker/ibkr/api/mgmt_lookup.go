package api

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"gannet/broker/ibkr"
)

// FormGroup is the forms that applications need.
type FormGroup struct{ c Caller }

// FormFilter says which forms. What is left out does not restrict.
type FormFilter struct {
	Numbers    []int
	GetDocs    string
	From, To   string // days, 2026-01-31
	Language   string // such as en
	Projection string // PAYLOAD, DOCS or NONE, which is the default
}

var opForms = registerManaged(Op{Group: "Forms", Name: "List", Method: http.MethodGet, Path: "/forms"})

// List gives forms; with the projection PAYLOAD, or one number, their content,
// too. Scope accounts.read or forms.read. GET /forms.
func (f FormGroup) List(ctx context.Context, filter FormFilter) (FormList, error) {
	numbers := make([]string, len(filter.Numbers))
	for i, n := range filter.Numbers {
		numbers[i] = strconv.Itoa(n)
	}
	return do[FormList](ctx, f.c, opForms, args{query: given(
		"formNo", strings.Join(numbers, ","), "getDocs", filter.GetDocs, "fromDate", filter.From, "toDate", filter.To,
		"language", filter.Language, "projection", filter.Projection,
	)})
}

var opRequiredForms = registerManaged(Op{Group: "Forms", Name: "Required", Method: http.MethodGet, Path: "/forms/required-forms"})

// Required lists the forms that an application of this kind needs. Scope
// accounts.read. GET /forms/required-forms.
func (f FormGroup) Required(ctx context.Context, filter RequiredFormsFilter) (RequiredForms, error) {
	return filtered[RequiredForms](ctx, f.c, opRequiredForms, filter)
}

// Enumerations is the lists of values that requests take.
type Enumerations struct{ c Caller }

// EnumerationFilter narrows an enumeration. What is left out does not.
type EnumerationFilter struct {
	Currency   string
	IBEntity   string
	NonPro     string // market data status "non professional"
	FormNumber string
	Language   string // such as en
	Account    string
	Username   string
}

var opEnumerations = registerManaged(Op{Group: "Enumerations", Name: "Get", Method: http.MethodGet, Path: "/enumerations/{enumerationType}"})

// Get is a list by its name, such as exchange-bundles, business-and-occupation,
// fin-info-ranges, acats, aton, market-data or security-questions. What its
// JSONData holds depends on the name. Scope accounts.read or
// enumerations.read. GET /enumerations/{enumerationType}.
func (e Enumerations) Get(ctx context.Context, name string, filter EnumerationFilter) (Enumeration, error) {
	return do[Enumeration](ctx, e.c, opEnumerations, args{
		params: map[string]string{"enumerationType": name},
		query: given(
			"currency", filter.Currency, "ibEntity", filter.IBEntity, "mdStatusNonPro", filter.NonPro,
			"form-number", filter.FormNumber, "language", filter.Language, "accountId", filter.Account, "userName", filter.Username,
		),
	})
}

var opBrokers = registerManaged(Op{Group: "Enumerations", Name: "Brokers", Method: http.MethodGet, Path: "/enumerations/complex-asset-transfer"})

// Brokers lists the brokers that take part in transfers of a kind, such as
// COMPLEX_ASSET_TRANSFER. Scope enumerations.read.
// GET /enumerations/complex-asset-transfer.
func (e Enumerations) Brokers(ctx context.Context, instructionType string) (BrokerList, error) {
	return do[BrokerList](ctx, e.c, opBrokers, args{query: given("instructionType", instructionType)})
}

var opBanks = registerManaged(Op{Group: "Enumerations", Name: "ParticipatingBanks", Method: http.MethodGet, Path: "/participating-banks"})

// ParticipatingBanks lists the banks that take part in a way of payment, such
// as eDDA. Scope enumerations.read. GET /participating-banks.
func (e Enumerations) ParticipatingBanks(ctx context.Context, kind string) (BankList, error) {
	return do[BankList](ctx, e.c, opBanks, args{query: given("type", kind)})
}

// Validations is checks before an application.
type Validations struct{ c Caller }

var opUsername = registerManaged(Op{Group: "Validations", Name: "Username", Method: http.MethodGet, Path: "/validations/usernames/{username}"})

// Username says whether a user name is well formed and free, and what is like
// it if not. Scope accounts.read or validations.read.
// GET /validations/usernames/{username}.
func (v Validations) Username(ctx context.Context, username string) (UsernameCheck, error) {
	return do[UsernameCheck](ctx, v.c, opUsername, args{params: map[string]string{"username": username}})
}

// Echo is calls that change nothing, to try out the token and the key.
type Echo struct{ m management }

var opEchoHTTPS = registerManaged(Op{Group: "Echo", Name: "HTTPS", Method: http.MethodGet, Path: "/echo/https"})

// HTTPS tries out the bearer token. Scope echo.read. GET /echo/https.
func (e Echo) HTTPS(ctx context.Context) (Echoed, error) {
	return do[Echoed](ctx, e.m.c, opEchoHTTPS, args{})
}

var opEchoSigned = registerSigned(Op{
	Group: "Echo", Name: "SignedJWT", Method: http.MethodPost, Path: "/echo/signed-jwt", Urgency: ibkr.Read,
}, typeJWT)

// SignedJWT tries out the token and the key. Scope echo.write.
// POST /echo/signed-jwt.
func (e Echo) SignedJWT(ctx context.Context) (Echoed, error) {
	out, _, err := signed[Echoed](ctx, e.m, opEchoSigned, nil)
	return out, err
}
