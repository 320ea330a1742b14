package api

// API is all operations, by group.
type API struct {
	Session Session
}

// New builds the groups on a caller.
func New(c Caller) *API {
	return &API{
		Session: Session{c},
	}
}
