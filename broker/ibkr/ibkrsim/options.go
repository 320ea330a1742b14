package ibkrsim

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/rs/zerolog"
	"github.com/shopspring/decimal"

	"gannet/broker/ibkr/ibkrsim/brokerage"
	"gannet/broker/ibkr/ibkrsim/exchange"
	"gannet/broker/ibkr/ibkrsim/identity"
	"gannet/broker/ibkr/ibkrsim/scenario"
	"gannet/broker/ibkr/ibkrsim/workspace"
	"gannet/market"
)

// Options say what to serve. The zero value is a simulator on a free loopback
// port with a synthetic market in the default instruments.
type Options struct {
	Listen    string // address, default 127.0.0.1:0 (a free port)
	PlainHTTP bool   // no TLS
	Control   string // address of a second server, plain HTTP, for /_sim/ alone; empty: none

	// Nights is New York, where sessions end at midnight and the API is down on
	// Saturday evenings; nil has neither.
	Nights *time.Location

	// Scenario is what goes wrong from the start on.
	Scenario scenario.Scenario
	Seed     uint64 // of prices and ids

	// StatePath is the file that keeps orders, executions and cash across
	// restarts; empty keeps nothing. The certificate is kept beside it, in
	// StatePath + ".pem", so that the pin stays the same. One process at a
	// time may use it.
	StatePath string

	// Account and Cash are the only account, when Accounts names none: by
	// default DU1000001 with 1,000,000 USD. Users log in to accounts, and so do
	// those of Credentials and KeysDir, to all. With none of them there is one
	// user, simuser.
	Account  string
	Cash     market.Money
	Accounts []brokerage.AccountConfig
	Users    []User

	// Identity says how strict logins are; by default requests from this machine
	// are logged in as the first user. Credentials and those in KeysDir, written
	// by identity.WriteClient, let clients log in by OAuth.
	Identity    identity.Config
	Credentials []*identity.Credentials
	KeysDir     string

	Instruments []Instrument // default DefaultInstruments()

	// Universe adds futures, currencies and option chains behind Instruments: the
	// contracts of exchange.Universe as they are listed on the day of the start.
	Universe bool

	// NewYork is that place. With it, instruments without a Session have the real
	// trading hours and holidays of their kind; nil leaves them always open.
	NewYork *time.Location

	// Updates is how often an instrument of a synthetic market moves in a second:
	// 1 to 20, default 4. Those that follow another one move a quarter as often.
	Updates int

	// Market gives recorded data to replay, at Speed times real time (default
	// 1) and shifted to now. Its instrument ids number Instruments from 1.
	// With neither Market nor Manual, prices are a seeded random walk.
	Market Market
	Speed  float64
	Manual bool // prices move by Server.SetPrice only

	// Events adds the event contracts of GET /forecast/category/tree behind
	// Instruments, so that they can be traded.
	Events bool

	Pacing  bool             // answer 429 as the API's pacing table says
	Pace    Pace             // limits for all requests of a user
	Profile string           // fill model of broker/venue, default "gannet"
	Timing  Timing           // delays
	Now     func() time.Time // the wall clock, default time.Now
	Log     zerolog.Logger
}

// Timing are the delays of the simulator. Zero is the default; a negative
// span is none.
type Timing struct {
	Bridge    time.Duration // from ssodh/init until /iserver works, default 1 s
	Heartbeat time.Duration // between system frames of a socket, default 10 s
	Cancel    time.Duration // from a cancel's answer until it takes effect, default 50 ms
	Penalty   time.Duration // how long everything answers 429 after one 429, default none
	Quotes    time.Duration // least time between two frames of an instrument on a socket, default 500 ms
	Figures   time.Duration // between frames of account summary and ledger, default 10 s
	Quiet     time.Duration // a socket whose client says nothing for so long hears no more orders, default never
}

// User is somebody who can log in.
type User struct {
	Name     string
	Password string   // of the login pages; in the clear, as it opens nothing else
	Accounts []string // the first is selected at the start; none: all
	Email    string   // of alerts; default the name at example.com

	// DynAccount makes the user search for accounts, as brokers' users with many
	// do: GET /iserver/account/search/{pattern}, POST /iserver/dynaccount.
	DynAccount bool

	// Delayed is a user without subscriptions to market data: quotes and history
	// are a quarter of an hour old, and field 6509 says so (DPB).
	Delayed bool
}

// What is traded, in the words of package exchange.
type (
	// Instrument is what can be traded.
	Instrument = exchange.Instrument
	// Quote is a change of an instrument's market.
	Quote = exchange.Quote
	// Market is recorded data to replay.
	Market = exchange.Market
)

// DefaultInstruments are eight liquid US names with their real contract ids,
// always open.
func DefaultInstruments() []Instrument { return exchange.DefaultInstruments() }

