package ibkrsim_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"gannet/broker/ibkr/ibkrsim"
	"gannet/market"
)

// childState makes the test binary a simulator on that state file.
const childState = "IBKRSIM_TEST_CHILD_STATE"

func runChild(path string) {
	opt := persisted(path)
	opt.PlainHTTP = true
	srv, err := ibkrsim.Start(opt)
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	price := market.MustPrice("500")
	if err := srv.SetPrice("SPY", ibkrsim.Quote{Bid: price, Ask: price + market.MustPrice("0.02"),
		BidSize: market.Shares(1e6), AskSize: market.Shares(1e6)}); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println(srv.URL())
	select {}
}

// The simulator is killed without warning while orders come in. Every order
// that was answered is there after a restart, with its fill.
func TestKilledProcessLosesNothingAnswered(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state")
	answered := map[string]string{} // cOID -> order id
	for round := range 5 {
		child := exec.Command(os.Args[0])
		child.Env = append(os.Environ(), childState+"="+path)
		out, err := child.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		url, err := bufio.NewReader(out).ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		url = strings.TrimSpace(url)
		post(url, "/iserver/reauthenticate", "")
		for i := 0; ; i++ {
			if i == 3+7*round {
				go func() { _ = child.Process.Kill() }() // while the next orders are under way
			}
			coid := fmt.Sprintf("k-%d-%d", round, i)
			id, ok := post(url, placePath(), orderBody(coid, `"orderType":"MKT","side":"BUY","quantity":1,"tif":"DAY"`))
			if !ok {
				break
			}
			answered[coid] = id
		}
		_ = child.Wait() // killed
	}
	http.DefaultClient.CloseIdleConnections()

	srv, err := ibkrsim.Start(persisted(path))
	if err != nil {
		t.Fatal(err)
	}
	defer srv.Close()
	st := srv.State()
	there := map[string]string{}
	for _, o := range st.Orders {
		if o.Status != "Filled" {
			t.Errorf("%+v", o)
		}
		there[o.COID] = fmt.Sprint(o.OrderID)
	}
	for coid, id := range answered {
		if there[coid] != id {
			t.Errorf("order %s was answered with %s and is %q", coid, id, there[coid])
		}
	}
	if len(answered) < 15 || len(st.Executions) != len(st.Orders) {
		t.Errorf("%d answered, %d orders, %d executions", len(answered), len(st.Orders), len(st.Executions))
	}
}

// post returns the order id of a whole answer.
func post(url, path, body string) (id string, ok bool) {
	got, err := http.Post(url+"/v1/api"+path, "application/json", strings.NewReader(body))
	if err != nil {
		return "", false
	}
	defer got.Body.Close()
	var rows []struct {
		OrderID string `json:"order_id"`
	}
	if json.NewDecoder(got.Body).Decode(&rows) != nil || len(rows) != 1 {
		return "", false
	}
	return rows[0].OrderID, true
}
