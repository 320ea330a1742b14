package api

// API is all operations, by group.
type API struct {
	Session    Session
	Accounts   Accounts
	Portfolio  Portfolio
	Analyst    Analyst
	Contracts  Contracts
	MarketData MarketData
	Scanner    Scanner
	Orders     Orders
	Alerts     Alerts
	Watchlists Watchlists
	FYI        FYI
	Allocation Allocation
	Models     Models
	Forecast   Forecast
	OAuth      OAuth
	Socket     Socket
}

// New builds the groups on a caller.
func New(c Caller) *API {
	return &API{
		Session:    Session{c},
		Accounts:   Accounts{c},
		Portfolio:  Portfolio{c},
		Analyst:    Analyst{c},
		Contracts:  Contracts{c},
		MarketData: MarketData{c},
		Scanner:    Scanner{c},
		Orders:     Orders{c},
		Alerts:     Alerts{c},
		Watchlists: Watchlists{c},
		FYI:        FYI{c},
		Allocation: Allocation{c},
		Models:     Models{c},
		Forecast:   Forecast{c},
		OAuth:      OAuth{c},
		Socket:     Socket{c},
	}
}
