package api

// API is all operations, by group.
type API struct {
	Session    Session
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
