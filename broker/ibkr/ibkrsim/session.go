package ibkrsim

import (
	"encoding/json"
	"fmt"

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

	muted      bool                      // a filtered list of orders silences sor
	fields     map[int64]map[string]bool // of snapshots, by conid
	suppressed map[string]bool           // message ids
	questions  map[string]*question      // by reply id
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

func (s *Server) newSessionID() string {
	return fmt.Sprintf("%016x%016x", s.ids.Uint64(), s.ids.Uint64())
}

// watchSession ends an idle session and tells the sockets when one is ready.
func (s *Server) watchSession(now market.Nanos) {
	if s.session.open && now-s.session.touched > idleTimeout {
		s.endSession(false)
	}
	if s.session.ready(now) && !s.session.announced {
		s.session.announced = true
		s.stream.broadcast(s.stsFrame(now))
	}
}

// endSession closes the brokerage session as a logout does.
func (s *Server) endSession(competing bool) {
	s.session.end(s.newSessionID(), competing)
	s.stream.unsubscribeAll()
	s.stream.broadcast(s.stsFrame(s.now()))
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

func (s *Server) status(now market.Nanos) authStatus {
	const mac = "00:00:5E:00:53:01"
	a := authStatus{Authenticated: s.session.open, Established: s.session.ready(now),
		Competing: s.session.competing, Connected: true, MAC: mac, HardwareInfo: "1bbe5a1d|" + mac}
	if s.session.open {
		name, version := "Sim01", serverVersion
		a.ServerInfo = serverInfo{&name, &version}
	}
	return a
}

func (s *Server) getStatus(r *web.Request) web.Reply {
	a := s.status(r.Now)
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
	if s.session.competing && !body.Compete {
		return web.OK(s.status(r.Now))
	}
	if !s.session.open {
		s.session.start(r.Now + market.Nanos(s.opt.Timing.Bridge))
	}
	s.watchSession(r.Now)
	return web.OK(s.status(r.Now))
}

func (s *Server) reauthenticate(r *web.Request) web.Reply {
	if !s.session.open && !s.session.competing {
		s.session.start(r.Now + market.Nanos(s.opt.Timing.Bridge))
	}
	return web.OK(map[string]string{"message": "triggered"})
}

func (s *Server) logout(*web.Request) web.Reply {
	s.endSession(false)
	return web.OK(map[string]bool{"status": true})
}

func (s *Server) tickle(r *web.Request) web.Reply {
	return web.OK(map[string]any{
		"session": s.session.id, "ssoExpires": 585_695, "collission": false, "userId": 99_996_016,
		"hmds":    map[string]string{"error": "no bridge"},
		"iserver": map[string]any{"authStatus": s.status(r.Now)},
	})
}

func (s *Server) ssoValidate(r *web.Request) web.Reply {
	features := map[string]any{"env": "PROD", "wlms": true, "realtime": true, "bond": true,
		"optionChains": true, "calendar": true, "newMf": true}
	return web.OK(map[string]any{
		"USER_ID": 99_996_016, "USER_NAME": simUser, "RESULT": true,
		"AUTH_TIME": web.Millis(s.session.touched), "SF_ENABLED": false, "IS_FREE_TRIAL": false,
		"CREDENTIAL": simUser, "IP": "127.0.0.1", "EXPIRES": 585_695, "QUALIFIED_FOR_MOBILE_AUTH": nil,
		"LANDING_APP": "UNIVERSAL", "IS_MASTER": false, "lastAccessed": web.Millis(r.Now),
		"LOGIN_TYPE": 2, "PAPER_USER_NAME": simUser, "features": features, "region": "NJ",
	})
}

// simUser is the name of the only user.
const simUser = "simuser"

// Logout ends the brokerage session from outside, as a nightly reset does:
// /iserver answers "no bridge" until the next ssodh/init. Sockets stay open.
func (s *Server) Logout() {
	s.locked(func(market.Nanos) { s.endSession(false) })
}

// Compete has somebody else log in with the same user. The session is lost
// until an ssodh/init with compete:true takes it back.
func (s *Server) Compete() {
	s.locked(func(market.Nanos) { s.endSession(true) })
}
