package api

import (
	"context"
	"net/http"

	"gannet/broker/ibkr"
)

// Session is the operations that open, keep and end a session.
type Session struct{ c Caller }

// AuthStatus says how the brokerage session stands. Which fields are there
// depends on the kind of login.
type AuthStatus struct {
	Authenticated Bool           `json:"authenticated,omitzero"`
	Established   Bool           `json:"established,omitzero"`
	Competing     Bool           `json:"competing,omitzero"`
	Connected     Bool           `json:"connected,omitzero"`
	Message       Text           `json:"message,omitzero"`
	MAC           Text           `json:"MAC,omitzero"`
	ServerInfo    *SessionServer `json:"serverInfo,omitzero"`
	HardwareInfo  Text           `json:"hardware_info,omitzero"`
	Fail          Text           `json:"fail,omitzero"`
	Extra
}

// SessionServer is the server that holds a session.
type SessionServer struct {
	ServerName    Text `json:"serverName,omitzero"`
	ServerVersion Text `json:"serverVersion,omitzero"`
	Extra
}

var opAuthStatus = register(Op{Group: "Session", Name: "AuthStatus", Method: http.MethodPost, Path: "/iserver/auth/status"})

// AuthStatus asks how the brokerage session stands.
func (s Session) AuthStatus(ctx context.Context) (AuthStatus, error) {
	return do[AuthStatus](ctx, s.c, opAuthStatus, args{})
}

// SessionInit is what to ask of a new brokerage session.
type SessionInit struct {
	Publish Bool `json:"publish,omitzero"` // must be true
	Compete Bool `json:"compete,omitzero"` // take the session from another login
}

var opInit = register(Op{Group: "Session", Name: "Init", Method: http.MethodPost, Path: "/iserver/auth/ssodh/init", Urgency: ibkr.Write})

// Init opens the brokerage session. An answer with Authenticated false is a failure.
func (s Session) Init(ctx context.Context, in SessionInit) (AuthStatus, error) {
	return do[AuthStatus](ctx, s.c, opInit, args{body: in})
}
