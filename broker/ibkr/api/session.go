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

// Tickle keeps a session alive; its Session is what the stream's cookie wants.
// Over OAuth SSOExpires, Collission and UserID are missing.
type Tickle struct {
	Session    Text           `json:"session,omitzero"`
	SSOExpires Num            `json:"ssoExpires,omitzero"` // milliseconds left
	Collission Bool           `json:"collission,omitzero"` // IBKR's spelling
	UserID     Num            `json:"userId,omitzero"`
	HMDS       *TickleHistory `json:"hmds,omitzero"`
	IServer    *TickleServer  `json:"iserver,omitzero"`
	Extra
}

// TickleHistory is how the history service stands. Its "no bridge" is normal
// and says nothing about the brokerage session.
type TickleHistory struct {
	Error      Text        `json:"error,omitzero"`
	AuthStatus *AuthStatus `json:"authStatus,omitzero"`
	Extra
}

// TickleServer is how the brokerage session stands.
type TickleServer struct {
	AuthStatus *AuthStatus `json:"authStatus,omitzero"`
	Extra
}

var opTickle = register(Op{Group: "Session", Name: "Tickle", Method: http.MethodPost, Path: "/tickle"})

// Tickle keeps the session alive. At most once a second; IBKR ends a session
// that is idle for five or six minutes. One failed tickle is no lost session.
func (s Session) Tickle(ctx context.Context) (Tickle, error) {
	return do[Tickle](ctx, s.c, opTickle, args{})
}

// LogoutAnswer says whether the session was ended.
type LogoutAnswer struct {
	Status Bool `json:"status,omitzero"`
	Extra
}

var opLogout = register(Op{Group: "Session", Name: "Logout", Method: http.MethodPost, Path: "/logout", Urgency: ibkr.Write})

// Logout ends the brokerage session and the login.
func (s Session) Logout(ctx context.Context) (LogoutAnswer, error) {
	return do[LogoutAnswer](ctx, s.c, opLogout, args{})
}

// Login is the login behind a session.
type Login struct {
	UserID              Num       `json:"USER_ID,omitzero"`
	UserName            Text      `json:"USER_NAME,omitzero"`
	Result              Bool      `json:"RESULT,omitzero"`
	AuthTime            Num       `json:"AUTH_TIME,omitzero"` // milliseconds since 1970
	SFEnabled           Bool      `json:"SF_ENABLED,omitzero"`
	IsFreeTrial         Bool      `json:"IS_FREE_TRIAL,omitzero"`
	Credential          Text      `json:"CREDENTIAL,omitzero"`
	IP                  Text      `json:"IP,omitzero"`
	Expires             Num       `json:"EXPIRES,omitzero"` // milliseconds left
	QualifiedMobileAuth Bool      `json:"QUALIFIED_FOR_MOBILE_AUTH,omitzero"`
	LandingApp          Text      `json:"LANDING_APP,omitzero"`
	IsMaster            Bool      `json:"IS_MASTER,omitzero"`
	LastAccessed        Num       `json:"lastAccessed,omitzero"` // milliseconds since 1970
	LoginType           Num       `json:"LOGIN_TYPE,omitzero"`   // 1 live, 2 paper
	LoginTypeSpec       Num       `json:"loginType,omitzero"`    // its name in the document's schema
	PaperUserName       Text      `json:"PAPER_USER_NAME,omitzero"`
	Features            *Features `json:"features,omitzero"`
	Region              Text      `json:"region,omitzero"`
	Extra
}

// Features is what a login may use.
type Features struct {
	Env          Text `json:"env,omitzero"`
	Envs         Text `json:"envs,omitzero"` // its name in the document's schema
	WLMS         Bool `json:"wlms,omitzero"`
	Realtime     Bool `json:"realtime,omitzero"`
	Bond         Bool `json:"bond,omitzero"`
	OptionChains Bool `json:"optionChains,omitzero"`
	Calendar     Bool `json:"calendar,omitzero"`
	NewMF        Bool `json:"newMf,omitzero"`
	Extra
}

var opValidate = register(Op{Group: "Session", Name: "Validate", Method: http.MethodGet, Path: "/sso/validate"})

// Validate asks about the login behind the session, at most once a minute. The
// gateway and OAuth 2.0 have it.
func (s Session) Validate(ctx context.Context) (Login, error) {
	return do[Login](ctx, s.c, opValidate, args{})
}

// ReauthenticateAnswer says in words what was begun: "triggered".
type ReauthenticateAnswer struct {
	Message Text `json:"message,omitzero"`
	Extra
}

var opReauthenticate = register(Op{
	Group: "Session", Name: "Reauthenticate", Method: http.MethodPost, Path: "/iserver/reauthenticate", Urgency: ibkr.Write,
	NotSpec: "deprecated in favor of /iserver/auth/ssodh/init; gateways still answer it",
})

// Reauthenticate opens the brokerage session the old way. Use Init.
func (s Session) Reauthenticate(ctx context.Context) (ReauthenticateAnswer, error) {
	return do[ReauthenticateAnswer](ctx, s.c, opReauthenticate, args{})
}
