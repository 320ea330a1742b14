package ibkrsim

import (
	"slices"
	"time"

	"gannet/market"
)

// RequestState is a request that was answered, or cut off.
type RequestState struct {
	Time   market.Nanos `json:"time"` // when it came
	User   string       `json:"user,omitempty"`
	Method string       `json:"method"`
	Path   string       `json:"path"`
	Status int          `json:"status"` // 0: the connection was cut
	Micros int64        `json:"micros"` // until the answer was ready, with faults' delays
	Rules  []string     `json:"rules,omitempty"`
}

// requestLog are the latest requests.
type requestLog struct{ all []RequestState }

// keptRequests is how many there are.
const keptRequests = 500

func (l *requestLog) add(r RequestState) {
	if len(l.all) == 2*keptRequests {
		l.all = slices.Clone(l.all[keptRequests:])
	}
	l.all = append(l.all, r)
}

// SessionState is a user's brokerage session.
type SessionState struct {
	User      string `json:"user"`
	Open      bool   `json:"open"`
	Ready     bool   `json:"ready"`
	Competing bool   `json:"competing"`
	Sockets   int    `json:"sockets"`
	Questions int    `json:"questions"` // that wait for a reply
}

// PacingState says whether limits are enforced, and until when all is refused.
type PacingState struct {
	On    bool      `json:"on"`
	Until time.Time `json:"until,omitzero"`
}

// addState adds what is not of the accounts.
func (s *Server) addState(st *State) {
	now := s.now()
	for _, u := range s.logins {
		one := SessionState{User: u.name, Open: u.session.open, Ready: u.session.ready(now), Competing: u.session.competing,
			Questions: len(u.session.questions)}
		s.stream.each(u.name, func(*socket) { one.Sockets++ })
		st.Sessions = append(st.Sessions, one)
	}
	st.Pacing = s.limits.state()
	for _, r := range s.engine.Rules() {
		st.Rules = append(st.Rules, r.Name+" "+r.On)
	}
	st.Requests = slices.Clone(s.log.all[max(0, len(s.log.all)-keptRequests):])
}
