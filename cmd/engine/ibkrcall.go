package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"gannet/broker/ibkr"
	"gannet/broker/ibkr/api"
)

// callFlags are what call sends besides its path.
type callFlags struct {
	query, header []string
	body          string
	contentType   string
	signed        bool
	arm           string
}

// callVerbs reach what has no verb of its own.
func (v *ibkrVerbs) callVerbs() []*cobra.Command {
	var f callFlags
	cmd := v.trading(&cobra.Command{
		Use: "call METHOD PATH", Short: "Make any call of the API", ValidArgsFunction: completeCall,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 2 {
				return usagef("%s wants a method and a path, got %d arguments; such as GET /iserver/accounts", cmd.CommandPath(), len(args))
			}
			return nil
		},
		Long: `Make any call of the API and print its answer. A path below /gw/api/v1 is account management, one below
/oauth2/api/v1 is tokens, everything else is trading (/v1/api may be left out). {accountId} in a path becomes the account.
A GET is repeated on passing faults; anything else is sent once. --body - reads stdin. A call that may place or
change an order of a real-money account needs what place needs. No brokerage session is opened: engine ibkr check does.`,
		Example: `  engine ibkr call GET /iserver/accounts
  engine ibkr call GET /portfolio/{accountId}/ledger -o json
  engine ibkr call GET /iserver/secdef/search --query symbol=SPY --query secType=STK
  engine ibkr call POST /iserver/contract/rules --body rules.json
  echo '{"publish":true,"compete":false}' | engine ibkr call POST /iserver/auth/ssodh/init --body -`,
	}, &f.arm, func(ctx context.Context, s *ibkrShell, args []string) error { return s.call(ctx, args[0], args[1], &f) })
	flags := cmd.Flags()
	flags.StringArrayVar(&f.query, "query", nil, "`KEY=VALUE` of the query; may be repeated")
	flags.StringArrayVar(&f.header, "header", nil, "`NAME=VALUE` of a header; may be repeated")
	flags.StringVar(&f.body, "body", "", "`FILE` to send, - for stdin")
	flags.BoolVar(&f.signed, "signed", false, "send the body, a JSON object, as a JWT signed with the key of OAuth 2.0, as account management wants it")
	flags.StringVar(&f.contentType, "content-type", "", "`TYPE` of the body (default: application/json)")
	flags.StringVar(&f.arm, "arm", "", "`ACCOUNT` that may trade real money; must be broker.ibkr.account")
	return []*cobra.Command{cmd}
}

// completeCall completes the method, and then the paths of that method.
func completeCall(cmd *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
	if len(args) == 0 {
		return words(methods...)(cmd, args, begun)
	}
	var paths []string
	for _, op := range api.Ops() {
		if len(args) == 1 && strings.EqualFold(op.Method, args[0]) {
			paths = append(paths, servicePrefix(op.Service)+op.Path)
		}
	}
	return words(slices.Compact(slices.Sorted(slices.Values(paths)))...)(cmd, args, begun)
}

func servicePrefix(service ibkr.Service) string {
	for _, one := range services {
		if one.service == service && service != ibkr.Trading {
			return one.prefix
		}
	}
	return ""
}

// services are the parts of the API by the prefix of a path.
var services = []struct {
	prefix  string
	service ibkr.Service
}{{"/gw/api/v1", ibkr.Management}, {"/oauth2/api/v1", ibkr.Token}, {"/v1/api", ibkr.Trading}, {"", ibkr.Trading}}

var methods = []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}

// makeCall reads a call from the command line.
func makeCall(method, path string, f *callFlags) (call ibkr.Call, err error) {
	call.Method = strings.ToUpper(method)
	if !slices.Contains(methods, call.Method) {
		return call, usagef("method %q: want one of %s", method, strings.Join(methods, ", "))
	}
	path, inline, _ := strings.Cut(path, "?")
	if !strings.HasPrefix(path, "/") || strings.ContainsAny(path, " #") {
		return call, usagef("path %q: want one such as /iserver/accounts", path)
	}
	for _, one := range services {
		if rest, ok := strings.CutPrefix(path, one.prefix); ok && strings.HasPrefix(rest, "/") {
			call.Service, call.Path = one.service, rest
			break
		}
	}
	if call.Query, err = url.ParseQuery(inline); err != nil {
		return call, usagef("path: query %q: %v", inline, err)
	}
	err = errors.Join(
		each("--query", f.query, call.Query.Add),
		each("--header", f.header, func(name, value string) {
			if call.Header == nil {
				call.Header = http.Header{}
			}
			call.Header.Add(name, value)
		}))
	if call.Method != http.MethodGet && call.Method != http.MethodHead {
		call.Urgency = ibkr.Write
	}
	call.ContentType, call.Signed = f.contentType, f.signed
	return call, err
}

func each(flag string, list []string, add func(key, value string)) error {
	for _, one := range list {
		key, value, ok := strings.Cut(one, "=")
		if !ok || key == "" {
			return usagef("%s %q: want KEY=VALUE", flag, one)
		}
		add(key, value)
	}
	return nil
}

// mostInput is how much of a body is read.
const mostInput = 8 << 20

func (a *app) readBody(name string) ([]byte, error) {
	var from io.Reader = a.in
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return nil, usagef("--body: %w", err)
		}
		defer file.Close()
		from = file
	}
	body, err := io.ReadAll(io.LimitReader(from, mostInput+1))
	if err == nil && len(body) > mostInput {
		err = fmt.Errorf("--body %s: more than %d bytes", name, mostInput)
	}
	return body, err
}

func (s *ibkrShell) call(ctx context.Context, method, path string, f *callFlags) error {
	call, err := makeCall(method, path, f)
	if err != nil {
		return err
	}
	if f.body != "" {
		if call.Body, err = s.readBody(f.body); err != nil {
			return err
		}
	}
	if strings.Contains(call.Path, "{accountId}") {
		account, err := s.accountID(ctx)
		if err != nil {
			return err
		}
		call.Params = map[string]string{"accountId": account}
	}
	if err := s.mayCall(ctx, &call); err != nil {
		return err
	}
	call.MayBeEmpty = true
	if call.Urgency == ibkr.Write {
		ctx = context.WithoutCancel(ctx) // a Ctrl-C would only hide what became of it
	}
	resp, err := s.paced.Call(ctx, call)
	if err != nil {
		return err
	}
	return s.showAny(resp.Body)
}

// orderPath are the paths that place, change or confirm an order, and where
// they name the account.
var orderPath = regexp.MustCompile(`^/iserver/(?:account/([^/]+)/orders?(?:/[^/]*)?|reply/.*|notification)/?$`)

// mayCall holds a call that may trade to the rules of place. A preview and a
// cancel do not trade.
func (s *ibkrShell) mayCall(ctx context.Context, call *ibkr.Call) error {
	writes := call.Method == http.MethodPost || call.Method == http.MethodPut || call.Method == http.MethodPatch
	found := orderPath.FindStringSubmatch(call.Path)
	if !writes || call.Service != ibkr.Trading || found == nil || strings.HasSuffix(strings.TrimSuffix(call.Path, "/"), "/whatif") {
		return nil
	}
	known, err := s.accounts(ctx)
	if err != nil {
		return err
	}
	account := found[1]
	if account == "" || account == "{accountId}" {
		if account, err = s.accountID(ctx); err != nil {
			return err
		}
	}
	return s.mayTrade(account, paper(known))
}
