package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gannet/broker/ibkr/api"
)

// manageVerbs are of account management: they want OAuth 2.0.
func (v *ibkrVerbs) manageVerbs() []*cobra.Command {
	return []*cobra.Command{v.statementsVerb(), v.transfersVerb()}
}

// statementFlags are the statement that is wanted.
type statementFlags struct{ from, to, out, mime string }

func (v *ibkrVerbs) statementsVerb() *cobra.Command {
	var f statementFlags
	cmd := v.verb(&cobra.Command{
		Use: "statements", Short: "List the statements that there are, or save one",
		Long: `List the days, months and years that there are statements of; with --from the statement of that span is made and,
with --out, saved; else it is printed. This is account management: it wants OAuth 2.0, and --account or broker.ibkr.account.`,
		Example: "  engine ibkr statements --account U1234567\n  engine ibkr statements --account U1234567 --from 202601 --out january.pdf\n  engine ibkr statements --account U1234567 --from 20260105 --to 20260109 --mime text/csv --out week.csv",
	}, func(ctx context.Context, s *ibkrShell, _ []string) error {
		if f.from == "" {
			return s.statements(ctx)
		}
		return s.statement(ctx, &f)
	})
	flags := cmd.Flags()
	flags.StringVar(&f.from, "from", "", "first `DAY` such as 20260105, or a month such as 202601, or a year")
	flags.StringVar(&f.to, "to", "", "last `DAY` (default: that of --from)")
	flags.StringVar(&f.out, "out", "", "`FILE` to save the statement in; one that exists is not touched")
	flags.StringVar(&f.mime, "mime", "", "`TYPE`: application/pdf, text/html or text/csv (default: IBKR's)")
	return cmd
}

// managed is the account of account management, which has no selected one.
func (s *ibkrShell) managed() (string, error) {
	if s.account == "" {
		return "", usagef("account management wants the account: give --account, or set broker.ibkr.account")
	}
	return s.account, nil
}

func (s *ibkrShell) statements(ctx context.Context) error {
	account, err := s.managed()
	if err != nil {
		return err
	}
	dates, err := s.api.Reports.AvailableStatements(ctx, account)
	if err != nil {
		return err
	}
	if s.json() {
		return s.showObject(dates)
	}
	var value api.AvailableStatementDatesDataValue
	if dates.Data != nil && dates.Data.Value != nil {
		value = *dates.Data.Value
	}
	if value.Daily == nil {
		value.Daily = new(api.AvailableStatementDatesDataValueDaily)
	}
	return pairs(s.out,
		[2]string{"days", plain(value.Daily.StartDate.String()) + " to " + plain(value.Daily.EndDate.String())},
		[2]string{"months", spaced(value.Monthly)},
		[2]string{"years", spaced(value.Annual)})
}

// spaced is a list of texts on one line.
func spaced(list []api.Text) string {
	words := make([]string, len(list))
	for i, one := range list {
		words[i] = plain(one.String())
	}
	return strings.Join(words, " ")
}

var statementDay = regexp.MustCompile(`^\d{4}(\d{2}(\d{2})?)?$`)

// statement makes a statement and saves it.
func (s *ibkrShell) statement(ctx context.Context, f *statementFlags) error {
	account, err := s.managed()
	if err != nil {
		return err
	}
	if f.to == "" {
		f.to = f.from
	}
	for _, day := range []string{f.from, f.to} {
		if !statementDay.MatchString(day) {
			return usagef("%q: want a day such as 20260105, a month such as 202601, or a year", day)
		}
	}
	report, err := s.api.Reports.Statements(ctx, api.StatementRequest{
		AccountID: api.TextOf(account), StartDate: api.TextOf(f.from), EndDate: api.TextOf(f.to), MimeType: optional(f.mime),
	})
	if err != nil {
		return err
	}
	if len(report.Data) == 0 {
		return errors.New("the answer holds no file")
	}
	if f.out == "" {
		return s.printReport(&report)
	}
	return s.saveReport(&report, f.out)
}

// optional is a text that is left out when it is empty.
func optional(text string) api.Text {
	if text == "" {
		return api.Text{}
	}
	return api.TextOf(text)
}

