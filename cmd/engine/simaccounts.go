package main

import (
	"slices"
	"strings"

	"gannet/broker/ibkr/ibkrsim"
	"gannet/broker/ibkr/ibkrsim/brokerage"
	"gannet/market"
)

// accountKeys and userKeys are what --account and --user may say behind the id
// or name.
var (
	accountKeys = []string{"cash", "base", "kind", "plan", "parent", "alias", "title", "fractions"}
	userKeys    = []string{"password", "accounts", "email", "delayed", "dynaccount"}
)

// simAccount reads DU1,cash=50000,kind=cash.
func simAccount(text string) (brokerage.AccountConfig, error) {
	id, values, err := keyed("--account", text, accountKeys)
	if err != nil {
		return brokerage.AccountConfig{}, err
	}
	c := brokerage.AccountConfig{ID: id, Base: values["base"], Kind: values["kind"], Plan: values["plan"], Parent: values["parent"],
		Alias: values["alias"], Title: values["title"], Cash: market.MustMoney("1000000")}
	if amount, given := values["cash"]; given {
		if c.Cash, err = market.ParseMoney(amount); err != nil || c.Cash.IsNegative() {
			return c, usagef("--account %s: cash %q: want an amount such as 50000", text, amount)
		}
	}
	if c.Fractions, err = yes("--account", text, values, "fractions"); err != nil {
		return c, err
	}
	for key, allowed := range map[string][]string{"kind": {"", "margin", "cash"}, "plan": {"", "fixed", "tiered"}} {
		if !slices.Contains(allowed, values[key]) {
			return c, usagef("--account %s: %s %q: want %s", text, key, values[key], strings.Join(allowed[1:], " or "))
		}
	}
	return c, nil
}

// simUser reads alice,password=wonder,accounts=DU1+DU2.
func simUser(text string) (ibkrsim.User, error) {
	name, values, err := keyed("--user", text, userKeys)
	if err != nil {
		return ibkrsim.User{}, err
	}
	u := ibkrsim.User{Name: name, Password: values["password"], Email: values["email"]}
	if list := values["accounts"]; list != "" {
		u.Accounts = strings.Split(list, "+")
	}
	if u.Delayed, err = yes("--user", text, values, "delayed"); err != nil {
		return u, err
	}
	u.DynAccount, err = yes("--user", text, values, "dynaccount")
	return u, err
}

// yes reads a switch: its key alone, or true or false.
func yes(flag, text string, values map[string]string, key string) (bool, error) {
	value, given := values[key]
	switch value {
	case "", "true":
		return given, nil
	case "false":
		return false, nil
	}
	return false, usagef("%s %s: %s %q: want true or false", flag, text, key, value)
}

// keyed reads a name and key=value pairs, with commas in between.
func keyed(flag, text string, keys []string) (name string, values map[string]string, err error) {
	parts := strings.Split(text, ",")
	values = map[string]string{}
	for _, part := range parts[1:] {
		key, value, _ := strings.Cut(part, "=")
		if !slices.Contains(keys, key) {
			return "", nil, usagef("%s %s: no key %q%s", flag, text, key, nearest(key, keys))
		}
		values[key] = value
	}
	if parts[0] == "" || strings.Contains(parts[0], "=") {
		return "", nil, usagef("%s %q: want a name first, such as DU1000001,cash=50000", flag, text)
	}
	return parts[0], values, nil
}

// people are the accounts and users of the flags; none of a kind is the default.
func (f *simFlags) people(opt *ibkrsim.Options) error {
	for _, text := range f.accounts {
		c, err := simAccount(text)
		if err != nil {
			return err
		}
		opt.Accounts = append(opt.Accounts, c)
	}
	for _, text := range f.users {
		u, err := simUser(text)
		if err != nil {
			return err
		}
		opt.Users = append(opt.Users, u)
	}
	if len(opt.Accounts) > 0 {
		opt.Account = opt.Accounts[0].ID
	}
	return checkPeople(opt)
}

// checkPeople refuses accounts that are not served, and twins.
func checkPeople(opt *ibkrsim.Options) error {
	ids := []string{opt.Account}
	for i, c := range opt.Accounts {
		if i > 0 && slices.Contains(ids, c.ID) {
			return usagef("--account %s: given twice", c.ID)
		}
		ids = append(ids[:i], c.ID)
	}
	for _, c := range opt.Accounts {
		if c.Parent != "" && !slices.Contains(ids, c.Parent) {
			return usagef("--account %s: parent %s is not served%s", c.ID, c.Parent, nearest(c.Parent, ids))
		}
	}
	for _, u := range opt.Users {
		for _, id := range u.Accounts {
			if !slices.Contains(ids, id) {
				return usagef("--user %s: account %s is not served%s", u.Name, id, nearest(id, ids))
			}
		}
	}
	return nil
}
