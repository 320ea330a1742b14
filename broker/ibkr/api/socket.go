package api

import (
	"context"
	"net/http"
	"net/url"
)

// Socket is the operation that opens the stream. The stream itself is
// ibkr.Adapter's: an HTTP client cannot keep the connection that it asks for.
type Socket struct{ c Caller }

// SocketTicket is what the server checks when a stream opens.
type SocketTicket struct {
	Session     string // of tickle, for the cookie api
	BearerToken string // OAuth 2.0
	OAuthToken  string // OAuth 1.0a: the access token, not the live session token
}

var opSocket = register(Op{Group: "Socket", Name: "Open", Method: http.MethodGet, Path: "/ws"})

// Open asks for the upgrade, to see whether the server refuses it: a 401 says
// that the session is not known. A good answer is a 101 whose connection never
// ends; it is dropped at ctx's deadline, with an error that is not KindUnauthorized.
// GET /ws.
func (s Socket) Open(ctx context.Context, t SocketTicket) error {
	query := url.Values{}
	setText(query, "bearer_token", t.BearerToken)
	setText(query, "oauth_token", t.OAuthToken)
	header := http.Header{
		"Cookie": {"api=" + t.Session}, "Connection": {"Upgrade"}, "Upgrade": {"websocket"},
		"Sec-Websocket-Version": {"13"}, "Sec-Websocket-Key": {"Z2FubmV0LWhhbmRzaGFrZQ=="},
	}
	_, err := plainText(ctx, s.c, opSocket, args{query: query, header: header})
	return err
}
