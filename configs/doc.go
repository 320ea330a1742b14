// Package configs reads the configuration of a run: strict YAML, laid over
// the shipped defaults, then environment variables, then flags. It holds the
// configurations that the program ships: sim.yaml, backtest.yaml, paper.yaml
// and live.example.yaml.
//
// # Contract
//
// Load merges, weakest first: the defaults, a shipped configuration (Builtin),
// the files in their order, GANNET__ variables, flags. Mappings are merged key
// by key, a list replaces the one before. A variable's name is the path in
// capitals with two underscores between the keys and list entries numbered
// from 0; a dot in a key may be written as an underscore:
//
//	GANNET__BROKER__IBKR__ACCOUNT=DU1234567
//	GANNET__STRATEGIES__0__PARAMS__QTY=20
//	GANNET__RISK__INSTRUMENTS__SPY_ARCA__MAX_ORDER_QTY=50
//
// A list or mapping is given in brackets: GANNET__BACKTEST__DATA='[a.csv, b.csv]'.
//
// Anything unknown, missing, of a wrong type or out of range is a mistake,
// and Load returns all it can find, each with file, line, column, source line
// and caret (or the variable's or flag's name) and the nearest right word. A
// file with a syntax error hides the mistakes behind it. Duplicate keys,
// anchors, aliases, tags and second documents are refused. Numbers are read
// as they are written: no exponent, hexadecimal or separators.
//
// Secrets are never in a file: they come as a *_file path or by environment,
// and YAML, Entries and MarshalJSON mask them. live.arm is never read from a
// file either.
//
// # What it does not promise
//
// The package reads configuration files and nothing else: it does not look
// whether a data file, a credential file or a strategy exists. Params of a
// strategy are handed on as YAML text for the strategy to decode; use
// Config.ErrorAt to place a mistake found there.
//
// # Reference
//
//	mode: sim              # sim: simulated broker; paper: paper account; live: real money
//	data_dir: ./var        # journal, runs, logs; relative to the working folder
//	on_stop: cancel        # cancel or keep the working orders when the engine stops
//	log:
//	  level: info          # trace, debug, info, warn, error
//	  format: console      # console or json; always on stderr
//	bus:
//	  url: ""              # external NATS, nats://HOST:PORT; empty: a server in this process
//	  listen: 127.0.0.1:0  # where the inside server listens for the control commands
//	  credential_file: ""  # nkey seed or .creds, mode 0600
//	broker:
//	  ibkr:
//	    environment: ""    # production, testing, api, gateway, simulator or a URL
//	    base_url: ""       # https://HOST:PORT instead; both empty in mode sim: the simulator inside
//	    auth:
//	      kind: gateway    # gateway, oauth1 or oauth2; each of the others needs all of its keys
//	      consumer_key: ABCDEFGHI           # oauth1; the files have mode 0600
//	      realm: limited_poa                # may be left out
//	      access_token_file: keys/access_token
//	      access_token_secret_file: keys/access_token_secret
//	      signature_key_file: keys/private_signature.pem
//	      encryption_key_file: keys/private_encryption.pem
//	      dh_param_file: keys/dhparam.pem
//	      client_id: my-client              # oauth2
//	      key_id: main
//	      private_key_file: keys/private.pem
//	      credential: user-name             # of the trading session
//	      ip: 203.0.113.7                   # public address that requests come from
//	      scope: [sso-sessions.write]       # may be left out
//	      token_url: https://...            # may be left out
//	    pin: ""            # sha256/BASE64 of the gateway's public key (SPKI, RFC 7469)
//	    account: DU1000001 # orders go nowhere else; sim and paper need DU or DF, live U, F or I
//	    compete: true      # take the session over from another login of the same user
//	    order_timeout: 10s # 100ms..1m; after it an order's outcome is Unknown until reconciled
//	    requests_per_second: 8      # 1..10 (IBKR's limit), to 50 with oauth1 and oauth2; up to 1000 in mode sim
//	    reset_zone: America/New_York  # of IBKR's nightly reset for this login; may be left out
//	    questions:         # IBKR's questions about an order, by message id; what is not listed is answered with no
//	      confirm: [o403]  # yes; never o163, o382, o383, o451, and o354 (no market data) not in mode live
//	      refuse: [o10335] # no, without the alert that an unlisted one raises
//	      within:          # yes to an order within a limit
//	        o451: {max_notional: 50000}  # limit price times quantity
//	        o383: {max_qty: 200}
//	        o163: {max_percent: 2}       # the limit price through the other side's quote
//	      suppress: []     # IBKR is told not to ask; ids as in confirm, at most 51
//	reconcile:
//	  every: 6s            # 5s..10m (IBKR answers once in five seconds); from 10ms in mode sim
//	instruments:           # at least one; every key but conid and sec_type is required
//	  - id: SPY.ARCA       # SYMBOL.EXCHANGE
//	    conid: 756733      # IBKR's contract id; required in mode live, else looked up at start
//	    sec_type: STK      # STK, FUT, OPT, CASH
//	    currency: USD
//	    tick: 0.01         # smallest step of a price
//	    lot: 1             # smallest step of a quantity
//	    multiplier: 1      # money per point of price per unit
//	    hours: us-equity   # always, or 09:30 to 16:00 New York
//	strategies:            # may be []
//	  - id: dip-spy        # letters, digits, '-', '_'; unique
//	    name: dip          # a registered strategy
//	    instruments: [SPY.ARCA]     # or [all]
//	    params: {qty: 10}  # the strategy's own
//	risk:                  # all required but allow_delayed_data and instruments
//	  max_order_qty: 500           # shares or contracts in one order
//	  max_order_notional: 200000   # money in one order, in the instrument's currency
//	  price_collar_percent: 3      # up to 50: how far through the market a limit price may reach
//	  max_data_age: 5s             # 1ms..1h: of the quote an order is judged by
//	  max_position_qty: 1000       # of one instrument: held plus all that may still trade
//	  max_submits_per_second: 5    # of the account
//	  max_submits_per_minute: 60   # of the account
//	  allow_delayed_data: false    # judge orders by data that is not real time
//	  instruments:                 # other limits for one instrument
//	    SPY.ARCA: {max_order_qty: 100}
//	sim:
//	  listen: 127.0.0.1:0  # of the simulator
//	  seed: 1              # of the generated market
//	  cash: 1000000
//	  market: ""           # recorded data to replay; empty: a generated market
//	  speed: 1             # of the recording; 10 is ten times as fast
//	  profile: gannet      # rules of the simulated fills
//	backtest:
//	  profile: gannet
//	  cash: 100000
//	  data: []             # files or folders; empty: a generated sample
//	  resolution: minute   # tick, second, minute, hour, daily
//	  raw: false           # true: prices as traded, not adjusted for splits and dividends
//	  from: ""             # first day, YYYY-MM-DD
//	  to: ""               # last day, included
//	live:
//	  arm: ""              # the account id again, by --arm or GANNET__LIVE__ARM at every start
package configs
