package identity

import (
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"strings"
	"time"

	"gannet/broker/ibkr/ibkrsim/web"
)

// loginSpan is how long a browser's login lasts.
const loginSpan = 24 * time.Hour

// loginCookie names the cookie of a login.
const loginCookie = "x-sess-uuid"

// login is a browser that logged in. Programs that come from the same address
// are logged in with it, as with a real gateway.
type login struct {
	user    string
	address string
	method  Method // Gateway or SSO
}

// byLogin is the caller of a request without Authorization: by cookie, by
// address, or because it comes from this machine.
func (r *Registry) byLogin(q *http.Request, now time.Time) (Caller, web.Reply, bool) {
	if cookie, err := q.Cookie(loginCookie); err == nil {
		if l, ok := r.logins.get(cookie.Value, now); ok {
			return r.loggedIn(l), web.Reply{}, true
		}
	}
	address := remote(q)
	if l, ok := r.logins.newest(now, func(l login) bool { return l.address == address && l.method == Gateway }); ok {
		return r.loggedIn(l), web.Reply{}, true
	}
	if user := r.autoUser(); user != "" && user != r.out && loopback(q) {
		return r.loggedIn(login{user: user, method: Gateway}), web.Reply{}, true
	}
	return Caller{}, web.FailCode(http.StatusUnauthorized, "Unauthorized"), false
}

// autoUser is whom loopback is logged in as; empty is nobody.
func (r *Registry) autoUser() string {
	if r.cfg.NoAutoLogin || len(r.userNames) == 0 {
		return ""
	}
	if r.cfg.AutoUser != "" {
		return r.cfg.AutoUser
	}
	return r.userNames[0]
}

func (r *Registry) loggedIn(l login) Caller {
	return Caller{User: l.user, Paper: r.users[l.user].Paper, Method: l.method}
}

// loginOf is a user who is logged in at the gateway from anywhere.
func (r *Registry) loginOf(user string, now time.Time) (Caller, bool) {
	l, ok := r.logins.newest(now, func(l login) bool { return l.user == user })
	return r.loggedIn(l), ok
}

// enter logs a browser in and gives it its cookie.
func (r *Registry) enter(q *http.Request, user string, method Method, now time.Time) *http.Cookie {
	key := r.token(16)
	r.Restore(user)
	r.logins.put(key, login{user: user, address: remote(q), method: method}, now.Add(loginSpan), now)
	return &http.Cookie{Name: loginCookie, Value: key, Path: "/", HttpOnly: true, Secure: q.TLS != nil, SameSite: http.SameSiteLaxMode}
}

// mayEnter checks a password.
func (r *Registry) mayEnter(name, password string) bool {
	u, known := r.users[name]
	return same(u.Password, password) && known
}

// page is what every page of this package looks like.
var page = template.Must(template.New("page").Parse(`<!doctype html>
<html><head><meta charset="utf-8"><title>{{.Title}}</title></head><body><h1>Interactive Brokers API simulator</h1>
{{range .Lines}}<p>{{.}}</p>
{{end}}{{if .Action}}<form method="post" action="{{.Action}}">
{{if .Token}}<input type="hidden" name="oauth_token" value="{{.Token}}">
{{end}}<p><label>Username <input name="username" autocomplete="username" autofocus></label></p>
<p><label>Password <input name="password" type="password" autocomplete="current-password"></label></p>
<p><button>{{.Button}}</button></p>
</form>
{{end}}</body></html>
`))

// pageData fills page; without an Action there is no form.
type pageData struct {
	Title, Action, Token, Button string
	Lines                        []string
}

func showPage(status int, data pageData) web.Reply {
	var b strings.Builder
	if err := page.Execute(&b, data); err != nil {
		return web.Fail(http.StatusInternalServerError, err.Error())
	}
	return web.Reply{Status: status, HTML: b.String()}
}

// loginPage is the form, under a line that says why it is shown.
func loginPage(status int, line string) web.Reply {
	return showPage(status, pageData{Title: "Login", Action: "/sso/Login", Button: "Login", Lines: []string{line}})
}

// clientLoginSucceeds is the text that programs look for on the real page.
const clientLoginSucceeds = "Client login succeeds"

// home is GET /: who is logged in, or the form.
func (v *Visit) home(q *web.Request) web.Reply {
	c, _, ok := v.registry.byLogin(v.http, q.Now.Time())
	if !ok {
		return loginPage(http.StatusOK, "Nobody is logged in.")
	}
	return showPage(http.StatusOK, pageData{Title: "Logged in", Lines: []string{
		clientLoginSucceeds,
		fmt.Sprintf("User %s. Open the brokerage session with POST /v1/api/iserver/auth/ssodh/init; /sso/Login is the form for another user.", c.User)}})
}

// showLogin is GET /sso/Login.
func (v *Visit) showLogin(*web.Request) web.Reply {
	return loginPage(http.StatusOK, "Log in with a user of the simulator.")
}

// login is POST /sso/Login with username and password as a form.
func (v *Visit) login(q *web.Request) web.Reply {
	form, err := url.ParseQuery(string(q.Body))
	if err != nil || !v.registry.mayEnter(form.Get("username"), form.Get("password")) {
		return loginPage(http.StatusUnauthorized, "Invalid username password combination")
	}
	cookie := v.registry.enter(v.http, form.Get("username"), Gateway, q.Now.Time())
	reply := showPage(http.StatusOK, pageData{Title: "Logged in", Lines: []string{clientLoginSucceeds}})
	reply.Header = http.Header{"Set-Cookie": {cookie.String()}}
	return reply
}