// printReport prints a report as it is.
func (s *ibkrShell) printReport(r *api.ReportFile) error {
	if s.json() {
		return s.printJSON(map[string]any{"mime_type": r.MIMEType, "bytes": len(r.Data), "data": r.Data})
	}
	_, err := s.out.Write(r.Data)
	return err
}

// saveReport writes a report to a file that is not there yet.
func (s *ibkrShell) saveReport(r *api.ReportFile, name string) error {
	out, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	_, err = out.Write(r.Data)
	if closed := out.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	if s.json() {
		return s.printJSON(map[string]any{"file": name, "bytes": len(r.Data)})
	}
	_, err = fmt.Fprintf(s.out, "saved %s, %d bytes\n", name, len(r.Data))
	return err
}

// transferFlags choose what is looked up.
type transferFlags struct {
	days     int
	clientID int64
	set      int64
}

func (v *ibkrVerbs) transfersVerb() *cobra.Command {
	var f transferFlags
	cmd := v.verb(&cobra.Command{
		Use: "transfers [INSTRUCTIONID]", Short: "Look up transfers of cash and positions",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usagef("%s wants one instruction id, got %d", cmd.CommandPath(), len(args))
			}
			if len(args) == 1 {
				if _, err := strconv.ParseInt(args[0], 10, 64); err != nil {
					return usagef("instruction id %q: want a number", args[0])
				}
			}
			return nil
		},
		Long: `Look up one transfer by IBKR's id, by your own (--client-id) or a set of them (--set). Without any it asks for the list of
the last days: IBKR makes it in about ten minutes, and prints the client id under which it can be looked up then.
This is account management: it wants OAuth 2.0. Money is moved by engine ibkr call only.`,
		Example: "  engine ibkr transfers --account U1234567 --days 30\n  engine ibkr transfers --client-id 1012983\n  engine ibkr transfers 45123654 -o json",
	}, func(ctx context.Context, s *ibkrShell, args []string) error { return s.transfers(ctx, args, &f) })
	flags := cmd.Flags()
	flags.IntVar(&f.days, "days", 30, "`NUMBER` of days to list, 1 to 30")
	flags.Int64Var(&f.clientID, "client-id", 0, "`ID` that the client gave the instruction")
	flags.Int64Var(&f.set, "set", 0, "`ID` of an instruction set; may be negative")
	return cmd
}

func (s *ibkrShell) transfers(ctx context.Context, args []string, f *transferFlags) error {
	var one api.InstructionAnswer
	var err error
	switch {
	case len(args) == 1:
		id, bad := strconv.ParseInt(args[0], 10, 64)
		if bad != nil {
			return bad
		}
		one, err = s.api.Instructions.ByID(ctx, id)
	case f.clientID != 0:
		one, err = s.api.Instructions.ByClientID(ctx, f.clientID)
	case f.set != 0:
		set, err := s.api.Instructions.Set(ctx, f.set)
		if err != nil {
			return err
		}
		return s.showObject(set, "status", "instructionSetId")
	default:
		return s.askTransfers(ctx, f.days)
	}
	if err != nil {
		return err
	}
	if one.Reused() {
		fmt.Fprintln(s.err, "this client id was used for more than one instruction; the first is shown")
	}
	return s.showObject(one, "status", "instructionSetId")
}

// askTransfers asks for a list that is looked up later.
func (s *ibkrShell) askTransfers(ctx context.Context, days int) error {
	account, err := s.managed()
	if err != nil {
		return err
	}
	if days < 1 || days > 30 {
		return usagef("--days %d: want 1 to 30", days)
	}
	own := time.Now().UnixMilli()
	answer, err := s.api.Instructions.Query(ctx, api.QueryRecentInstructions{
		ClientInstructionID: api.IntOf(own), AccountID: api.TextOf(account),
		TransactionHistory: &api.QueryRecentInstructionsTransactionHistory{DaysToGoBack: api.IntOf(int64(days)), TransactionType: api.TextOf("ALL")},
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(s.err, "IBKR makes the list; in ten minutes: engine ibkr transfers --client-id %d\n", own)
	return s.showObject(answer, "status", "instructionSetId")
}
