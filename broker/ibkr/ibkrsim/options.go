package ibkrsim

import (
	"errors"
	"fmt"
	"time"

	"github.com/rs/zerolog"
	"github.com/shopspring/decimal"

	"gannet/market"
)

// Options say what to serve. The zero value is a simulator on a free loopback
// port with a synthetic market in the default instruments.
type Options struct {
	Listen    string // address, default 127.0.0.1:0 (a free port)
	PlainHTTP bool   // no TLS
	Seed      uint64 // of prices and ids

	// StatePath is the file that keeps orders, executions and cash across
	// restarts; empty keeps nothing. The certificate is kept beside it, in
	// StatePath + ".pem", so that the pin stays the same. One process at a
	// time may use it.
	StatePath string

	Account     string       // default DU1000001
	Cash        market.Money // starting cash in USD, default 1,000,000
	Instruments []Instrument // default DefaultInstruments()

	// Market gives recorded data to replay, at Speed times real time (default
	// 1) and shifted to now. Its instrument ids number Instruments from 1.
	// With neither Market nor Manual, prices are a seeded random walk.
	Market Market
	Speed  float64
	Manual bool // prices move by Server.SetPrice only

	Pacing  bool             // answer 429 as the API's pacing table says
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
}

// Instrument is a US stock or ETF that can be traded.
type Instrument struct {
	Symbol   string         // SPY
	Exchange string         // listing exchange: ARCA
	Conid    int64          // IBKR contract id
	Company  string         // name; default Symbol
	Price    market.Price   // first price of a synthetic market, default 100
	Tick     market.Price   // smallest price step, default 0.01
	Session  market.Session // regular hours; the zero value is always open
}

// Name is the instrument's name in Gannet: SPY.ARCA.
func (i *Instrument) Name() string { return i.Symbol + "." + i.Exchange }

// DefaultInstruments are eight liquid US names with their real contract ids,
// always open.
func DefaultInstruments() []Instrument {
	row := func(symbol, exchange string, conid int64, company, price string) Instrument {
		return Instrument{Symbol: symbol, Exchange: exchange, Conid: conid, Company: company,
			Price: market.MustPrice(price), Tick: market.MustPrice("0.01")}
	}
	return []Instrument{
		row("SPY", "ARCA", 756733, "SS SPDR S&P 500 ETF TRUST-US", "655.00"),
		row("QQQ", "NASDAQ", 320227571, "INVESCO QQQ TRUST SERIES 1", "585.00"),
		row("AAPL", "NASDAQ", 265598, "APPLE INC", "255.00"),
		row("IBM", "NYSE", 8314, "INTL BUSINESS MACHINES CORP", "245.00"),
		row("MSFT", "NASDAQ", 272093, "MICROSOFT CORP", "510.00"),
		row("BAC", "NYSE", 10098, "BANK OF AMERICA CORP", "48.00"),
		row("NVDA", "NASDAQ", 4815747, "NVIDIA CORP", "180.00"),
		row("TSLA", "NASDAQ", 76792991, "TESLA INC", "330.00"),
	}
}

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
	if o.Cash.IsZero() {
		o.Cash = decimal.New(1_000_000, 0)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if len(o.Instruments) == 0 {
		o.Instruments = DefaultInstruments()
	}
	o.Instruments = append([]Instrument(nil), o.Instruments...)
	for i := range o.Instruments {
		if err := o.Instruments[i].complete(); err != nil {
			return o, err
		}
	}
	if o.Speed < 0 {
		return o, fmt.Errorf("ibkrsim: speed %v: want more than 0", o.Speed)
	}
	if o.Market != nil && o.Manual {
		return o, errors.New("ibkrsim: options: a market and manual prices exclude each other")
	}
	return o, nil
}

func (i *Instrument) complete() error {
	setDefault(&i.Company, i.Symbol)
	setDefault(&i.Price, market.MustPrice("100"))
	setDefault(&i.Tick, market.MustPrice("0.01"))
	if i.Conid <= 0 {
		return fmt.Errorf("ibkrsim: instrument %s: conid %d: want a positive number", i.Name(), i.Conid)
	}
	if i.Tick <= 0 || i.Price < 10*i.Tick || !i.Price.OnTick(i.Tick) {
		return fmt.Errorf("ibkrsim: instrument %s: price %s: want ten ticks of %s or more, on a tick", i.Name(), i.Price, i.Tick)
	}
	return nil
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
