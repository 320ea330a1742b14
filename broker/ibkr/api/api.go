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

	Applications   Applications
	AssetTransfers AssetTransfers
	Balances       Balances
	Banking        Banking
	CashTransfers  CashTransfers
	Echo           Echo
	Enumerations   Enumerations
	Forms          FormGroup
	Instructions   Instructions
	Maintenance    Maintenance
	Reports        Reports
	Restrictions   Restrictions
	SSO            SSO
	Tokens         Tokens
	Validations    Validations
}

// New builds the groups on a caller.
func New(c Caller, options ...Option) *API {
	m := manage(c, options)
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

		Applications:   Applications{m},
		AssetTransfers: AssetTransfers{m},
		Balances:       Balances{m},
		Banking:        Banking{m},
		CashTransfers:  CashTransfers{m},
		Echo:           Echo{m},
		Enumerations:   Enumerations{c},
		Forms:          FormGroup{c},
		Instructions:   Instructions{m},
		Maintenance:    Maintenance{c},
		Reports:        Reports{m},
		Restrictions:   Restrictions{m},
		SSO:            SSO{m},
		Tokens:         Tokens{c},
		Validations:    Validations{c},
	}
}
