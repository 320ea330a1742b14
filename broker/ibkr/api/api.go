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
	}
}
