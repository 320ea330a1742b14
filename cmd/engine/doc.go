// Engine is Gannet's command line: it trades (run), replays recorded data
// (backtest), serves a simulated Interactive Brokers gateway (sim), controls a
// running engine (status, orders, positions, fills, halt, resume, flatten,
// cancel), judges configurations (config check, config show), and is a client
// of the IBKR Web API (ibkr).
//
// It is the only place that knows every package: it turns flags and
// configuration into the values that they take, and what they return into
// text or JSON.
//
// # Contract
//
// Data goes to stdout, logs and messages to stderr. No verb asks a question;
// stdin is read only by ibkr call --body -.
// The exit code is 0 when all went well, 1 when the work failed, 2 when a
// flag, an argument or the configuration is wrong. NO_COLOR switches colors
// off; there are none unless stderr is a terminal. The first Ctrl-C stops in
// order, the second at once.
//
// With -o json a verb prints one JSON object on its last line. Prices,
// quantities and money are JSON numbers with exactly the digits of their
// decimal value.
//
// # What it does not promise
//
// Text output may change between versions; JSON fields are only added.
//
//	engine config show --origin
//	engine sim --listen 127.0.0.1:5000 -o json
//	engine ibkr check --base-url https://127.0.0.1:5000
package main
