package ibkrsim

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"gannet/broker/ibkr/ibkrsim/brokerage"
	"gannet/broker/ibkr/ibkrsim/identity"
	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/market"
)

// idleTimeout ends a brokerage session that nobody has tickled.
const idleTimeout = 6 * market.Minute

// session is the brokerage session and what the API forgets with it. Orders
// are not part of it.
type session struct {
	id        string // 32 hex digits; the WebSocket's cookie
	open      bool   // ssodh/init has been called
	competing bool   // somebody else has taken it
	readyAt   market.Nanos
	announced bool // sockets know that it is ready
	touched   market.Nanos

	accounts, orders, trades, positions bool // have been asked for

	muted      bool                 // a filtered list of orders silences sor
	fields     map[int64]*watch     // of snapshots, by conid
	suppressed map[string]bool      // message ids
	questions  map[string]*question // by reply id
	found      map[int64]bool       // conids that a search by symbol has found
	farm       bool                 // hmds/auth/init has been called
}

// ready says that /iserver works.
func (s *session) ready(now market.Nanos) bool { return s.open && now >= s.readyAt }

// start opens the session: from readyAt on it works.
func (s *session) start(readyAt market.Nanos) {
	*s = session{id: s.id, touched: s.touched, open: true, readyAt: readyAt}
}

// end forgets the session and gives it a new id.
func (s *session) end(id string, competing bool) {
	*s = session{id: id, touched: s.touched, competing: competing}
}

// user is somebody with a login: one brokerage session at a time, however many
// clients there are.
type user struct {
	name     string
	id       int      // USER_ID
	accounts []string // that the user may see
	email    string
	dyn      bool // has to search for accounts
	selected string
	session  session
	delayed  bool         // has not subscribed to market data
	stuck    bool         // ssodh/init leads nowhere
	gone     bool         // nothing lets the user in
	spl      market.Nanos // the last look at the P&L
	splSent  string       // the last frame of it
}

// sees says that the user may see an account.
func (u *user) sees(account string) bool { return slices.Contains(u.accounts, account) }

// paper says that the user's accounts are paper accounts.
func (u *user) paper() bool { return strings.HasPrefix(u.accounts[0], "D") }

// user is who a request comes from.
func (s *Server) user(r *web.Request) *user { return s.users[r.User] }

// account is the account that the request's path names, or the selected one.
func (s *Server) account(r *web.Request) *brokerage.Account {
	if id, ok := r.Vars["accountId"]; ok {
		return s.house.Account(id)
	}
	return s.house.Account(s.user(r).selected)
}

func (s *Server) newSessionID() string {
	return fmt.Sprintf("%016x%016x", s.ids.Uint64(), s.ids.Uint64())
}

// watchSession ends an idle session and tells the sockets when one is ready.
func (s *Server) watchSession(u *user, now market.Nanos) {
	if u.session.open && now-u.session.touched > idleTimeout {
		s.endSession(u, false)
	}
	if u.session.ready(now) && !u.session.announced {
		u.session.announced = true
		s.stream.tell(u, s.stsFrame(u, now))
	}
}

// startSession opens the brokerage session: it works once the bridge is up.
func (s *Server) startSession(u *user, now market.Nanos) {
	u.session.start(now + market.Nanos(s.opt.Timing.Bridge))
	s.workspace.NewSession(u.name)
}

// endSession closes the brokerage session as a logout does.
func (s *Server) endSession(u *user, competing bool) {
	u.session.end(s.newSessionID(), competing)
	s.stream.unsubscribeAll(u)
	s.stream.tell(u, s.stsFrame(u, s.now()))
}

const serverVersion = "Build 10.44.1d, Mar 3, 2026 1:55:32 PM"

type serverInfo struct {
	ServerName    *string `json:"serverName"`
	ServerVersion *string `json:"serverVersion"`
}

// authStatus is the answer of auth/status; init and tickle leave Fail out.
type authStatus struct {
	Authenticated bool       `json:"authenticated"`
	Established   bool       `json:"established"`
	Competing     bool       `json:"competing"`
	Connected     bool       `json:"connected"`
	Message       string     `json:"message"`
	MAC           string     `json:"MAC"`
	ServerInfo    serverInfo `json:"serverInfo"`
	HardwareInfo  string     `json:"hardware_info"`
	Fail          *string    `json:"fail,omitempty"`
}

