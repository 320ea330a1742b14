package identity

import "slices"

// ActsFor are the users for whom an OAuth 2.0 client may act: those that it was
// registered with, or all. A client that is not known acts for nobody.
func (r *Registry) ActsFor(client string) []string {
	c := r.clients[client]
	switch {
	case c == nil:
		return nil
	case len(c.Users) == 0:
		return r.Users()
	}
	return slices.Clone(c.Users)
}
