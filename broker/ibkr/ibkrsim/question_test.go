package ibkrsim_test

import (
	"fmt"
	"regexp"
	"testing"

	"gannet/broker/ibkr/ibkrsim"
)

const far = `"orderType":"LMT","side":"BUY","quantity":5,"tif":"DAY","price":400.00`

// asked sends an order that is met with a question and returns the reply id
// and the message id.
func (c *client) asked(method, path, body string) (reply, message string) {
	c.t.Helper()
	list, ok := c.must(method, path, body).([]any)
	if !ok || len(list) != 1 {
		c.t.Fatalf("no question: %v", list)
	}
	row := list[0].(map[string]any)
	ids, ok := row["messageIds"].([]any)
	if !ok {
		c.t.Fatalf("no question: %v", row)
	}
	return row["id"].(string), ids[0].(string)
}

// A limit far from the market is asked about; nothing is sent before a yes,
// and a suppressed question is not asked.
func TestQuestion(t *testing.T) {
	c, _ := session(t, quiet())
	id, message := c.asked("POST", placePath(), orderBody("q1", far))
	if message != "o163" || !regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$`).MatchString(id) {
		t.Errorf("question %s under %s", message, id)
	}
	if orders := c.srv.State().Orders; len(orders) != 0 {
		t.Fatalf("sent before the answer: %+v", orders)
	}
	c.want("POST", "/iserver/reply/"+id, `{"confirmed":false}`, 200, `{"error":"Order not confirmed "}`)
	c.want("POST", "/iserver/reply/"+id, `{"confirmed":true}`, 400, `{"error":"reply id not found: '`+id+`'"}`)

	id, _ = c.asked("POST", placePath(), orderBody("q1", far))
	c.must("POST", "/iserver/reply/"+id, `{"confirmed":true}`)
	if got := c.order("q1").Status; got != "Submitted" {
		t.Errorf("confirmed: %s", got)
	}
	c.must("POST", "/iserver/questions/suppress", `{"messageIds":["o163"]}`)
	c.place("q2", far)
	c.must("POST", "/iserver/questions/suppress/reset", "")
	if _, message := c.asked("POST", placePath(), orderBody("q3", far)); message != "o163" {
		t.Errorf("after the reset: %s", message)
	}
	c.want("POST", "/iserver/questions/suppress", `{"messageIds":[]}`, 500, `{"error":"messageIds: want 1 to 51"}`)
}

// Questions come in chains; the order goes out after the last yes.
func TestQuestionChain(t *testing.T) {
	c, _ := session(t, quiet())
	c.srv.Ask("o354", "o10331", "o99999")
	const market = `"orderType":"MKT","side":"BUY","quantity":5,"tif":"DAY"`
	id, message := c.asked("POST", placePath(), orderBody("chain", market))
	for _, want := range []string{"o354", "o10331"} {
		if message != want {
			t.Fatalf("asked %s, want %s", message, want)
		}
		id, message = c.asked("POST", "/iserver/reply/"+id, `{"confirmed":true}`)
	}
	c.must("POST", "/iserver/reply/"+id, `{"confirmed":true}`)
	if got := c.order("chain").Status; got != "Filled" {
		t.Errorf("after the last yes: %s", got)
	}
	c.place("next", market) // Ask is for one order
}

// A second question of the same kind pushes the first aside. Its reply fails,
// and the order goes live: a failed reply is an unknown outcome.
func TestStaleQuestion(t *testing.T) {
	c, _ := session(t, quiet())
	first, _ := c.asked("POST", placePath(), orderBody("first", far))
	second, _ := c.asked("POST", placePath(), orderBody("second", far))
	c.want("POST", "/iserver/reply/"+first, `{"confirmed":true}`, 503, `{"error":"Service Unavailable","statusCode":503}`)
	if orders := c.srv.State().Orders; len(orders) != 0 {
		t.Errorf("live before the reply was even answered: %+v", orders)
	}
	eventually(t, "the order behind the failed reply goes live", func() bool { return len(c.srv.State().Orders) == 1 })
	c.must("POST", "/iserver/reply/"+second, `{"confirmed":true}`)
}

// Rules beside the far limit, and that a question does not reserve the cOID.
func TestQuestionRules(t *testing.T) {
	c, _ := session(t, quiet())
	for rest, want := range map[string]string{
		`"orderType":"TRAIL","side":"SELL","quantity":5,"tif":"DAY","trailingAmt":1,"trailingType":"amt"`: "o10331",
		`"orderType":"LMT","side":"BUY","quantity":7000,"tif":"DAY","price":515.10`:                       "o163",
	} {
		if _, got := c.asked("POST", placePath(), orderBody("r", rest)); got != want {
			t.Errorf("%s: asked %s, want %s", rest, got, want)
		}
	}
	other := `{"orders":[{"conid":265598,"cOID":"r","orderType":"MKT","side":"BUY","quantity":1,"tif":"DAY"}]}`
	if _, got := c.asked("POST", placePath(), other); got != "o354" {
		t.Errorf("without market data: asked %s", got)
	}
	c.place("r", `"orderType":"LMT","side":"BUY","quantity":1,"tif":"DAY","price":499.00`)
}

// A user with delayed prices only is asked about it at every order.
func TestDelayedUserIsAsked(t *testing.T) {
	opt := quiet()
	opt.Users = []ibkrsim.User{{Name: "late", Delayed: true}}
	c := start(t, opt).login()
	c.quote("500.00", "500.02", 1000)
	got := c.must("POST", placePath(), market1)
	if ids := fmt.Sprint(at(t, got, 0, "messageIds")); ids != "[o354]" {
		t.Fatalf("asked %s: %v", ids, got)
	}
	c.must("POST", "/iserver/questions/suppress", `{"messageIds":["o354"]}`)
	if got := c.must("POST", placePath(), market1); at(t, got, 0, "order_status") != "PreSubmitted" {
		t.Errorf("suppressed: %v", got)
	}
}
