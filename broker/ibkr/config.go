package ibkr

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/rs/zerolog"

	"gannet/market"
)

// Config is what New needs. BaseURL, Account and Instruments are required.
type Config struct {
	BaseURL     string // https://localhost:5000/v1/api; the path may be left out; or a name of Environments
	Pin         string // "sha256/<base64>": the only certificate key that is trusted; see PinOf
	Auth        Auth   // nil: Gateway{}
	Account     market.AccountID
	Paper       bool                // what Account has to be; New and the session check it
	Compete     bool                // take the session from another login of the same user
	Instruments *market.Instruments // a Conid of 0 is looked up when the session starts
	Questions   Questions
	Maintenance Window // when IBKR is expected to be away; names the state and calms the attempts
	Session     SessionRules
	Pacing      Pacing
	Timeouts    Timeouts
	TradeDays   int              // days of trades in the first snapshot of a session, 1 to 7; default 7
	Log         zerolog.Logger   // the zero value logs nowhere
	Now         func() time.Time // this machine's clock: stamps events, and is compared with IBKR's; nil: time.Now
}

// Window is a span of the local day, such as IBKR's nightly reset. It may
// span midnight. The zero value is never.
type Window struct {
	Loc      *time.Location
	From, To time.Duration // after local midnight
}

// contains says whether t lies in the window.
func (w Window) contains(t time.Time) bool {
	if w.Loc == nil || w.From == w.To {
		return false
	}
	hour, minute, second := t.In(w.Loc).Clock()
	at := time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute + time.Duration(second)*time.Second
	if w.From < w.To {
		return at >= w.From && at < w.To
	}
	return at >= w.From || at < w.To
}

// Timeouts are the spans of the session. A zero field takes its default.
type Timeouts struct {
	Order      time.Duration // answer of one order request; default 10 s
	Read       time.Duration // answer of any other request; default 10 s
	Report     time.Duration // answer that IBKR has to make first, such as a statement; default 2 min
	Retry      time.Duration // first pause before a read is repeated; default 500 ms
	Open       time.Duration // until a new brokerage session must be up; default 30 s
	Status     time.Duration // between looks at a session that comes up; default 1 s
	Tickle     time.Duration // between keep-alives; default 60 s
	Silence    time.Duration // without a frame the stream is dead; default 30 s
	Tic        time.Duration // between the stream's own keep-alives; default 30 s
	Renew      time.Duration // between renewals of market data; default 10 min
	Subscribe  time.Duration // wait for the stream's authentication frame; default 3 s
	BackoffMin time.Duration // first pause before a new session; default 1 s
	BackoffMax time.Duration // longest such pause; default 60 s
}

func (t Timeouts) withDefaults() Timeouts {
	setDefault(&t.Order, 10*time.Second)
	setDefault(&t.Read, 10*time.Second)
	setDefault(&t.Report, 2*time.Minute)
	setDefault(&t.Retry, 500*time.Millisecond)
	setDefault(&t.Open, 30*time.Second)
	setDefault(&t.Status, time.Second)
	setDefault(&t.Tickle, time.Minute)
	setDefault(&t.Silence, 30*time.Second)
	setDefault(&t.Tic, 30*time.Second)
	setDefault(&t.Renew, 10*time.Minute)
	setDefault(&t.Subscribe, 3*time.Second)
	setDefault(&t.BackoffMin, time.Second)
	setDefault(&t.BackoffMax, time.Minute)
	return t
}

// withDefaults checks cfg and fills in what is left out.
func (cfg Config) withDefaults() (Config, error) {
	if err := cfg.check(); err != nil {
		return cfg, err
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	setDefault(&cfg.TradeDays, 7)
	cfg.Timeouts = cfg.Timeouts.withDefaults()
	return cfg, nil
}

func (cfg Config) check() error {
	if cfg.Account == "" {
		return errors.New("ibkr: account: none given, want one such as DU1234567")
	}
	if err := checkPaper(string(cfg.Account), cfg.Paper, nil); err != nil {
		return err
	}
	if cfg.Instruments == nil {
		return errors.New("ibkr: instruments: no table given")
	}
	if cfg.TradeDays < 0 || cfg.TradeDays > 7 {
		return fmt.Errorf("ibkr: trade days %d: want 1 to 7", cfg.TradeDays)
	}
	if err := cfg.Questions.check(); err != nil {
		return err
	}
	if err := cfg.Pacing.check(); err != nil {
		return err
	}
	return checkPin(cfg.Pin)
}

func (p Pacing) check() error {
	if p = p.withDefaults(); p.PerSecond <= 0 || p.CancelReserve < 0 || p.CancelReserve >= p.PerSecond || p.Burst < 1 {
		return fmt.Errorf("ibkr: pacing of %v a second with %v for cancels: want both positive and the first larger",
			p.PerSecond, p.CancelReserve)
	}
	return nil
}

// checkPaper refuses an account that is not what the configuration wants:
// paper accounts begin with DU or DF, and the server says isPaper (nil: it
// did not say).
func checkPaper(account string, want bool, isPaper *FlexBool) error {
	kind := map[bool]string{true: "paper", false: "live"}
	byName := strings.HasPrefix(account, "DU") || strings.HasPrefix(account, "DF")
	if byName != want {
		return fmt.Errorf("ibkr: account %s: is %s by its name, the configuration wants %s", account, kind[byName], kind[want])
	}
	if isPaper != nil && bool(*isPaper) != want {
		return fmt.Errorf("ibkr: account %s: the server says it is %s, the configuration wants %s",
			account, kind[bool(*isPaper)], kind[want])
	}
	return nil
}
