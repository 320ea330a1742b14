package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os/user"
	"strconv"
	"time"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"

	"gannet/bus"
	"gannet/bus/natsbus"
	"gannet/configs"
	"gannet/engine"
	"gannet/market"
)

// controlTimeout is how long a running engine may take to answer.
const controlTimeout = 8 * time.Second

// controlVerb is a verb that speaks to a running engine.
type controlVerb struct {
	name, short string
	scoped      bool // has --strategy, --instrument and --reason
}

var controlVerbs = []controlVerb{
	{"status", "Show how the running engine stands", false},
	{"orders", "List the orders of the running engine", false},
	{"positions", "List the positions of the running engine", false},
	{"fills", "List the executions of the running engine", false},
	{"halt", "Refuse all new orders until resume; what works at the broker stays", true},
	{"resume", "Allow trading again", true},
	{"flatten", "Cancel what works and close what is held", true},
	{"cancel", "Cancel one working order", false},
}

func newControls(a *app) []*cobra.Command {
	var list []*cobra.Command
	for _, verb := range controlVerbs {
		list = append(list, newControl(a, verb))
	}
	return list
}

func newControl(a *app, verb controlVerb) *cobra.Command {
	var request engine.ControlRequest
	cmd := &cobra.Command{
		Use:   verb.name,
		Short: verb.short,
		Long: verb.short + `.

It speaks to the engine that runs with the same data folder (-c or --data-dir), over its bus.`,
		Example: "  engine " + verb.name + "\n  engine " + verb.name + " --data-dir ./var -o json",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if verb.name == "cancel" {
				request.Order = args[0]
			}
			request.By = operatorName()
			return a.control(cmd.Context(), verb.name, request)
		},
	}
	if verb.scoped {
		flags := cmd.Flags()
		flags.StringVar(&request.Strategy, "strategy", "", "`ID` of one strategy only")
		flags.StringVar(&request.Instrument, "instrument", "", "`NAME` of one instrument only, such as SPY.ARCA")
		flags.StringVar(&request.Reason, "reason", "", "`TEXT` for the log and the journal")
		cmd.Example += "\n  engine " + verb.name + " --instrument SPY.ARCA --reason \"bad quotes\""
	}
	if verb.name == "cancel" {
		cmd.Use = "cancel ID"
		cmd.Example = "  engine cancel dip-spy-m3k1x9-1"
		cmd.Args = func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usagef("%s wants one order id, got %d; engine orders lists them", cmd.CommandPath(), len(args))
			}
			return nil
		}
	}
	return cmd
}

// operatorName says in the journal who gave a command.
func operatorName() string {
	if u, err := user.Current(); err == nil {
		return "cli:" + u.Username
	}
	return "cli"
}

// control asks a running engine and prints its answer.
func (a *app) control(ctx context.Context, verb string, request engine.ControlRequest) error {
	cfg, err := a.load("sim.yaml", nil)
	if err != nil {
		return err
	}
	b, err := connectOperator(cfg)
	if err != nil {
		return err
	}
	defer b.Close()
	ctx, cancel := context.WithTimeout(ctx, controlTimeout)
	defer cancel()
	reply, err := askAll(ctx, b, verb, request)
	if err != nil {
		return fmt.Errorf("%s: %w", verb, err)
	}
	return a.printReply(verb, reply)
}

// askAll asks until there are no more orders or fills to be told.
func askAll(ctx context.Context, b bus.Bus, verb string, request engine.ControlRequest) (*engine.ControlReply, error) {
	reply, err := ask(ctx, b, verb, request)
	for next := reply; err == nil && next.Next > 0; {
		request.From = next.Next
		if next, err = ask(ctx, b, verb, request); err == nil {
			reply.Orders, reply.Fills = append(reply.Orders, next.Orders...), append(reply.Fills, next.Fills...)
		}
	}
	return reply, err
}

func ask(ctx context.Context, b bus.Bus, verb string, request engine.ControlRequest) (*engine.ControlReply, error) {
	question, err := json.Marshal(request)
	if err != nil {
		return nil, err
	}
	answer, err := b.Request(ctx, engine.ControlSubject(verb), question)
	if errors.Is(err, bus.ErrNoResponder) {
		return nil, errors.New("no engine answers on the bus")
	}
	if err != nil {
		return nil, err
	}
	var reply engine.ControlReply
	if err := json.Unmarshal(answer, &reply); err != nil {
		return nil, fmt.Errorf("the engine's answer cannot be read: %w", err)
	}
	if reply.Error != "" {
		return nil, errors.New(reply.Error)
	}
	return &reply, nil
}

// connectOperator joins the bus of the engine that runs with the same data
// folder, or the configured one.
func connectOperator(cfg *configs.Config) (bus.Bus, error) {
	none, err := market.NewInstruments()
	if err != nil {
		return nil, err
	}
	o := natsbus.Options{URL: cfg.Bus.URL, NkeyFile: cfg.Bus.CredentialFile, Instruments: none, Name: "operator", Log: zerolog.Nop()}
	if cfg.Bus.URL == "" {
		o.NkeyFile = operatorCredential(cfg)
	}
	b, err := natsbus.Connect(o)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("no engine runs with data folder %s; start one with: engine run", cfg.DataDir)
	}
	if err != nil {
		return nil, fmt.Errorf("no engine can be reached: %w", err)
	}
	return b, nil
}

// printReply prints what a verb asked for.
func (a *app) printReply(verb string, r *engine.ControlReply) error {
	if a.json() {
		return a.printJSON(exactReply(verb, r))
	}
	switch verb {
	case "orders":
		return listing(a, "no orders", orderHead, openFirst(r.Orders), orderCells)
	case "positions":
		return listing(a, "no positions", heldHead, r.Positions, heldCells)
	case "fills":
		return listing(a, "no fills", executionHead, r.Fills, executionCells)
	}
	if r.Status == nil {
		return errors.New("the engine's answer has no status")
	}
	return a.printStatus(r.Status)
}

func (a *app) printStatus(s *engine.Status) error {
	broker := s.Broker
	if s.Reason != "" {
		broker += ": " + s.Reason
	}
	err := pairs(a.out,
		[2]string{"mode", s.Mode + ", account " + s.Account},
		[2]string{"since", s.Since},
		[2]string{"broker", broker},
		[2]string{"ready", yesNo(s.Ready)},
		[2]string{"reconciled", yesNo(s.Reconciled)},
		[2]string{"equity", s.Equity + ", cash " + s.Cash},
		[2]string{"ticks", fmt.Sprintf("%d, %d dropped", s.Ticks, s.Dropped)},
		[2]string{"signals", strconv.FormatUint(s.Signals, 10)},
		[2]string{"orders", orderCounts(s.Orders)},
		[2]string{"working", strconv.Itoa(s.Working)},
		[2]string{"fills", strconv.Itoa(s.Fills)},
	)
	if err != nil {
		return err
	}
	for _, one := range s.Breaks {
		fmt.Fprintf(a.out, "differs from the broker: %s\n", one)
	}
	for _, one := range s.States {
		fmt.Fprintf(a.out, "%s: %s %s\n", one.State, scope(one), one.Reason)
	}
	return nil
}

// scope names what a trading state is about.
func scope(s engine.StateView) string {
	switch {
	case s.Strategy != "":
		return "strategy " + s.Strategy
	case s.Instrument != "":
		return "instrument " + s.Instrument
	}
	return "account"
}
