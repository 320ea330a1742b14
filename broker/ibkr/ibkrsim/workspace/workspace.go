package workspace

import (
	"encoding/json"
	"time"

	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/market"
)

// Limits. A request for more is refused; of notifications the oldest go.
const (
	MaxUsers         = 1000
	MaxWatchlists    = 100 // of a user
	MaxRows          = 500 // of a watchlist
	MaxAlerts        = 100 // of a user
	MaxConditions    = 20  // of an alert
	MaxNotifications = 200 // of a user
	MaxDevices       = 20  // of a user
	MaxGroups        = 50  // of an advisor
	MaxModels        = 50  // of an advisor
	MaxTargets       = 200 // of a model or members of a group
	MaxText          = 2000
	MaxName          = 200
)

// Store is where things are put that must survive a restart. A nil value takes
// the key back. After a restart each value goes through Restore.
type Store interface {
	Put(kind, key string, value json.RawMessage)
}

// Contracts knows what a contract id stands for.
type Contracts interface {
	Lookup(conid int64) (symbol, name, secType, exchange string, ok bool)
}

// Logins knows who users are.
type Logins interface {
	Login(user string) Login
	// Select makes an account the user's current one, for
	// POST /iserver/dynaccount. False: it is not the user's.
	Select(user, account string) bool
}

// Login is what a user is and may see.
type Login struct {
	Accounts   []Account
	Master     string // the advisor's own account, else empty
	Selected   string // the current account; default the first
	Currency   string // base currency, default USD
	Email      string
	Paper      bool
	DynAccount bool // has to search for accounts, as some brokers' users have
	NoFYI      bool // notifications are not set up
}

// Account is one of a user's accounts and its money in base currency.
type Account struct {
	ID              string
	Alias           string // default ID
	NetLiquidation  market.Money
	AvailableEquity market.Money
	Cash            market.Money
}

// Config is what a Workspace works with.
type Config struct {
	Store       Store          // nil: nothing survives
	Contracts   Contracts      // required
	Logins      Logins         // required
	History     History        // nil: the portfolio analyst knows no account
	NewYork     *time.Location // of the analyst's dates; default UTC
	FirstAlert  int64          // id of the first alert, default 1000001
	PaperAlerts bool           // paper accounts may make alerts; IBKR's may not
	// Open says whether a contract is in regular hours. Nil: always.
	Open func(conid int64, now market.Nanos) bool
}

// Workspace is everything that users keep.
type Workspace struct {
	cfg     Config
	desks   map[string]*desk
	watched map[watch][]*alert // what each kind of observation can set off
	nextID  int64
}

// New makes an empty workspace.
func New(cfg Config) *Workspace {
	if cfg.NewYork == nil {
		cfg.NewYork = time.UTC
	}
	if cfg.FirstAlert <= 0 {
		cfg.FirstAlert = 1_000_001
	}
	return &Workspace{cfg: cfg, desks: map[string]*desk{}, watched: map[watch][]*alert{}, nextID: cfg.FirstAlert}
}

// desk is what one user keeps.
type desk struct {
	w        *Workspace
	user     string
	session  session
	lists    map[string]*watchlist
	alerts   map[int64]*alert
	mta      *alert // one of alerts; nil until it is asked for
	fyi      preferences
	notes    []*notification // oldest first
	lastNote int64
	groups   []*Group // by name
	presets  allocationPresets
	models   []*model // by name
	rules    modelPresets
}

// session is what is forgotten when a brokerage session begins.
type session struct {
	warm   bool // the watchlists were asked for
	visits int64
	seen   map[string]bool // watchlists that were read
	keys   int64           // subscriptions of model requests
}

func (w *Workspace) newDesk(user string) *desk {
	return &desk{
		w: w, user: user, lists: map[string]*watchlist{}, alerts: map[int64]*alert{},
		session: session{seen: map[string]bool{}}, fyi: newPreferences(), presets: allocationPresets{Method: "AvailableEquity"},
		rules: modelPresets{CashFactor: 25, CloseDivested: true, PreferTransfer: true},
	}
}

// desk is the user's; false when there are too many users.
func (w *Workspace) desk(user string) (*desk, bool) {
	if d := w.desks[user]; d != nil {
		return d, true
	}
	if len(w.desks) >= MaxUsers {
		return nil, false
	}
	d := w.newDesk(user)
	w.desks[user] = d
	return d, true
}

// NewSession forgets what belongs to a user's brokerage session: IBKR answers
// watchlist requests with 503 until the lists were asked for once.
func (w *Workspace) NewSession(user string) {
	if d := w.desks[user]; d != nil {
		d.session = session{seen: map[string]bool{}}
	}
}

func (d *desk) login() Login {
	l := d.w.cfg.Logins.Login(d.user)
	if l.Currency == "" {
		l.Currency = "USD"
	}
	if l.Selected == "" && len(l.Accounts) > 0 {
		l.Selected = l.Accounts[0].ID
	}
	return l
}

// account is one of the login's accounts; nil when it is not there.
func (l *Login) account(id string) *Account {
	for i := range l.Accounts {
		if l.Accounts[i].ID == id {
			return &l.Accounts[i]
		}
	}
	return nil
}

// mine makes a route's handler of one that works for a user.
func mine(handle func(*desk, *web.Request) web.Reply) func(*Workspace, *web.Request) web.Reply {
	return func(w *Workspace, r *web.Request) web.Reply {
		d, ok := w.desk(r.User)
		if !ok {
			return unavailable()
		}
		return handle(d, r)
	}
}

// unavailable is the 503 that the API answers with to much that it cannot do.
func unavailable() web.Reply { return web.FailCode(503, "Service Unavailable") }

func badRequest(why string) web.Reply { return web.FailCode(400, "Bad Request: "+why) }

// broken is the 500 for input that the API's own servers fail over.
func broken(why string) web.Reply { return web.FailCode(500, why) }
