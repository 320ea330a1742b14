package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	"gannet/market"
)

// colors says whether stderr is a terminal and nobody asked for no colors
// (no-color.org).
func (a *app) colors() bool {
	for _, v := range a.env {
		if name, value, _ := strings.Cut(v, "="); name == "NO_COLOR" && value != "" {
			return false
		}
	}
	file, ok := a.err.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// printJSON writes v on one line.
func (a *app) printJSON(v any) error {
	line, err := json.Marshal(v)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.out, "%s\n", line)
	return err
}

// number is an exact decimal as a JSON number.
type number string

// MarshalJSON writes the digits; an empty number is 0.
func (n number) MarshalJSON() ([]byte, error) {
	if n == "" {
		return []byte("0"), nil
	}
	return []byte(n), nil
}

func moneyOf(m market.Money) number { return number(m.String()) }
func priceOf(p market.Price) number { return number(p.String()) }
func qtyOf(q market.Qty) number     { return number(q.String()) }

// table writes rows in columns under a head. Nothing is written without rows.
func table(w io.Writer, head string, rows [][]string) error {
	if len(rows) == 0 {
		return nil
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, strings.ReplaceAll(head, " ", "\t"))
	for _, row := range rows {
		fmt.Fprintln(t, strings.Join(row, "\t"))
	}
	return t.Flush()
}

// pairs writes names and values in two columns.
func pairs(w io.Writer, rows ...[2]string) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		fmt.Fprintf(t, "%s\t%s\n", row[0], row[1])
	}
	return t.Flush()
}
