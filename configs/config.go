package configs

import "time"

// Config is a whole configuration. Decimals are kept as they were written;
// who uses them converts them exactly.
type Config struct {
	Mode        string       `yaml:"mode"`     // sim, paper or live
	DataDir     string       `yaml:"data_dir"` // journal, runs and logs; relative to the working folder
	OnStop      string       `yaml:"on_stop"`  // cancel or keep the working orders when the engine stops
	Log         Log          `yaml:"log"`
	Bus         Bus          `yaml:"bus"`
	Broker      Broker       `yaml:"broker"`
	Reconcile   Reconcile    `yaml:"reconcile"`
	Instruments []Instrument `yaml:"instruments"`
	Strategies  []Strategy   `yaml:"strategies"`
	Risk        Risk         `yaml:"risk"`
	Sim         Sim          `yaml:"sim"`
	Backtest    Backtest     `yaml:"backtest"`
	Live        Live         `yaml:"live"`

	tree *node // what it was decoded from; nil when built by hand
}

// Log is what goes to stderr.
type Log struct {
	Level  string `yaml:"level"`  // trace, debug, info, warn or error
	Format string `yaml:"format"` // console or json
}

// Bus is the message bus between stages.
type Bus struct {
	URL            string `yaml:"url"`             // of an external NATS server; empty: one inside this process
	Listen         string `yaml:"listen"`          // address of the inside server; port 0 picks a free one
	CredentialFile string `yaml:"credential_file"` // nkey seed or .creds of this process; mode 0600
}

// Broker is where orders go.
type Broker struct {
	IBKR IBKR `yaml:"ibkr"`
}

// IBKR is Interactive Brokers, reached by way of a Client Portal gateway or
// directly, or a simulator of it.
type IBKR struct {
	Environment       string        `yaml:"environment"` // production, testing, api, gateway, simulator or a URL; both empty in mode sim: the simulator in this process
	BaseURL           string        `yaml:"base_url"`    // https://HOST:PORT, instead of the environment
	Auth              Auth          `yaml:"auth"`
	Pin               string        `yaml:"pin"`     // sha256/BASE64 of the gateway's public key (SPKI); empty: the system's roots decide
	Account           string        `yaml:"account"` // the only account that orders may go to
	Compete           bool          `yaml:"compete"` // take the session over from another login of the same user
	OrderTimeout      time.Duration `yaml:"order_timeout"`
	RequestsPerSecond int           `yaml:"requests_per_second"`        // IBKR blocks an address that asks more than 10 a second
	ResetZone         string        `yaml:"reset_zone" optional:"true"` // time zone of IBKR's nightly reset for this login; empty: America/New_York
	Questions         Questions     `yaml:"questions"`
}

// Questions is how IBKR's questions about an order are answered, by their
// message ids such as o403. One that is in no list is answered with no, and so
// is one in refuse, without an alert. An order with a no is refused.
type Questions struct {
	Confirm  []string                 `yaml:"confirm"`                  // yes
	Refuse   []string                 `yaml:"refuse" optional:"true"`   // no
	Within   map[string]QuestionLimit `yaml:"within" optional:"true"`   // yes to orders within a limit
	Suppress []string                 `yaml:"suppress" optional:"true"` // not to be asked at all, which is a yes
}

// QuestionLimit is the largest order that a question is confirmed for. What is
// left out does not limit; one has to be given.
type QuestionLimit struct {
	MaxQty      Decimal `yaml:"max_qty" limit:"true" optional:"true"`      // shares or contracts
	MaxNotional Decimal `yaml:"max_notional" limit:"true" optional:"true"` // of the limit price, in the instrument's currency
	MaxPercent  Decimal `yaml:"max_percent" limit:"true" optional:"true"`  // of the limit price through a fresh quote of the other side
}

// Reconcile is how often the desk compares itself with the broker.
type Reconcile struct {
	Every time.Duration `yaml:"every"`
}

