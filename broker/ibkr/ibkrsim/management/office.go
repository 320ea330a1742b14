package management

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/market"
)

// Ledger is what the office needs of the accounts. Every method is called
// within a handler or Advance, never from elsewhere.
type Ledger interface {
	Register
	Books
	Mover
}

// Register is which accounts there are and whose they are.
type Register interface {
	// Accounts are the ids of all accounts that are open or were.
	Accounts() []string
	// Has says that there is the account.
	Has(account string) bool
	// May says that the user, a client id of OAuth 2.0, acts for the account.
	May(user, account string) bool
	// Currency is an account's base currency, ISO 4217.
	Currency(account string) string
	// Open opens an account that was applied for and approved.
	Open(account, currency, user string) error
}

// Books is what is in the accounts and how it came there.
type Books interface {
	// Cash is an account's settled cash in one currency: what can be withdrawn.
	Cash(account, currency string) market.Money
	// Balances are an account's cash by currency with all trades, settled or not:
	// what it began with and the sum of its Activity.
	Balances(account string) map[string]market.Money
	// Equity is the net liquidation value, in the currency given.
	Equity(account, currency string) market.Money
	// Positions are what the account holds, in a fixed order.
	Positions(account string) []Holding
	// Activity is all that changed the account's cash or positions in
	// [from, to), in order of time.
	Activity(account string, from, to market.Nanos) []Activity
}

// Mover changes what is in the accounts.
type Mover interface {
	// MoveCash adds cash to an account; a negative amount takes it away. It
	// fails when the account cannot have that done, and has then done nothing.
	MoveCash(account, currency string, amount market.Money, text string) error
	// MoveAsset moves a positive quantity of an instrument from one account to
	// another. No account, "", is outside of IBKR. It fails or does all of it.
	MoveAsset(from, to string, conid int64, qty market.Qty) error
	// Security is the contract that a CUSIP or an ISIN stands for.
	Security(idType, id string) (conid int64, ok bool)
}

// Holding is a position of an account.
type Holding struct {
	Conid    int64
	Symbol   string
	Class    string // STK, OPT, ...
	Quantity market.Qty
	Price    market.Price // last
	Value    market.Money // in Currency
	Currency string
}

// Kinds of activity.
const (
	Trade    = "Trade"
	Deposit  = "Deposit" // and withdrawal: negative
	Fee      = "Fee"
	Transfer = "Transfer" // of positions
	Other    = "Other"    // interest, dividends, ...
)

// Activity is something that changed an account's cash or positions.
type Activity struct {
	At         market.Nanos
	Kind       string // Trade, Deposit, Fee, Transfer or Other
	ID         string // of an execution
	Text       string
	Conid      int64
	Symbol     string
	Class      string
	Quantity   market.Qty // positive is bought
	Price      market.Price
	Currency   string
	Amount     market.Money // change of cash before the commission
	Commission market.Money // positive is a cost
}

// Net is the change of cash.
func (a *Activity) Net() market.Money { return a.Amount.Sub(a.Commission) }

// Store keeps what must survive a restart. A nil value means that the entry is
// gone. Entries of one handler's call must be kept together, and together with
// the moves of the Ledger.
type Store interface {
	Put(kind, key string, value json.RawMessage)
}

// Config is how an office behaves. A field that is zero has its default.
type Config struct {
	Seed     uint64
	Ledger   Ledger         // required
	Store    Store          // default: nothing is kept
	Start    market.Nanos   // when the ledger's first accounts were opened
	Location *time.Location // of days and of dates in answers; default UTC
	Settle   time.Duration  // from an instruction to its end; default 10 minutes, as IBKR says to poll after
	Answer   time.Duration  // from a queued query to its answer; default 1 minute
	Update   time.Duration  // from PATCH /accounts to its effect; default 1 minute
	Review   time.Duration  // from a complete application to an open account; default 1 hour
	Banks    []Bank         // bank instructions that are on file from the start
	Users    []string       // usernames that are taken
}

// Limits of what an office remembers and takes.
const (
	maxInstructions = 20_000 // that are done with
	maxPending      = 5_000  // and other things that are due
	maxAccounts     = 2_000
	maxRequests     = 20_000
	maxSeries       = 2_000
	maxBanks        = 5_000
	maxBulk         = 1_000
	maxApplication  = 1 << 20
)

// Office serves account management. See the package's comment.
type Office struct {
	cfg    Config
	random *rand.Rand
	kinds  map[string]*kind
	agenda []appointment // by time

	instructions map[int64]*instruction
	order        []int64 // ids of instructions, oldest first
	byClient     map[clientKey][]int64
	bySet        map[int64][]int64
	nextID       int64
	nextSet      int64

	accounts  map[string]*account
	requests  map[int64]*request
	requested []int64 // ids of requests, oldest first
	nextReq   int64
	banks     map[string]*Bank
	series    map[int64]*series
	rules     map[string]*ruleset
	documents map[string][]int // form numbers, by user and day
}

