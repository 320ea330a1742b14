package scenario

import (
	"slices"
	"strings"
)

// Limits of what is remembered for stale answers.
const (
	maxRemembered     = 128
	maxRememberedBody = 1 << 20
	maxRememberedAll  = 8 << 20
)

// memory are the last good answers, the oldest first.
type memory struct {
	answers []remembered
	size    int
}

type remembered struct {
	user, target string
	answer       Answer
}

func (m *memory) find(c Call) int {
	return slices.IndexFunc(m.answers, func(r remembered) bool { return r.user == c.User && r.target == c.Target })
}

// last is the last good answer to the same request, or nil.
func (m *memory) last(c Call) *Answer {
	i := m.find(c)
	if i < 0 {
		return nil
	}
	a := m.answers[i].answer
	return &a
}

// keep remembers an answer in place of the one before it. When there is too
// much, the oldest go.
func (m *memory) keep(c Call, kind string, body []byte) {
	if i := m.find(c); i >= 0 {
		m.forget(i)
	}
	if len(body) > maxRememberedBody {
		return
	}
	for len(m.answers) >= maxRemembered || m.size+len(body) > maxRememberedAll {
		m.forget(0)
	}
	m.answers = append(m.answers, remembered{c.User, c.Target, Answer{Status: 200, Type: kind, Body: string(body)}})
	m.size += len(body)
}

func (m *memory) forget(i int) {
	m.size -= len(m.answers[i].answer.Body)
	m.answers = slices.Delete(m.answers, i, i+1)
}

// cached says that IBKR answers from a cache there, so that an old answer is
// what may come: all that is about accounts.
func cached(endpoint string) bool {
	path, get := strings.CutPrefix(endpoint, "GET ")
	return get && (strings.HasPrefix(path, "/portfolio") || strings.HasPrefix(path, "/iserver/account"))
}
