package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gannet/broker/ibkr"
	"gannet/broker/ibkr/api"
	"gannet/market"
)

func (v *ibkrVerbs) placeVerb() *cobra.Command {
	var f ticketFlags
	var confirm []string
	var arm string
	cmd := v.trading(&cobra.Command{
		Use: "place", Short: "Place one order",
		Long: `Place one order. It is sent once, whatever happens: when the answer is lost, engine ibkr orders tells whether IBKR
has it, by its id.

IBKR may ask back. A question is printed and answered with no, and the order is not placed, unless --confirm names all
message ids of the question. Real money needs mode: live and the account in the configuration, and --arm ACCOUNT. The
risk limits of the configuration do not apply here.`,
		Example: `  engine ibkr place --conid 756733 --side buy --qty 10
  engine ibkr place --conid 756733 --side sell --qty 10 --type LMT --price 700.50 --tif GTC
  engine ibkr place --conid 756733 --side buy --qty 10 --type LMT --price 500 --confirm o163,o354 -o json
  engine ibkr place --conid 756733 --side sell --qty 10 --type TRAIL --trail 1.5%`,
	}, &arm, func(ctx context.Context, s *ibkrShell, _ []string) error { return s.place(ctx, &f, confirm) })
	f.add(cmd)
	cmd.Flags().StringSliceVar(&confirm, "confirm", nil, "`IDS` of questions to answer with yes, such as o163; with commas or repeated")
	cmd.Flags().StringVar(&arm, "arm", "", "`ACCOUNT` that may trade real money; must be broker.ibkr.account")
	return cmd
}

func (v *ibkrVerbs) whatifVerb() *cobra.Command {
	var f ticketFlags
	cmd := v.verb(&cobra.Command{
		Use: "whatif", Short: "Tell what an order would cost, without placing it",
		Long:    "Tell what an order would cost and do to the margin, without placing it. It takes the flags of place.",
		Example: "  engine ibkr whatif --conid 756733 --side buy --qty 10\n  engine ibkr whatif --conid 756733 --side sell --qty 10 --type LMT --price 700.50 -o json",
	}, func(ctx context.Context, s *ibkrShell, _ []string) error { return s.whatif(ctx, &f) })
	f.add(cmd)
	return cmd
}

// ticket is the order of the flags.
func (f *ticketFlags) ticket() (api.Ticket, error) {
	side := strings.ToUpper(f.side)
	switch {
	case f.conid <= 0:
		return api.Ticket{}, usagef("--conid: want a contract's number such as 756733; engine ibkr search SYMBOL finds it")
	case side != "BUY" && side != "SELL":
		return api.Ticket{}, usagef("--side %q: want buy or sell", f.side)
	case f.qty == "":
		return api.Ticket{}, usagef("--qty: none given, want a number such as 10")
	}
	t := api.Ticket{OrderType: api.TextOf(f.kind.value), Side: api.TextOf(side), TIF: api.TextOf(strings.ToUpper(f.tif))}
	if f.coid != "" {
		t.COID = api.TextOf(f.coid)
	}
	if f.exchange != "" {
		t.Conidex = api.TextOf(fmt.Sprintf("%d@%s", f.conid, strings.ToUpper(f.exchange)))
	} else {
		t.Conid = api.IntOf(f.conid)
	}
	if f.outside {
		t.OutsideRTH = api.BoolOf(true)
	}
	return t, f.numbers(&t)
}

// numbers fills in quantity and prices with exactly the digits given.
func (f *ticketFlags) numbers(t *api.Ticket) error {
	trail, percent := strings.CutSuffix(f.trailing, "%")
	for _, one := range []struct {
		flag, text string
		field      *api.Num
	}{{"qty", f.qty, &t.Quantity}, {"price", f.price, &t.Price}, {"aux", f.aux, &t.AuxPrice}, {"trail", trail, &t.TrailingAmt}} {
		if one.text == "" {
			continue
		}
		value, err := market.ParseMoney(one.text)
		if err != nil || !value.IsPositive() && one.flag != "price" && one.flag != "aux" {
			return usagef("--%s %q: want a number such as 12.5", one.flag, one.text)
		}
		*one.field = api.NumOf(value)
	}
	if trail != "" {
		t.TrailingType = api.TextOf(map[bool]string{true: "%", false: "amt"}[percent])
	}
	return f.fitting()
}

// fitting refuses a type without the prices that it needs.
func (f *ticketFlags) fitting() error {
	kind := f.kind.value
	needs := func(flag, value string, kinds ...string) error {
		if value == "" && slices.Contains(kinds, kind) {
			return usagef("--type %s needs --%s", kind, flag)
		}
		return nil
	}
	if kind == "MKT" && f.price != "" {
		return usagef("--type MKT takes no --price; want --type LMT?")
	}
	return cmp.Or(
		needs("price", f.price, "LMT", "STP", "STOP_LIMIT", "LOC", "MIT", "LIT"),
		needs("aux", f.aux, "STOP_LIMIT", "TRAILLMT"),
		needs("trail", f.trailing, "TRAIL", "TRAILLMT"),
	)
}

