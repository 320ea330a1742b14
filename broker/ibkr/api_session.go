package ibkr

import (
	"context"
	"net/http"
)

// Paths of the Web API, below /v1/api.
const (
	pathInit              = "/iserver/auth/ssodh/init"
	pathStatus            = "/iserver/auth/status"
	pathTickle            = "/tickle"
	pathLogout            = "/logout"
	pathValidate          = "/sso/validate"
	pathAccounts          = "/iserver/accounts"
	pathSwitch            = "/iserver/account"
	pathSuppress          = "/iserver/questions/suppress"
	pathPlace             = "/iserver/account/{account}/orders"
	pathOrder             = "/iserver/account/{account}/order/{id}"
	pathReply             = "/iserver/reply/{id}"
	pathOrderStatus       = "/iserver/account/order/status/{id}"
	pathOrders            = "/iserver/account/orders"
	pathTrades            = "/iserver/account/trades"
	pathAccountSummary    = "/iserver/account/{account}/summary"
	pathPortfolioAccounts = "/portfolio/accounts"
	pathPositions         = "/portfolio/{account}/positions/{id}"
	pathInvalidate        = "/portfolio/{account}/positions/invalidate"
	pathLedger            = "/portfolio/{account}/ledger"
	pathStocks            = "/trsrv/stocks"
	pathSearch            = "/iserver/secdef/search"
	pathRules             = "/iserver/contract/{id}/info-and-rules"
	pathSnapshot          = "/iserver/marketdata/snapshot"
	pathUnsubscribe       = "/iserver/marketdata/unsubscribe"
)

// maxSuppressed is how many message ids one suppression may hold.
const maxSuppressed = 51

// AuthStatus is how the brokerage session stands.
type AuthStatus struct {
	Authenticated FlexBool   `json:"authenticated"`
	Established   *FlexBool  `json:"established"` // nil: an older server, or not said
	Competing     FlexBool   `json:"competing"`
	Connected     FlexBool   `json:"connected"`
	Message       FlexString `json:"message"`
	Fail          FlexString `json:"fail"`
}

// Up says that the brokerage session can be used. A server that does not
// speak of "established" has it.
func (s *AuthStatus) Up() bool {
	return bool(s.Authenticated) && (s.Established == nil || bool(*s.Established))
}

// why is the server's explanation, if it gave one.
func (s *AuthStatus) why() string {
	switch {
	case s.Fail != "":
		return string(s.Fail)
	case s.Message != "":
		return string(s.Message)
	case bool(s.Competing):
		return "another login of this user holds the session"
	}
	return "not authenticated"
}

// InitSession asks for the brokerage session (POST /iserver/auth/ssodh/init).
// compete throws another login of the same user out. A good answer whose Up is
// false is a failure or a session still coming up.
func (c *Client) InitSession(ctx context.Context, compete bool) (AuthStatus, error) {
	var s AuthStatus
	body := struct {
		Publish bool `json:"publish"`
		Compete bool `json:"compete"`
	}{true, compete}
	r := request{method: http.MethodPost, pattern: pathInit, body: body}
	answer, err := c.once(ctx, r)
	if err != nil {
		return s, err
	}
	return s, decode(&r, answer, &s)
}

// AuthStatus asks how the session stands (POST /iserver/auth/status).
func (c *Client) AuthStatus(ctx context.Context) (s AuthStatus, err error) {
	err = c.read(ctx, request{method: http.MethodPost, pattern: pathStatus}, &s)
	return s, err
}

// Tickle is the answer of POST /tickle. Session is a credential.
type Tickle struct {
	Session   FlexString `json:"session"`
	Collision FlexBool   `json:"collission"` // IBKR's spelling
	IServer   struct {
		AuthStatus AuthStatus `json:"authStatus"`
	} `json:"iserver"`
}

// Tickle keeps the session alive and tells the session id for the stream. It
// is not repeated.
func (c *Client) Tickle(ctx context.Context) (t Tickle, err error) {
	r := request{method: http.MethodPost, pattern: pathTickle}
	body, err := c.once(ctx, r)
	if err != nil {
		return t, err
	}
	return t, decode(&r, body, &t)
}

// Logout ends the brokerage session and the login (POST /logout).
func (c *Client) Logout(ctx context.Context) error {
	_, err := c.once(ctx, request{method: http.MethodPost, pattern: pathLogout})
	return err
}

// Login is the browser login behind the gateway (GET /sso/validate).
type Login struct {
	Valid     FlexBool   `json:"RESULT"`
	UserName  FlexString `json:"USER_NAME"`
	ExpiresMs FlexInt    `json:"EXPIRES"`
	LoginType FlexInt    `json:"LOGIN_TYPE"` // 1 live, 2 paper
}

// Validate asks for the login. At most once a minute.
func (c *Client) Validate(ctx context.Context) (l Login, err error) {
	err = c.read(ctx, request{method: http.MethodGet, pattern: pathValidate}, &l)
	return l, err
}

// Accounts is the answer of GET /iserver/accounts.
type Accounts struct {
	Accounts []FlexString `json:"accounts"` // may hold "All"
	Selected FlexString   `json:"selectedAccount"`
	IsPaper  *FlexBool    `json:"isPaper"` // nil: not said
}

// Accounts lists the accounts of the user. Orders and snapshots need it to
// have been asked first.
func (c *Client) Accounts(ctx context.Context) (a Accounts, err error) {
	err = c.read(ctx, request{method: http.MethodGet, pattern: pathAccounts}, &a)
	return a, err
}

// SwitchAccount makes the client's account the selected one (POST /iserver/account).
func (c *Client) SwitchAccount(ctx context.Context) error {
	body := struct {
		Account string `json:"acctId"`
	}{c.account}
	return c.read(ctx, request{method: http.MethodPost, pattern: pathSwitch, body: body}, nil)
}

// SuppressQuestions tells IBKR not to ask the given questions in this session
// (POST /iserver/questions/suppress). The list replaces the one before.
func (c *Client) SuppressQuestions(ctx context.Context, ids []string) error {
	body := struct {
		IDs []string `json:"messageIds"`
	}{ids}
	return c.read(ctx, request{method: http.MethodPost, pattern: pathSuppress, body: body}, nil)
}
