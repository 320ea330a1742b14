package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gannet/broker/ibkr"
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
with --out, saved. This is account management: it wants OAuth 2.0, and --account or broker.ibkr.account.`,
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

// manage makes a call of account management. A body is signed.
func (s *ibkrShell) manage(ctx context.Context, method, path string, params map[string]string, query url.Values, body any) (*ibkr.Response, error) {
	call := ibkr.Call{Service: ibkr.Management, Method: method, Path: path, Params: params, Query: query}
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return nil, err
		}
		call.Body, call.Signed, call.Urgency = text, true, ibkr.Write
	}
	return s.paced.Call(ctx, call)
}

func (s *ibkrShell) statements(ctx context.Context) error {
	account, err := s.managed()
	if err != nil {
		return err
	}
	resp, err := s.manage(ctx, http.MethodGet, "/statements/available", nil, url.Values{"accountId": {account}}, nil)
	if err != nil {
		return err
	}
	if s.json() {
		return s.showAny(resp.Body)
	}
	var answer struct {
		Data struct {
			Value struct {
				Daily struct {
					Start json.RawMessage `json:"startDate"`
					End   json.RawMessage `json:"endDate"`
				} `json:"daily"`
				Monthly, Annual json.RawMessage
			} `json:"value"`
		} `json:"data"`
	}
	if err := json.Unmarshal(resp.Body, &answer); err != nil {
		return err
	}
	value := &answer.Data.Value
	return pairs(s.out,
		[2]string{"days", scalar(value.Daily.Start) + " to " + scalar(value.Daily.End)},
		[2]string{"months", strings.ReplaceAll(scalar(value.Monthly), ",", " ")},
		[2]string{"years", strings.ReplaceAll(scalar(value.Annual), ",", " ")})
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
	wanted := map[string]string{"accountId": account, "startDate": f.from, "endDate": f.to}
	if f.mime != "" {
		wanted["mimeType"] = f.mime
	}
	resp, err := s.manage(ctx, http.MethodPost, "/statements", nil, nil, wanted)
	if err != nil {
		return err
	}
	if f.out == "" {
		return s.showAny(resp.Body)
	}
	file, err := statementFile(resp)
	if err != nil {
		return err
	}
	out, err := os.OpenFile(f.out, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	_, err = out.Write(file)
	if closed := out.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	if s.json() {
		return s.printJSON(map[string]any{"file": f.out, "bytes": len(file)})
	}
	_, err = fmt.Fprintf(s.out, "saved %s, %d bytes\n", f.out, len(file))
	return err
}

// statementFile is the file in an answer: the answer itself, or what its JSON
// holds in base64.
func statementFile(resp *ibkr.Response) ([]byte, error) {
	if !strings.Contains(resp.Header.Get("Content-Type"), "json") {
		return resp.Body, nil
	}
	var answer struct {
		Data struct {
			Value string `json:"value"`
		} `json:"data"`
	}
	if err := json.Unmarshal(resp.Body, &answer); err != nil {
		return nil, err
	}
	file, err := base64.StdEncoding.DecodeString(answer.Data.Value)
	if err == nil && len(file) == 0 {
		err = fmt.Errorf("the answer holds no file: %.200s", resp.Body)
	}
	return file, err
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
	path, name, id := "", "", ""
	switch {
	case len(args) == 1:
		path, name, id = "/instructions/{instructionId}", "instructionId", args[0]
	case f.clientID != 0:
		path, name, id = "/client-instructions/{clientInstructionId}", "clientInstructionId", strconv.FormatInt(f.clientID, 10)
	case f.set != 0:
		path, name, id = "/instruction-sets/{instructionSetId}", "instructionSetId", strconv.FormatInt(f.set, 10)
	default:
		return s.askTransfers(ctx, f.days)
	}
	resp, err := s.manage(ctx, http.MethodGet, path, map[string]string{name: id}, nil, nil)
	if err != nil {
		return err
	}
	if resp.Status == http.StatusAlreadyReported {
		fmt.Fprintln(s.err, "this client id was used for more than one instruction; the first is shown")
	}
	return s.showObject(json.RawMessage(resp.Body), "status", "instructionSetId")
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
	type span struct {
		Days int    `json:"daysToGoBack"`
		Type string `json:"transactionType"`
	}
	type instruction struct {
		ID      int64  `json:"clientInstructionId"`
		Account string `json:"accountId"`
		History span   `json:"transactionHistory"`
	}
	own := time.Now().UnixMilli()
	resp, err := s.manage(ctx, http.MethodPost, "/instructions/query", nil, nil, map[string]any{
		"instructionType": "QUERY_RECENT_INSTRUCTIONS", "instruction": instruction{own, account, span{days, "ALL"}},
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(s.err, "IBKR makes the list; in ten minutes: engine ibkr transfers --client-id %d\n", own)
	return s.showObject(json.RawMessage(resp.Body), "status", "instructionSetId")
}