// New makes an office; it fails when the configuration has no ledger or a
// negative duration. What a Store kept comes back with Restore.
func New(cfg Config) (*Office, error) {
	if cfg.Ledger == nil {
		return nil, errors.New("management: no ledger")
	}
	if min(cfg.Settle, cfg.Answer, cfg.Update, cfg.Review) < 0 {
		return nil, errors.New("management: a negative duration")
	}
	if cfg.Location == nil {
		cfg.Location = time.UTC
	}
	cfg.Settle = cmp.Or(cfg.Settle, 10*time.Minute)
	cfg.Answer = cmp.Or(cfg.Answer, time.Minute)
	cfg.Update = cmp.Or(cfg.Update, time.Minute)
	cfg.Review = cmp.Or(cfg.Review, time.Hour)
	random := rand.New(rand.NewPCG(cfg.Seed, 0x6d616e61676572))
	o := &Office{
		cfg: cfg, random: random, kinds: kindsByName(),
		instructions: map[int64]*instruction{}, byClient: map[clientKey][]int64{}, bySet: map[int64][]int64{},
		nextID: 10_000_000 + random.Int64N(80_000_000), nextSet: random.Int64N(2_000_000_000) - 1_000_000_000,
		accounts: map[string]*account{}, requests: map[int64]*request{}, nextReq: 1 + random.Int64N(1000),
		banks: map[string]*Bank{}, series: map[int64]*series{}, rules: map[string]*ruleset{}, documents: map[string][]int{},
	}
	for i := range cfg.Banks {
		bank := cfg.Banks[i]
		o.banks[bank.key()] = &bank
	}
	return o, nil
}

// appointment is something that is to be done at a time.
type appointment struct {
	at   market.Nanos
	what string // the kind of its entry
	key  string
}

func (o *Office) schedule(at market.Nanos, what, key string) {
	i, _ := slices.BinarySearchFunc(o.agenda, at, func(a appointment, at market.Nanos) int {
		if a.at <= at {
			return -1
		}
		return 1
	})
	o.agenda = slices.Insert(o.agenda, i, appointment{at, what, key})
}

// unschedule takes an appointment off the agenda.
func (o *Office) unschedule(what, key string) {
	o.agenda = slices.DeleteFunc(o.agenda, func(a appointment) bool { return a.what == what && a.key == key })
}

// Due is when Advance has something to do next; ok is false for never.
func (o *Office) Due() (at market.Nanos, ok bool) {
	if len(o.agenda) == 0 {
		return 0, false
	}
	return o.agenda[0].at, true
}

// Advance does everything that is due by now, in the order of its time. Calling
// it again, or late, does nothing twice.
func (o *Office) Advance(now market.Nanos) {
	for len(o.agenda) > 0 && o.agenda[0].at <= now {
		a := o.agenda[0]
		o.agenda = slices.Delete(o.agenda, 0, 1)
		switch a.what {
		case keptInstruction:
			o.settle(a)
		case keptAccount:
			o.review(a)
		case keptRequest:
			o.perform(a)
		case keptSeries:
			o.occur(a)
		}
	}
}

// Kinds of entries in the Store.
const (
	keptInstruction = "management.instruction"
	keptAccount     = "management.account"
	keptRequest     = "management.request"
	keptBank        = "management.bank"
	keptSeries      = "management.series"
	keptRules       = "management.rules"
	keptDocuments   = "management.documents"
)

// Kinds are the kinds of entries that go into the Store.
func Kinds() []string {
	return []string{keptInstruction, keptAccount, keptRequest, keptBank, keptSeries, keptRules, keptDocuments}
}

func (o *Office) put(kind, key string, value any) {
	if o.cfg.Store == nil {
		return
	}
	if value == nil {
		o.cfg.Store.Put(kind, key, nil)
		return
	}
	o.cfg.Store.Put(kind, key, web.Encode(value))
}

// Restore takes back an entry that a Store kept, before the first request. Kinds
// and keys may come in any order; of entries with one key the last counts, and
// one without a value takes it away. It fails on what the office did not write.
func (o *Office) Restore(kind, key string, value json.RawMessage) error {
	gone := len(value) == 0 || string(value) == "null"
	var err error
	switch kind {
	case keptInstruction:
		err = o.restoreInstruction(key, value, gone)
	case keptAccount:
		err = restore(o.accounts, key, value, gone, func(a *account) {
			if a.Review != 0 {
				o.schedule(a.Review, keptAccount, a.ID)
			}
		})
	case keptRequest:
		err = o.restoreRequest(key, value, gone)
	case keptBank:
		err = restore(o.banks, key, value, gone, func(b *Bank) {
			if b.Gone {
				delete(o.banks, key)
			}
		})
	case keptSeries:
		err = o.restoreSeries(key, value, gone)
	case keptRules:
		err = restore(o.rules, key, value, gone, func(*ruleset) {})
	case keptDocuments:
		var forms []int // which are never taken away
		if err = json.Unmarshal(value, &forms); err == nil {
			o.documents[key] = forms
		}
	default:
		err = errors.New("unknown kind")
	}
	if err != nil {
		return fmt.Errorf("management: restore %s %s: %w", kind, key, err)
	}
	return nil
}

func restore[K comparable, V any](into map[K]*V, key K, value json.RawMessage, gone bool, then func(*V)) error {
	if gone {
		delete(into, key)
		return nil
	}
	v := new(V)
	if err := json.Unmarshal(value, v); err != nil {
		return err
	}
	into[key] = v
	then(v)
	return nil
}

// day is the day of a point in time where the office is.
func (o *Office) day(at market.Nanos) time.Time {
	y, m, d := at.Time().In(o.cfg.Location).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, o.cfg.Location)
}

// insert puts an id into a list in its place.
func insert(list []int64, n int64) []int64 {
	i, has := slices.BinarySearch(list, n)
	if has {
		return list
	}
	return slices.Insert(list, i, n)
}

func id(n int64) string { return strconv.FormatInt(n, 10) }
