package ibkrsim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strings"

	"gannet/broker/ibkr/ibkrsim/identity"
	"gannet/broker/ibkr/ibkrsim/management"
	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/market"
)

// Kinds of what the server itself keeps in the state file.
const (
	kindStart = "server.start" // when the file was begun
	kindLogin = "server.login" // user/account: an account that was opened for a user
)

// openOffice makes the account management and takes back what it kept.
func (s *Server) openOffice(now market.Nanos) error {
	begun := now
	err := s.house.Items(kindStart, func(_ string, value json.RawMessage) error { return json.Unmarshal(value, &begun) })
	if err != nil {
		return fmt.Errorf("ibkrsim: %w", err)
	}
	if begun == now {
		s.house.Put(kindStart, "", web.Encode(begun))
	}
	s.office, err = management.New(management.Config{Seed: s.opt.Seed, Ledger: ledger{s}, Store: s.house, Start: begun,
		Location: newYork(), Users: s.registry.Users()})
	if err != nil {
		return fmt.Errorf("ibkrsim: %w", err)
	}
	if err := s.takeBack(management.Kinds(), s.office.Restore); err != nil {
		return err
	}
	err = s.house.Items(kindLogin, func(key string, _ json.RawMessage) error {
		name, account, _ := strings.Cut(key, "/")
		if u := s.users[name]; u != nil && s.house.Account(account) != nil {
			u.accounts = append(u.accounts, account)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("ibkrsim: %w", err)
	}
	return nil
}

// isManaged says that an endpoint is account management's, which OAuth 2.0
// clients call and no user.
func isManaged(pattern string) bool { return strings.HasPrefix(pattern, management.Prefix+"/") }

// openBody takes the claims out of a write to account management, which is a
// JWT that the client signed, and refuses a caller without the scope for it.
func (s *Server) openBody(found *web.Route[*Server], c identity.Caller, r *http.Request, body []byte) ([]byte, web.Reply, bool) {
	if !isManaged(found.Pattern) {
		return body, web.Reply{}, true
	}
	name := r.Method + " " + strings.TrimPrefix(found.Pattern, management.Prefix)
	if refused, ok := c.Require(management.Scopes[name]...); !ok {
		return nil, refused, false
	}
	if r.Method == http.MethodGet || takesPlain(found.Pattern) && isPlain(r, body) {
		return body, web.Reply{}, true
	}
	now := s.clockNow()
	s.loginMu.Lock()
	defer s.loginMu.Unlock()
	return s.registry.SignedBody(c, body, now)
}

// takesPlain says that IBKR's OpenAPI document gives an operation's body as
// application/json, too, though its policy is a signed JWT: banking and reports.
func takesPlain(pattern string) bool {
	rest := strings.TrimPrefix(pattern, management.Prefix)
	return !slices.ContainsFunc([]string{"/accounts", "/restrictions", "/echo"}, func(p string) bool { return strings.HasPrefix(rest, p) })
}

// isPlain says that a body is a JSON object and says so.
func isPlain(r *http.Request, body []byte) bool {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return err == nil && kind == "application/json" && bytes.HasPrefix(bytes.TrimSpace(body), []byte("{"))
}

// manage does what is due in account management.
func (s *Server) manage(now market.Nanos) {
	if at, ok := s.office.Due(); ok && at <= now {
		s.office.Advance(now)
	}
}

// tell leaves a notification with all users who see an account.
func (s *Server) tell(account, code, title, text string) {
	for _, u := range s.logins {
		if u.sees(account) {
			s.workspace.Notify(u.name, code, title, text, s.house.Now())
		}
	}
}