func (s *ibkrShell) whatif(ctx context.Context, f *ticketFlags) error {
	t, err := f.ticket()
	if err != nil {
		return err
	}
	account, err := s.brokerage(ctx)
	if err != nil {
		return err
	}
	// Without a quote of the contract there is no preview.
	if _, err := s.quotes(ctx, []int64{f.conid}, quoteFields); err != nil {
		return err
	}
	preview, err := s.api.Orders.WhatIf(ctx, account, t)
	if err != nil {
		return err
	}
	return s.showObject(preview, "amount.amount", "amount.commission", "amount.total", "warn", "error")
}

// mostQuestions is how many questions of one order are answered.
const mostQuestions = 10

// place sends the order and answers what IBKR asks, yes only to what is
// confirmed.
func (s *ibkrShell) place(ctx context.Context, f *ticketFlags, confirm []string) error {
	if f.coid == "" {
		f.coid = "cli-" + strconv.FormatInt(time.Now().UnixMicro(), 36)
	}
	t, err := f.ticket()
	if err != nil {
		return err
	}
	account, err := s.brokerage(ctx)
	if err != nil {
		return err
	}
	known, err := s.accounts(ctx)
	if err != nil {
		return err
	}
	if err := s.mayTrade(account, paper(known)); err != nil {
		return err
	}
	ctx = context.WithoutCancel(ctx) // a Ctrl-C from here on would only hide what became of the order
	answer, err := s.api.Orders.Place(ctx, account, t)
	for range mostQuestions {
		question := answer.Question()
		if err != nil || question == nil {
			break
		}
		if missing := unconfirmed(question, confirm); missing != "" {
			return s.decline(ctx, question, missing, f.coid)
		}
		fmt.Fprintf(s.err, "confirmed: %s\n", questionText(question))
		answer, err = s.api.Orders.Reply(ctx, question.ID.String(), true)
	}
	if err != nil {
		return outcomeOf(err, f.coid)
	}
	return s.placed(answer, f.coid)
}

// outcomeOf says what an error proves about the order.
func outcomeOf(err error, coid string) error {
	var e *ibkr.Error
	if errors.As(err, &e) && (e.Kind == ibkr.KindRefused || !e.Sent) {
		return fmt.Errorf("not placed: %w", err)
	}
	return fmt.Errorf("it is not known whether the order was placed: look for %s in engine ibkr orders before you place it again: %s", coid, err.Error())
}

// placed prints the answer. An order that was refused in the shape of a
// success, or an answer that proves nothing, is a failure.
func (s *ibkrShell) placed(answer api.OrderAnswer, coid string) error {
	if err := s.show(answer, "", "ORDER=order_id REF=local_order_id STATUS=order_status TEXT=text WARNING=warning_message", "no answer"); err != nil {
		return err
	}
	if answer.Taken(1) {
		return nil
	}
	for i := range answer.Rows {
		if row := &answer.Rows[i]; row.Kind() == api.ReplyRefused {
			return fmt.Errorf("not placed: %s", plain(cmp.Or(row.Text.String(), row.Error.String(), row.Status.String())))
		}
	}
	return fmt.Errorf("it is not known whether the order was placed: look for %s in engine ibkr orders before you place it again", coid)
}

// unconfirmed lists the message ids of a question that --confirm does not name.
func unconfirmed(q *api.OrderQuestion, confirm []string) string {
	var missing []string
	for _, id := range q.MessageIDs {
		if !slices.Contains(confirm, id.String()) {
			missing = append(missing, plain(id.String()))
		}
	}
	if len(q.MessageIDs) == 0 {
		missing = append(missing, "a question without a message id")
	}
	return strings.Join(missing, ",")
}

func questionText(q *api.OrderQuestion) string {
	words := []string{}
	for _, id := range q.MessageIDs {
		words = append(words, id.String())
	}
	for _, line := range q.Message {
		words = append(words, line.String())
	}
	return plain(strings.Join(words, " "))
}

// decline prints a question and answers it with no.
func (s *ibkrShell) decline(ctx context.Context, q *api.OrderQuestion, missing, coid string) error {
	var err error
	if s.json() {
		err = s.showObject(q)
	} else {
		_, err = fmt.Fprintf(s.out, "IBKR asks: %s\n", questionText(q))
	}
	if err != nil {
		return err
	}
	answer, err := s.api.Orders.Reply(ctx, q.ID.String(), false)
	if err == nil && len(answer.Rows) > 0 || err != nil && !isKind(err, ibkr.KindRefused) {
		return outcomeOf(errors.Join(errors.New("the question was answered with no, and not with a refusal"), err), coid)
	}
	return fmt.Errorf("not placed: the question was answered with no; to place the order all the same add --confirm %s", missing)
}
