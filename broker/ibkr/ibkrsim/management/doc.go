// Package management is the account management side of the simulator: what
// IBKR serves under /gw/api/v1 to advisors and brokers. Cash and positions are
// moved by instructions that are queued, polled and sometimes rejected;
// accounts are applied for, reviewed and changed; statements, confirmations and
// tax forms are made of the accounts' history.
//
//	office, err := management.New(management.Config{Seed: 7, Ledger: ledger, Store: store})
//	route, vars := management.Routes.Find("POST", "/external-cash-transfers")
//	reply := route.Handle(office, &web.Request{User: "advisor", Body: body, Vars: vars, Now: now})
//
// The server verifies who calls and whether the caller's token has one of the
// Scopes of the operation. Every POST and PATCH is a signed JWT (RFC 7519): the
// server verifies it, too, and hands over its claims as the body; the claims
// iss, exp and iat are passed by. A server that verifies nothing hands over a
// plain JSON body in the same way.
//
// An Office has no clock, no goroutine and no lock. Whatever is due happens in
// Advance, which every handler calls first; Due says when Advance has something
// to do. An instruction that is due moves cash or positions exactly once: its
// new status goes to the Store in the same call in which it moves them, so a
// store that keeps both or neither keeps that promise over a crash.
//
// Not simulated, and answered with 501:
//
//   - POST /sso-sessions and /sso-browser-sessions are not here: they are logins,
//     which are the server's.
//   - GET /accounts/{accountId}/kyc: a page of another company (Au10tix) that
//     looks at identity documents through a camera.
//   - GET /enumerations/... for employee-track, edd-avt, employee-plans,
//     questionnaires and quiz-questions: IBKR's own texts, which are not public.
//   - Deposits with the method OPEN_BANKING: the customer logs in to a bank at
//     another company (Plaid).
//   - PATCH /accounts with kinds of requests that change nothing that the
//     simulator has, such as changeBaseCurrency or updateBcan.
//
// It does not promise the texts and error codes that IBKR does not document:
// those are the simulator's own. Pre-trade restrictions are kept but do not bind
// orders. Maintenance hours are not kept. The contents of an ACATS or ATON
// transfer are at the other broker, which is not simulated: such a transfer is
// processed and brings nothing. Micro deposits of an ACH instruction are told by
// MicroDeposits only.
package management
