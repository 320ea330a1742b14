package api

// API is all operations, by group.
type API struct {
	Session Session

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
		Session: Session{c},

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
