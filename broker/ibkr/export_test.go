package ibkr

import (
	"context"
	"net"
	"net/http"
)

// DialAt has the client connect to an address, whatever its URL says.
func (c *Client) DialAt(address string) {
	var dialer net.Dialer
	c.http.Transport.(*http.Transport).DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return dialer.DialContext(ctx, network, address)
	}
}
