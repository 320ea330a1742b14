package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gannet/broker/ibkr"
)

// Results of a step.
const (
	stepOK   = "ok"
	stepWarn = "warn" // it works, and there is something to know
	stepFail = "fail"
	stepSkip = "skip" // a step before it failed
)

// finding is what a step found, and what to do about it.
type finding struct{ result, detail, advice string }

func passed(format string, args ...any) finding {
	return finding{result: stepOK, detail: fmt.Sprintf(format, args...)}
}

func warned(detail, advice string) finding { return finding{stepWarn, detail, advice} }

func failed(detail, advice string) finding { return finding{stepFail, detail, advice} }

// checkStep is a step of connecting.
type checkStep struct {
	name string
	gate bool // nothing after it makes sense when it fails
	run  func(*doctor, context.Context) finding
}

var checkSteps = []checkStep{
	{"credentials", true, (*doctor).credentials},
	{"address", true, (*doctor).address},
	{"name", true, (*doctor).name},
	{"listening", true, (*doctor).listening},
	{"certificate", true, (*doctor).certificate},
	{"login", true, (*doctor).login},
	{"session", true, (*doctor).session},
	{"account", true, (*doctor).accountStep},
	{"data", false, (*doctor).data},
	{"orders", false, (*doctor).ordersStep},
	{"stream", false, (*doctor).stream},
}

// doctor goes through the steps.
type doctor struct {
	*ibkrShell
	look   bool // open nothing
	url    *url.URL
	proxy  *url.URL // nil: none
	report checkReport
}

// checkReport is the JSON of check.
type checkReport struct {
	OK      bool          `json:"ok"`
	BaseURL string        `json:"base_url"`
	Account string        `json:"account"`
	Steps   []checkResult `json:"steps"`
}

type checkResult struct {
	Step   string `json:"step"`
	Result string `json:"result"` // ok, warn, fail or skip
	Millis int64  `json:"ms"`
	Detail string `json:"detail"`
	Advice string `json:"advice,omitempty"`
}

func (v *ibkrVerbs) checkVerb() *cobra.Command {
	var look bool
	cmd := &cobra.Command{
		Use: "check", Short: "Go through each step of connecting and say what to do about what fails", Args: noArgs,
		Long: `Go through each step of connecting: files of credentials, address, name, something that listens, its certificate, the login, the
brokerage session, the account, market data, orders, the stream. Each says what was found and what to do about it. After
a failure that makes the rest senseless the rest is skipped. It places no order. When there is no brokerage session it
opens one, as trading does, unless --look. The exit code is 1 when a step failed; warnings do not count.`,
		Example: "  engine ibkr check\n  engine ibkr check -c paper.yaml\n  engine ibkr check --base-url https://127.0.0.1:5001 -o json",
		RunE: func(cmd *cobra.Command, _ []string) error {
			t, err := v.target(nil)
			if err != nil {
				return err
			}
			d := &doctor{ibkrShell: &ibkrShell{app: v.app, ibkrTarget: t}, look: look}
			return d.check(cmd.Context())
		},
	}
	cmd.Flags().BoolVar(&look, "look", false, "open no brokerage session when there is none")
	return cmd
}

// check runs the steps and prints them.
func (d *doctor) check(ctx context.Context) error {
	blocked, failures := "", []string{}
	for _, step := range checkSteps {
		if blocked != "" {
			d.note(step.name, finding{stepSkip, "not tried: it needs " + blocked, ""}, 0)
			continue
		}
		began := time.Now()
		found := step.run(d, ctx)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		d.note(step.name, found, time.Since(began))
		if found.result == stepFail {
			failures = append(failures, step.name)
			if step.gate {
				blocked = step.name
			}
		}
	}
	d.report.OK, d.report.BaseURL, d.report.Account = len(failures) == 0, d.baseURL, d.account
	if err := d.print(); err != nil {
		return err
	}
	if len(failures) == 0 {
		return nil
	}
	err := fmt.Errorf("check: %s failed", strings.Join(failures, ", "))
	if failures[0] == "credentials" || failures[0] == "address" {
		return &usageError{err}
	}
	return err
}

func (d *doctor) note(step string, f finding, took time.Duration) {
	d.report.Steps = append(d.report.Steps, checkResult{step, f.result, took.Milliseconds(), plain(f.detail), plain(f.advice)})
}