// Instrument is what may be traded.
type Instrument struct {
	ID         string  `yaml:"id"`                       // SYMBOL.EXCHANGE
	Conid      int64   `yaml:"conid" optional:"true"`    // IBKR's contract id; required in mode live, else looked up at start
	SecType    string  `yaml:"sec_type" optional:"true"` // STK (when left out), FUT, OPT or CASH
	Currency   string  `yaml:"currency"`                 // ISO 4217
	Tick       Decimal `yaml:"tick"`                     // smallest step of a price
	Lot        Decimal `yaml:"lot"`                      // smallest step of a quantity
	Multiplier int64   `yaml:"multiplier"`               // money per point of price per unit
	Hours      string  `yaml:"hours"`                    // always or us-equity
}

// Strategy is one running strategy.
type Strategy struct {
	ID          string   `yaml:"id"`          // unique in the run: letters, digits, '-' and '_'
	Name        string   `yaml:"name"`        // of the registered kind
	Instruments []string `yaml:"instruments"` // ids of instruments, or AllInstruments
	Params      Params   `yaml:"params" optional:"true"`
}

// AllInstruments among a strategy's instruments stands for all that are
// configured.
const AllInstruments = "all"

// Params is a strategy's own parameters as YAML text, for it to decode.
type Params string

// Risk is the limits of the account. All are required and none has a value
// that stands for unlimited. Quantities are in shares or contracts, notionals
// in the instrument's currency.
type Risk struct {
	MaxOrderQty         Decimal           `yaml:"max_order_qty" limit:"true"`
	MaxOrderNotional    Decimal           `yaml:"max_order_notional" limit:"true"`
	PriceCollarPercent  Decimal           `yaml:"price_collar_percent" limit:"true"` // how far through the market a limit price may reach
	MaxDataAge          time.Duration     `yaml:"max_data_age" limit:"true"`         // of the quote an order is judged by
	MaxPositionQty      Decimal           `yaml:"max_position_qty" limit:"true"`     // of one instrument: held plus all that may still trade
	MaxSubmitsPerSecond int               `yaml:"max_submits_per_second" limit:"true"`
	MaxSubmitsPerMinute int               `yaml:"max_submits_per_minute" limit:"true"`
	AllowDelayedData    bool              `yaml:"allow_delayed_data" optional:"true"` // judge orders by data that is not real time
	Instruments         map[string]Limits `yaml:"instruments" optional:"true"`        // by instrument id
}

// Limits replaces some limits for one instrument. What is left out stays as
// the account has it.
type Limits struct {
	MaxOrderQty        Decimal       `yaml:"max_order_qty" limit:"true" optional:"true"`
	MaxOrderNotional   Decimal       `yaml:"max_order_notional" limit:"true" optional:"true"`
	PriceCollarPercent Decimal       `yaml:"price_collar_percent" limit:"true" optional:"true"`
	MaxDataAge         time.Duration `yaml:"max_data_age" limit:"true" optional:"true"`
	MaxPositionQty     Decimal       `yaml:"max_position_qty" limit:"true" optional:"true"`
}

// Sim is the simulator of the broker.
type Sim struct {
	Listen  string  `yaml:"listen"` // address; port 0 picks a free one
	Seed    int64   `yaml:"seed"`   // of the generated market
	Cash    Decimal `yaml:"cash"`
	Market  string  `yaml:"market"` // recorded data to replay; empty: a generated market
	Speed   Decimal `yaml:"speed"`  // 1 is the pace of the recording
	Profile string  `yaml:"profile"`
}

// Backtest is the defaults of a backtest.
type Backtest struct {
	Profile    string   `yaml:"profile"` // fill profile of the simulated venue
	Cash       Decimal  `yaml:"cash"`
	Data       []string `yaml:"data"`       // files or folders; empty: a generated sample
	Resolution string   `yaml:"resolution"` // tick, second, minute, hour or daily
	Raw        bool     `yaml:"raw"`        // prices as traded, not adjusted for splits and dividends
	From       string   `yaml:"from"`       // first day, YYYY-MM-DD; empty: all
	To         string   `yaml:"to"`         // last day, included; empty: all
}

// Live arms trading with real money.
type Live struct {
	Arm string `yaml:"arm"` // the account id once more; by flag or environment at start, never in a file
}
