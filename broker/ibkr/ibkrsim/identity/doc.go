// Package identity says who calls: the server's side of all ways to log in to
// IBKR's Web API. A Registry knows the users and what they registered, and
// turns a request into a Caller or into the refusal to answer with.
//
//	registry := identity.New(identity.Config{})
//	err := registry.AddUser(identity.User{Name: "alice", Password: "wonder", Paper: true})
//	caller, refused, ok := registry.Authenticate(request, body, now)
//	if !ok {
//		refused.Write(w)
//	}
//
// The ways, as IBKR's documentation names them:
//
//   - Client Portal Gateway: a login page, then a cookie or the address the
//     login came from. From loopback no login is needed unless
//     Config.NoAutoLogin is set.
//   - OAuth 1.0a (RFC 5849 with IBKR's live session token): requests carry an
//     HMAC-SHA256 made with a secret of both sides' Diffie-Hellman keys.
//   - OAuth 2.0 (RFC 6749, RFC 7523): a bearer token for account management,
//     and with it an SSO bearer token that acts for a user.
//   - SSO browser session: a URL that logs a browser in.
//
// Endpoints of its own (tokens, login pages) are served by Serve; Routes lists
// them. A Registry has no clock, lock or goroutine: the time is an argument,
// and one caller at a time uses it. All that requests make it remember is
// bounded: the oldest makes room.
//
// It does not open brokerage sessions, does not limit the rate of anything,
// and forgets all logins when the process ends, which a client sees as 401.
// Statuses and bodies of a refusal that IBKR does not document are this
// package's choice: all OAuth 1.0a texts but "invalid consumer" and "LST
// failed", the 401 of a gateway without a login, and which problem a bad
// assertion is.
package identity
