package ibkr

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
)

// BrowserSession makes a login page for a user of an advisor or an introducing
// broker (POST /sso-browser-sessions): the user's browser is sent to the
// address and is logged in there. credential is the user's name at IBKR, ip
// the address of the user's browser. It needs the scope
// sso-browser-sessions.write. The address is a credential: it logs in who
// opens it.
func (o *OAuth2) BrowserSession(ctx context.Context, c *Client, credential, ip string) (*url.URL, error) {
	fields := ssoFields{Credential: credential, IP: ip}
	if credential == "" || ip == "" {
		return nil, &Error{Kind: KindRefused, Method: http.MethodPost, Endpoint: pathBrowserSSO, Err: errors.New("want the user's name and address")}
	}
	resp, err := o.postSession(ctx, &Link{c}, pathBrowserSSO, fields, jwtValid)
	if err != nil {
		return nil, err
	}
	var answer struct {
		Active *FlexBool  `json:"active"`
		URL    FlexString `json:"url"`
	}
	if err := json.Unmarshal(resp.Body, &answer); err != nil {
		return nil, loginFailed(KindMalformed, pathBrowserSSO, err)
	}
	page, err := url.Parse(string(answer.URL))
	if err != nil || page.Scheme != "https" || page.Host == "" {
		return nil, loginFailed(KindMalformed, pathBrowserSSO, errors.New("no https address in the answer"))
	}
	if answer.Active != nil && !bool(*answer.Active) {
		return nil, loginFailed(KindUnauthorized, pathBrowserSSO, errors.New("the new session is not active"))
	}
	return page, nil
}
