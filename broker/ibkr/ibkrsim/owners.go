package ibkrsim

import (
	"strings"

	"gannet/broker/ibkr/ibkrsim/web"
)

// owners is GET acesws/{accountId}/signatures-and-owners: who has the account,
// under the name in its title, and the logins that may use it.
func (s *Server) owners(r *web.Request) web.Reply {
	a := s.account(r)
	first, last := "", a.Title
	if i := strings.LastIndexByte(a.Title, ' '); i >= 0 {
		first, last = a.Title[:i], a.Title[i+1:]
	}
	entity := map[string]string{"firstName": first, "lastName": last, "entityType": "INDIVIDUAL", "entityName": a.Title,
		"dateOfBirth": "1980-01-02"}
	users := []any{}
	for _, u := range s.logins {
		if u.sees(a.ID) {
			users = append(users, map[string]any{"roleId": "OWNER", "hasRightCodeInd": true, "userName": u.name, "entity": entity})
		}
	}
	return web.OK(map[string]any{"accountId": a.ID, "users": users, "applicant": map[string]any{"signatures": []string{a.Title}}})
}