func (d *doctor) print() error {
	if d.json() {
		return d.printJSON(d.report)
	}
	skipped := []string{}
	for _, r := range d.report.Steps {
		if r.Result == stepSkip {
			skipped = append(skipped, r.Step)
			continue
		}
		if _, err := fmt.Fprintf(d.out, "%-4s  %-11s  %7s  %s\n", r.Result, r.Step, fmt.Sprintf("%d ms", r.Millis), r.Detail); err != nil {
			return err
		}
		if r.Advice == "" {
			continue
		}
		if _, err := fmt.Fprintf(d.out, "%28s-> %s\n", "", r.Advice); err != nil {
			return err
		}
	}
	if len(skipped) > 0 {
		_, err := fmt.Fprintf(d.out, "skip  %s\n", strings.Join(skipped, ", "))
		return err
	}
	return nil
}

// diagnose is what an error of a call means, and what to do.
func (d *doctor) diagnose(err error) finding {
	var e *ibkr.Error
	if !errors.As(err, &e) {
		return failed(err.Error(), "")
	}
	detail := strings.TrimPrefix(cause(e).Error(), "ibkr: ")
	switch e.Kind {
	case ibkr.KindUnauthorized:
		if d.keyed() {
			return failed("the login is refused: "+detail, d.loginAdvice())
		}
		return failed("nobody is logged in: "+detail, d.loginAdvice())
	case ibkr.KindUntrusted:
		return failed(detail, pinAdvice)
	case ibkr.KindCredentials:
		return failed(detail, "compare keys, tokens and names in broker.ibkr.auth with what IBKR shows; a new consumer key is known after IBKR's next midnight; docs/ibkr.md goes through it")
	case ibkr.KindClock:
		return failed(detail, clockAdvice)
	case ibkr.KindPaced:
		return failed("IBKR turns requests away because there were too many: "+detail,
			"stop whatever else asks from this address and wait 15 minutes; every request prolongs it")
	case ibkr.KindNoBridge:
		return failed("there is no brokerage session: "+detail, "run engine ibkr check without --look: it opens one")
	case ibkr.KindNotFound, ibkr.KindMalformed:
		return failed("what answers there is not the Web API: "+detail,
			"check host, port and path of --base-url; a gateway's is https://localhost:5000, IBKR's own is https://api.ibkr.com")
	case ibkr.KindTemporary:
		if e.Status >= 500 {
			return failed("IBKR is not available now: "+detail,
				"try again in some minutes; each night around midnight of its region, and on Friday evenings, IBKR is away for a while")
		}
		return failed("the connection does not hold: "+detail, "run it again; if it stays so, look at network, proxy and the log of the gateway")
	}
	return failed("IBKR refuses: "+detail, "the text in the answer says why; user and permissions are managed in IBKR's Client Portal")
}

// cause is the request of a login that failed, or the request itself.
func cause(e *ibkr.Error) *ibkr.Error {
	var inner *ibkr.Error
	for errors.As(e.Err, &inner) {
		e = inner
	}
	return e
}

// keyed says that the login is one with keys.
func (d *doctor) keyed() bool {
	kind := d.cfg.Broker.IBKR.Auth.Kind
	return kind != "" && kind != "gateway"
}

// loginAdvice is how to log in at the place asked.
func (d *doctor) loginAdvice() string {
	if d.keyed() {
		return "IBKR does not take the login of broker.ibkr.auth (" + d.cfg.Broker.IBKR.Auth.Kind + "): compare keys, tokens and names with what IBKR shows"
	}
	if d.direct() {
		return "IBKR's servers want credentials of OAuth: set broker.ibkr.auth, or use a Client Portal gateway; docs/ibkr.md takes you through both"
	}
	return fmt.Sprintf("open %s://%s in a browser on the gateway's machine and log in until it says \"Client login succeeds\"; a login ends at least once a day",
		d.url.Scheme, d.url.Host)
}

// direct says that the place is IBKR's own and not a gateway.
func (d *doctor) direct() bool {
	return strings.HasSuffix(d.url.Hostname(), ".ibkr.com") || strings.HasSuffix(d.url.Hostname(), ".interactivebrokers.com")
}

const pinAdvice = "if the gateway got a new key, record it with engine ibkr pin and compare; if not, something else answers at this address: do not go on"
