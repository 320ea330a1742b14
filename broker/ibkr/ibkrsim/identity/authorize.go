package identity

import (
	"errors"
	"net/http"
	"net/url"

	"gannet/broker/ibkr/ibkrsim/web"
)

var errNoRequest = errors.New("identity: the request token is unknown, expired or used by another user")

// showAuthorize is GET /authorize?oauth_token=: the page on which a user
// consents to a third party.
func (v *Visit) showAuthorize(q *web.Request) web.Reply {
	token := q.Query.Get("oauth_token")
	wish, ok := v.registry.requests.get(token, q.Now.Time())
	if !ok {
		return showPage(http.StatusBadRequest, pageData{Title: "Authorize", Lines: []string{"The request token is unknown or has expired."}})
	}
	if user := v.registry.cfg.AutoConsent; user != "" {
		return v.consent(q, token, user)
	}
	return authorizePage(http.StatusOK, token, wish.consumer+" asks to act for you. Log in to let it.")
}

func authorizePage(status int, token, line string) web.Reply {
	return showPage(status, pageData{Title: "Authorize", Action: "/authorize", Token: token, Button: "Authorize", Lines: []string{line}})
}

// authorize is POST /authorize with oauth_token, username and password as a
// form.
func (v *Visit) authorize(q *web.Request) web.Reply {
	form, err := url.ParseQuery(string(q.Body))
	if err != nil || !v.registry.mayEnter(form.Get("username"), form.Get("password")) {
		return authorizePage(http.StatusUnauthorized, form.Get("oauth_token"), "Invalid username password combination")
	}
	return v.consent(q, form.Get("oauth_token"), form.Get("username"))
}

// consent shows the verifier or takes the browser back to the third party
// with it (RFC 5849, section 2.2).
func (v *Visit) consent(q *web.Request, token, user string) web.Reply {
	now := q.Now.Time()
	verifier, err := v.registry.Consent(token, user, now)
	if err != nil {
		return showPage(http.StatusBadRequest, pageData{Title: "Authorize", Lines: []string{"The request token is unknown or has expired."}})
	}
	wish, _ := v.registry.requests.get(token, now)
	if wish.callback == "oob" {
		return showPage(http.StatusOK, pageData{Title: "Authorized", Lines: []string{"oauth_token=" + token, "oauth_verifier=" + verifier}})
	}
	back, err := url.Parse(wish.callback)
	if err != nil {
		return showPage(http.StatusBadRequest, pageData{Title: "Authorize", Lines: []string{"The callback is not a URL."}})
	}
	query := back.Query()
	query.Set("oauth_token", token)
	query.Set("oauth_verifier", verifier)
	back.RawQuery = query.Encode()
	return redirect(back.String(), nil)
}

// redirect sends a browser elsewhere.
func redirect(to string, cookie *http.Cookie) web.Reply {
	header := http.Header{"Location": {to}}
	if cookie != nil {
		header.Add("Set-Cookie", cookie.String())
	}
	return web.Reply{Status: http.StatusFound, Header: header}
}