// authPassed is the answer of init over OAuth 1.0a while the session is not
// established yet.
type authPassed struct {
	Passed        bool   `json:"passed"`
	Authenticated bool   `json:"authenticated"`
	Established   bool   `json:"established"`
	Competing     bool   `json:"competing"`
	Connected     bool   `json:"connected"`
	HardwareInfo  string `json:"hardware_info"`
}

func (s *Server) status(u *user, now market.Nanos) authStatus {
	const mac = "00:00:5E:00:53:01"
	a := authStatus{Authenticated: u.session.open, Established: u.session.ready(now),
		Competing: u.session.competing, Connected: true, MAC: mac, HardwareInfo: "1bbe5a1d|" + mac}
	if u.session.open {
		name, version := "Sim01", serverVersion
		a.ServerInfo = serverInfo{&name, &version}
	}
	return a
}

func (s *Server) getStatus(r *web.Request) web.Reply {
	a := s.status(s.user(r), r.Now)
	a.Fail = new(string)
	return web.OK(a)
}

// initSession is POST iserver/auth/ssodh/init.
func (s *Server) initSession(r *web.Request) web.Reply {
	var body struct {
		Publish bool `json:"publish"`
		Compete bool `json:"compete"`
	}
	if len(r.Body) > 0 {
		if err := json.Unmarshal(r.Body, &body); err != nil {
			return web.Fail(400, web.BadBody)
		}
	}
	u := s.user(r)
	if u.session.competing && !body.Compete {
		return web.OK(s.status(u, r.Now))
	}
	if s.trouble.reset || u.stuck {
		return web.OK(s.status(u, r.Now))
	}
	if !u.session.open {
		s.startSession(u, r.Now)
	}
	s.watchSession(u, r.Now)
	now := s.status(u, r.Now)
	if r.Login == string(identity.OAuth1) && !now.Established {
		return web.OK(authPassed{true, now.Authenticated, false, now.Competing, now.Connected, now.HardwareInfo})
	}
	return web.OK(now)
}

func (s *Server) reauthenticate(r *web.Request) web.Reply {
	if u := s.user(r); !u.session.open && !u.session.competing && !u.stuck && !s.trouble.reset {
		s.startSession(u, r.Now)
	}
	return web.OK(map[string]string{"message": "triggered"})
}

func (s *Server) logout(r *web.Request) web.Reply {
	s.endSession(s.user(r), false)
	return web.OK(map[string]bool{"status": true})
}

func (s *Server) tickle(r *web.Request) web.Reply {
	u := s.user(r)
	out := map[string]any{
		"session": u.session.id, "hmds": map[string]string{"error": "no bridge"},
		"iserver": map[string]any{"authStatus": s.status(u, r.Now)},
	}
	if r.Login != string(identity.OAuth1) {
		out["ssoExpires"], out["collission"], out["userId"] = 585_695, false, u.id
	}
	return web.OK(out)
}

func (s *Server) ssoValidate(r *web.Request) web.Reply {
	u := s.user(r)
	features := map[string]any{"env": "PROD", "wlms": true, "realtime": true, "bond": true,
		"optionChains": true, "calendar": true, "newMf": true}
	return web.OK(map[string]any{
		"USER_ID": u.id, "USER_NAME": u.name, "RESULT": true,
		"AUTH_TIME": web.Millis(u.session.touched), "SF_ENABLED": false, "IS_FREE_TRIAL": false,
		"CREDENTIAL": u.name, "IP": "127.0.0.1", "EXPIRES": 585_695, "QUALIFIED_FOR_MOBILE_AUTH": nil,
		"LANDING_APP": "UNIVERSAL", "IS_MASTER": false, "lastAccessed": web.Millis(r.Now),
		"LOGIN_TYPE": 2, "PAPER_USER_NAME": u.name, "features": features, "region": "NJ",
	})
}
