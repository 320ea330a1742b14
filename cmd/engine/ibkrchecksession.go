package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"gannet/broker/ibkr"
)

// login says whether somebody is logged in.
func (d *doctor) login(ctx context.Context) finding {
	tickle, err := d.api.Session.Tickle(ctx)
	switch {
	case err != nil:
		return d.diagnose(err)
	case tickle.Session.String() == "": // a secret: only that it is there is told
		return failed("logged in, but IBKR names no session", d.loginAdvice())
	}
	detail := "logged in"
	if left, ok := tickle.SSOExpires.Int(); ok && left > 0 {
		detail = fmt.Sprintf("logged in, for another %s", (time.Duration(left) * time.Millisecond).Round(time.Second))
	}
	if skew := d.client.Skew(); skew != 0 {
		return d.wrongClock(detail, skew)
	}
	return passed("%s", detail)
}

// skewRefused is how far this machine's clock may be off before the client
// sends no order.
const skewRefused = 10 * time.Second

// wrongClock tells of a clock that is off IBKR's; behind is negative.
func (d *doctor) wrongClock(detail string, ahead time.Duration) finding {
	where := "ahead of"
	if ahead < 0 {
		where = "behind"
	}
	detail = fmt.Sprintf("%s; this machine's clock is %s %s IBKR's", detail, ahead.Abs().Round(time.Second), where)
	if ahead.Abs() <= skewRefused {
		return warned(detail, clockAdvice)
	}
	return failed(detail+": no order would be sent", clockAdvice)
}

const clockAdvice = "set the clock: timedatectl set-ntp true"

// session says whether there is a brokerage session, and opens one.
func (d *doctor) session(ctx context.Context) finding {
	if d.look {
		status, err := d.api.Session.AuthStatus(ctx)
		switch {
		case err != nil:
			return d.diagnose(err)
		case status.Competing.True():
			return d.competing()
		case !sessionUp(&status):
			return failed("logged in, without a brokerage session", "run engine ibkr check without --look, or engine run: both open one")
		}
		return passed("the brokerage session is up")
	}
	opened, err := d.open(ctx)
	switch {
	case errors.Is(err, errCompeting):
		return d.competing()
	case isKind(err, ibkr.KindRefused):
		return failed(strings.TrimPrefix(err.Error(), "ibkr: "),
			"IBKR does not let this user trade: log in to Client Portal with it and look for open tasks and trading permissions")
	case err != nil:
		return d.diagnose(err)
	case opened:
		return passed("there was none; one was opened")
	}
	return passed("the brokerage session is up")
}

func (d *doctor) competing() finding {
	return failed("another login of this user has the brokerage session",
		"log out of TWS, IBKR Mobile and Client Portal with this user, or take the session with --compete; for trading use a user name of its own")
}

// accountStep says whether the account is there and of the kind wanted.
func (d *doctor) accountStep(ctx context.Context) finding {
	known, err := d.accounts(ctx)
	if err != nil {
		return d.diagnose(err)
	}
	list := []string{}
	for _, one := range known.Accounts {
		list = append(list, plain(one.String()))
	}
	wanted := d.account
	if d.account == "" {
		d.account = plain(known.Selected.String())
	}
	if d.account == "" || !slices.Contains(list, d.account) {
		return failed(fmt.Sprintf("account %q is not of this login, which has %s", d.account, strings.Join(list, ", ")),
			"set broker.ibkr.account, or --account, to one of them; or log in with the user of that account")
	}
	paper := paperName(d.account)
	if !known.IsPaper.IsZero() && known.IsPaper.True() != paper {
		return failed(fmt.Sprintf("account %s is %s by its name, and the server says it is %s", d.account, moneyKind(paper), moneyKind(!paper)),
			"nothing may trade here; log in again with the user that belongs to the account")
	}
	if configured := len(d.files) > 0 && wanted == d.cfg.Broker.IBKR.Account; configured && paper == (d.cfg.Mode == "live") {
		return failed(fmt.Sprintf("account %s is %s, and the configuration's mode is %s", d.account, moneyKind(paper), d.cfg.Mode),
			"set mode and account of the configuration so that they agree, and log in with that user")
	}
	others := ""
	if len(list) > 1 {
		others = "; the login has " + strings.Join(list, ", ")
	}
	return passed("%s, %s%s", d.account, moneyKind(paper), others)
}

func moneyKind(paper bool) string {
	if paper {
		return "paper"
	}
	return "REAL MONEY"
}

// spyConid is SPY on ARCA, which every user may look at.
const spyConid = 756733

const dataAdvice = "subscribe to market data for the API in Client Portal, and share it with the paper user there; it can take a day"

// data says how fresh prices are.
func (d *doctor) data(ctx context.Context) finding {
	conid := int64(spyConid)
	if n := d.instrumentConid(); n != 0 {
		conid = n
	}
	rows, err := d.quotes(ctx, []int64{conid}, quoteFields)
	if err != nil {
		return d.diagnose(err)
	}
	if len(rows) == 0 {
		return warned(fmt.Sprintf("no answer about contract %d", conid), dataAdvice)
	}
	kind := rows[0].Availability.String()
	what := strings.TrimSpace(fmt.Sprintf("%s (%d) %s", rows[0].Field("55"), conid, rows[0].Field("31")))
	switch {
	case strings.HasPrefix(kind, "R"):
		return passed("%s, real time", what)
	case strings.HasPrefix(kind, "D"):
		return warned(what+", delayed by 15 minutes or more", "the risk gate refuses it unless risk.allow_delayed_data; "+dataAdvice)
	case strings.HasPrefix(kind, "Z"), strings.HasPrefix(kind, "Y"):
		return warned(what+", frozen: the market is closed, or trading is halted", "")
	case strings.HasPrefix(kind, "O"):
		return warned(what+": the market data agreement for the API is not signed", "accept it in Client Portal, Settings, Market Data API Acknowledgement")
	case strings.HasPrefix(kind, "N"):
		return warned(what+": not subscribed", dataAdvice)
	}
	return warned(what+": no price came", dataAdvice)
}

// ordersStep says whether orders can be seen.
func (d *doctor) ordersStep(ctx context.Context) finding {
	live, err := d.liveOrders(ctx)
	if err != nil {
		return d.diagnose(err)
	}
	working := 0
	for i := range live.Orders {
		if !live.Orders[i].Done() {
			working++
		}
	}
	return passed("%s today, %d working", count(len(live.Orders), "order"), working)
}

// stream says whether the WebSocket opens and knows the session.
func (d *doctor) stream(ctx context.Context) finding {
	ctx, cancel := context.WithTimeout(ctx, streamWait)
	defer cancel()
	if err := d.tryStream(ctx); err != nil {
		return failed(err.Error(), "REST works and the WebSocket does not: a proxy or firewall may not pass WebSockets, or another program holds the session's stream")
	}
	return passed("the WebSocket opens and knows the session")
}
