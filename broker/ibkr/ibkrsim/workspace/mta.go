package workspace

import (
	"fmt"

	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/market"
)

// readMTA is GET /iserver/account/mta: the alert of the mobile trading
// assistant, of which each user has one.
func (d *desk) readMTA(r *web.Request) web.Reply {
	if d.mta == nil && !d.newMTA(d.w.newID(), r.Now) {
		return unavailable()
	}
	return web.OK(d.mta.body())
}

// newMTA makes the MTA alert as it is at first: it tells of every trade.
func (d *desk) newMTA(tool int64, now market.Nanos) bool {
	login := d.login()
	if login.Selected == "" {
		return false
	}
	a := &alert{ID: d.w.newID(), Tool: tool, Account: login.Selected, Name: "MTA (AutoAlert)", TIF: "GTC", Created: now,
		Email: login.Email, Active: true, Repeatable: true, SendMessage: true,
		Conditions: []condition{{Type: TradeCondition, Conidex: anyContract, Contract: "Unknown", Value: "*", Bind: "n"}}}
	if d.addAlert(a) != nil {
		return false
	}
	a.save()
	return true
}

// mtaDefaults is the ranges that the assistant offers per type of condition.
// That of the daily profit is a quarter of the account's worth.
func mtaDefaults(login *Login) string {
	most := int64(0)
	if a := login.account(login.Selected); a != nil {
		most = a.NetLiquidation.Abs().Shift(-3).Truncate(0).IntPart() * 250
	}
	return fmt.Sprintf("9:STATE=1,MIN=%d,MAX=%d,STEP=500,DEF_MIN=%d,DEF_MAX=%d", -most, most, -most/10, most/10) +
		"|8:STATE=0,MIN=-15,MAX=15,STEP=0.5,DEF_MIN=-2,DEF_MAX=2|7:STATE=1,MIN=-5,MAX=5,STEP=0.5,DEF_MIN=-2,DEF_MAX=2" +
		"|4:STATE=1,MIN=1,MAX=50,STEP=1,DEF_VAL=10|5:STATE=0"
}
