package main

import (
	"context"
	"strconv"

	"github.com/spf13/cobra"

	"gannet/broker/ibkr/api"
)

// orderVerbs list, place and cancel orders.
func (v *ibkrVerbs) orderVerbs() []*cobra.Command {
	var days int
	trades := v.verb(&cobra.Command{
		Use: "trades", Short: "List executions of the last days",
		Long:    "List executions of all accounts of the login. IBKR allows this once in five seconds.",
		Example: "  engine ibkr trades\n  engine ibkr trades --days 7 -o json",
	}, func(ctx context.Context, s *ibkrShell, _ []string) error { return s.trades(ctx, days) })
	trades.Flags().IntVar(&days, "days", 1, "`NUMBER` of days, 1 to 7")
	return []*cobra.Command{
		v.verb(&cobra.Command{
			Use: "orders", Short: "List the orders of the day",
			Long: `List the orders of the day, of whatever program placed them. IBKR allows this once in five seconds, and its first
answer of a session is empty: then it is asked again.`,
			Example: "  engine ibkr orders\n  engine ibkr orders -o json",
		}, plainly((*ibkrShell).orders)),
		trades, v.placeVerb(), v.whatifVerb(),
		v.verb(&cobra.Command{
			Use: "cancel ORDERID", Short: "Ask to cancel a working order", Args: oneArg("order id", "engine ibkr orders lists them"),
			Long: `Ask to cancel a working order. IBKR only acknowledges the wish: engine ibkr orders tells what became of it, and
fills can still come.`,
			Example: "  engine ibkr cancel 196655192\n  engine ibkr cancel 196655192 --account DU1234567 -o json",
		}, func(ctx context.Context, s *ibkrShell, args []string) error { return s.cancel(ctx, args[0]) }),
	}
}

const orderColumns = "ORDER=orderId REF=order_ref SYMBOL=ticker CONID=conid SIDE=side TYPE=orderType QTY=totalSize " +
	"FILLED=filledQuantity PRICE=price AUX=auxPrice|stop_price AVG=avgPrice TIF=timeInForce STATUS=status"

// orders asks until the list is said to be all there is. It never filters:
// that would silence the order stream of an engine in the same session.
func (s *ibkrShell) orders(ctx context.Context) error {
	live, err := s.liveOrders(ctx)
	if err != nil {
		return err
	}
	return s.show(live, "orders", orderColumns, "no orders")
}

const liveTries = 3

func (s *ibkrShell) liveOrders(ctx context.Context) (live api.LiveOrders, err error) {
	account, err := s.brokerage(ctx)
	if err != nil {
		return live, err
	}
	for range liveTries {
		if live, err = s.api.Orders.Live(ctx, api.LiveQuery{Account: account}); err != nil || live.Snapshot.True() {
			break
		}
	}
	return live, err
}

const tradeColumns = "TIME=trade_time_r:ms EXECUTION=execution_id ORDER=order_id REF=order_ref SYMBOL=symbol SIDE=side QTY=size PRICE=price " +
	"FEE=commission EXCHANGE=exchange ACCOUNT=account"

func (s *ibkrShell) trades(ctx context.Context, days int) error {
	if days < 1 || days > 7 {
		return usagef("--days %d: want 1 to 7", days)
	}
	if _, err := s.open(ctx); err != nil {
		return err
	}
	var rows []api.Trade
	for range 2 { // the first answer of a session is empty, and does not say so
		var err error
		if rows, err = s.api.Orders.Trades(ctx, days); err != nil {
			return err
		}
		if len(rows) > 0 {
			break
		}
	}
	return s.show(append([]api.Trade{}, rows...), "", tradeColumns, "no trades")
}

func (s *ibkrShell) cancel(ctx context.Context, arg string) error {
	id, err := strconv.ParseInt(arg, 10, 64)
	if err != nil || id <= 0 {
		return usagef("order id %q: want a number; engine ibkr orders lists them", arg)
	}
	account, err := s.brokerage(ctx)
	if err != nil {
		return err
	}
	if _, err := s.accounts(ctx); err != nil {
		return err
	}
	answer, err := s.api.Orders.Cancel(ctx, account, id, api.Canceling{})
	if err != nil {
		return err
	}
	return s.showObject(answer, "msg", "order_id")
}

// ticketFlags are an order.
type ticketFlags struct {
	side, tif, coid, exchange string
	qty, price, aux, trailing string
	kind                      choice
	conid                     int64
	outside                   bool
}

func (f *ticketFlags) add(cmd *cobra.Command) {
	f.kind = choice{"MKT", []string{"MKT", "LMT", "STP", "STOP_LIMIT", "MIDPRICE", "TRAIL", "TRAILLMT", "MOC", "LOC", "MIT", "LIT", "REL"}}
	flags := cmd.Flags()
	flags.Int64Var(&f.conid, "conid", 0, "`NUMBER` of the contract")
	flags.StringVar(&f.exchange, "exchange", "", "`EXCHANGE` to route to (default: SMART)")
	flags.StringVar(&f.side, "side", "", "`SIDE`: buy or sell")
	_ = cmd.RegisterFlagCompletionFunc("side", words("buy", "sell")) // fails only when done twice
	flags.StringVar(&f.qty, "qty", "", "`NUMBER` of shares or contracts")
	flags.Var(&f.kind, "type", "order type")
	flags.StringVar(&f.price, "price", "", "limit `PRICE`; the stop price of STP and TRAIL")
	flags.StringVar(&f.aux, "aux", "", "stop `PRICE` of STOP_LIMIT and TRAILLMT")
	flags.StringVar(&f.trailing, "trail", "", "`AMOUNT` of a trailing stop; 1.5% for percent")
	flags.StringVar(&f.tif, "tif", "DAY", "`TIME` in force: DAY, GTC, IOC or OPG")
	flags.BoolVar(&f.outside, "outside-rth", false, "may fill outside of regular trading hours, too")
	flags.StringVar(&f.coid, "id", "", "`ID` of your own for the order, unique for 24 hours (default: one is made)")
}