// withDefaults fills in what was left out and refuses what cannot be served.
func (o Options) withDefaults() (Options, error) {
	setDefault(&o.Listen, "127.0.0.1:0")
	setDefault(&o.Account, "DU1000001")
	setDefault(&o.Profile, "gannet")
	setDefault(&o.Speed, 1)
	setDelay(&o.Timing.Bridge, time.Second)
	setDelay(&o.Timing.Heartbeat, 10*time.Second)
	setDelay(&o.Timing.Cancel, 50*time.Millisecond)
	setDelay(&o.Timing.Penalty, 0)
	setDelay(&o.Timing.Quotes, 500*time.Millisecond)
	setDelay(&o.Timing.Figures, 10*time.Second)
	setDelay(&o.Timing.Quiet, 0)
	if o.Cash.IsZero() {
		o.Cash = decimal.New(1_000_000, 0)
	}
	if len(o.Accounts) == 0 {
		o.Accounts = []brokerage.AccountConfig{{ID: o.Account, Cash: o.Cash}}
	}
	o.Account = o.Accounts[0].ID
	if err := o.completeUsers(); err != nil {
		return o, err
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if len(o.Instruments) == 0 {
		o.Instruments = DefaultInstruments()
	}
	if o.Universe {
		o.addUniverse()
	}
	setDefault(&o.Updates, 4)
	if o.Updates < 1 || o.Updates > turns {
		return o, fmt.Errorf("ibkrsim: updates %d: want 1 to %d a second", o.Updates, turns)
	}
	if o.Speed < 0 {
		return o, fmt.Errorf("ibkrsim: speed %v: want more than 0", o.Speed)
	}
	return o, nil
}

// turns is how often the clock looks in a second.
const turns = int(time.Second / clockTurn)

// addUniverse lists what is not there yet, but no options on what is listed
// under another conid.
func (o *Options) addUniverse() {
	o.Instruments = slices.Clone(o.Instruments)
	have := func(conid int64) bool {
		return slices.ContainsFunc(o.Instruments, func(i Instrument) bool { return i.Conid == conid })
	}
	for _, one := range exchange.Universe(market.NanosOf(o.Now())) {
		if have(one.Conid) || one.SecType == exchange.Option && !have(one.Underlying) {
			continue
		}
		taken := func(i Instrument) bool {
			return i.Name() == one.Name() || one.SecType == "" && i.SecType == "" && i.Symbol == one.Symbol
		}
		if !slices.ContainsFunc(o.Instruments, taken) {
			o.Instruments = append(o.Instruments, one)
		}
	}
}

// defaultUser is the user of a simulator that was told of none.
const defaultUser = "simuser"

func (o *Options) accountIDs() (all []string) {
	for _, a := range o.Accounts {
		all = append(all, a.ID)
	}
	return all
}

// completeUsers gives users without accounts all of them.
func (o *Options) completeUsers() error {
	all := o.accountIDs()
	o.Users = slices.Clone(o.Users)
	for i := range o.Users {
		u := &o.Users[i]
		if len(u.Accounts) == 0 {
			u.Accounts = all
		}
		for _, id := range u.Accounts {
			if !slices.Contains(all, id) {
				return fmt.Errorf("ibkrsim: user %s: account %s: want one of %s", u.Name, id, strings.Join(all, ", "))
			}
		}
	}
	return nil
}

// house is the broker that the options say.
func (o *Options) house(x *exchange.Exchange) (*brokerage.House, error) {
	h, err := brokerage.Open(brokerage.Config{Exchange: x, Accounts: o.Accounts, Profile: o.Profile, Seed: o.Seed,
		StatePath: o.StatePath, Zone: newYork(), CancelDelay: market.Nanos(o.Timing.Cancel)})
	if err != nil {
		return nil, fmt.Errorf("ibkrsim: %w", err)
	}
	return h, nil
}

// newYork is where days end and where the portfolio analyst is; UTC on a
// machine that knows no time zones.
func newYork() *time.Location {
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		return time.UTC
	}
	return zone
}

// traded is the instruments with the event contracts and with the derivatives
// that the state file knows, which come last: others keep their ids and prices.
func (o *Options) traded() ([]Instrument, error) {
	list := slices.Clone(o.Instruments)
	if o.Events {
		list = join(list, workspace.EventInstruments())
	}
	listed, err := brokerage.Listed(o.StatePath)
	return join(list, listed), err
}

// join adds instruments that are not in the list.
func join(list, more []Instrument) []Instrument {
	for _, one := range more {
		if !slices.ContainsFunc(list, func(i Instrument) bool { return i.Conid == one.Conid || i.Name() == one.Name() }) {
			list = append(list, one)
		}
	}
	return list
}

// exchange is what the options say is traded.
func (o *Options) exchange(now market.Nanos) (*exchange.Exchange, error) {
	list, err := o.traded()
	if err != nil {
		return nil, fmt.Errorf("ibkrsim: %w", err)
	}
	x, err := exchange.New(exchange.Config{Instruments: list, Seed: o.Seed, Market: o.Market, Speed: o.Speed,
		Start: now, Manual: o.Manual, NewYork: o.NewYork, Slots: turns / o.Updates, Log: o.Log})
	if err != nil {
		return nil, fmt.Errorf("ibkrsim: %w", err)
	}
	return x, nil
}

func setDefault[T comparable](v *T, value T) {
	var zero T
	if *v == zero {
		*v = value
	}
}

func setDelay(v *time.Duration, value time.Duration) {
	setDefault(v, value)
	*v = max(*v, 0)
}
