package wording_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"gannet/broker/ibkr/ibkrsim/wording"
	"gannet/market"
)

// body reads a recorded response's body, or skips the test where the
// recordings are not at hand.
func body(t *testing.T, name string, into any) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "..", "..", "shared", "ibkr", "recordings", "Orders", name))
	if err != nil {
		t.Skip("the recorded responses are not at hand:", err)
	}
	var file struct {
		Response struct{ Body json.RawMessage }
	}
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(file.Response.Body, into); err != nil {
		t.Fatal(err)
	}
}

// A recorded live order reads as it does here, told from its fields alone.
func TestRecordedLiveOrder(t *testing.T) {
	type row struct {
		SizeAndFills, OrderDesc, Description1, Ticker, SecType, ListingExchange string
		Status, OrigOrderType, OrderType, BgColor, FgColor, Price, TimeInForce  string
		CCP                                                                     string `json:"order_ccp_status"`
	}
	var recorded struct{ Orders []row }
	body(t, "GET-live-orders.json", &recorded)
	for _, want := range recorded.Orders {
		o := wording.Order{
			Contract: wording.Contract{SecType: want.SecType, Symbol: want.Ticker, Currency: "USD", Listing: "ARCA"},
			Side:     market.Buy, Qty: market.Shares(1), Filled: market.Shares(1), Type: "MKT", TIF: "DAY", Status: want.Status,
		}
		got := want
		got.SizeAndFills, got.OrderDesc, got.Description1 = o.SizeAndFills(), o.Describe(true), o.Contract.Text()
		got.ListingExchange, got.OrigOrderType, got.OrderType = wording.ListingText("ARCA"), o.TypeName(), o.TypeShown()
		got.BgColor, got.FgColor = wording.Colors(o.Status)
		got.Price, _ = o.Prices()
		got.TimeInForce, got.CCP = o.TIFShown(), wording.CCPWord(o.Status)
		if got != want {
			t.Errorf("got  %+v\nwant %+v", got, want)
		}
	}
}

// A recorded question reads as it does here.
func TestRecordedQuestion(t *testing.T) {
	var recorded []struct {
		Message, MessageIDs, MessageOptions []string
	}
	body(t, "POST-place-order-confirmation.json", &recorded)
	for _, q := range recorded {
		got := wording.Question(q.MessageIDs[0], &wording.Order{}, market.Money{}, wording.DefaultPrecautions())
		if got != q.Message[0] {
			t.Errorf("%s: got %q, want %q", q.MessageIDs[0], got, q.Message[0])
		}
		if len(q.MessageOptions) != 2 || q.MessageOptions[0] != wording.Answers()[0] || q.MessageOptions[1] != wording.Answers()[1] {
			t.Errorf("options %q", q.MessageOptions)
		}
	}
}
