package ibkrsim

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"gannet/broker/ibkr/ibkrsim/identity"
	"gannet/market"
)

// addUsers makes the users and what they log in with: those of the options
// first, then those that came with keys, who see all accounts. Somebody is
// always there.
func (s *Server) addUsers(now market.Nanos) error {
	s.users, s.registry = map[string]*user{}, identity.New(s.opt.Identity)
	known := map[string]User{}
	for _, one := range s.opt.Users {
		known[one.Name] = one
		if err := s.registry.AddUser(identity.User{Name: one.Name, Password: one.Password}); err != nil {
			return fmt.Errorf("ibkrsim: %w", err)
		}
	}
	if err := s.addKeys(); err != nil {
		return fmt.Errorf("ibkrsim: %w", err)
	}
	for _, name := range s.registry.Users() {
		one := known[name]
		if one.Accounts == nil {
			one.Accounts = s.opt.accountIDs()
		}
		u := &user{name: name, id: 99_996_016 + len(s.logins), accounts: slices.Clone(one.Accounts), selected: one.Accounts[0],
			email: cmp.Or(one.Email, name+"@example.com"), dyn: one.DynAccount, delayed: one.Delayed}
		u.session.touched, u.session.id = now, s.newSessionID()
		s.users[name], s.logins = u, append(s.logins, u)
		s.registry.SetPaper(name, u.paper())
	}
	for what, name := range map[string]string{"login": s.opt.Identity.AutoUser, "consent": s.opt.Identity.AutoConsent} {
		if name != "" && s.users[name] == nil {
			return fmt.Errorf("ibkrsim: automatic %s: there is no user %q; want one of %s", what, name, strings.Join(s.registry.Users(), ", "))
		}
	}
	return nil
}

// addKeys makes known what clients log in with, and the user of somebody who
// brought none.
func (s *Server) addKeys() error {
	for _, c := range s.opt.Credentials {
		if err := c.Register(s.registry); err != nil {
			return err
		}
	}
	if s.opt.KeysDir != "" {
		if err := s.registry.Load(s.opt.KeysDir); err != nil {
			return err
		}
	}
	if len(s.registry.Users()) > 0 {
		return nil
	}
	return s.registry.AddUser(identity.User{Name: defaultUser})
}
