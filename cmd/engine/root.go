package main

import (
	"io"
	"time"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"

	"gannet/configs"
)

// app is one call of the program: its surroundings and the global flags.
type app struct {
	env []string
	in  io.Reader // read only when a flag says so
	out io.Writer // data
	err io.Writer // logs and messages

	files    []string
	output   choice
	logLevel choice
	dataDir  string
}

func newRoot(a *app) *cobra.Command {
	root := group(&cobra.Command{
		Use:   "engine",
		Short: "Gannet, an event-driven trading engine for Interactive Brokers",
		Long: `Gannet trades with Interactive Brokers, with a simulator of it, or on recorded data.

Without -c a verb uses a configuration that is built in and trades offline. Values come from the
configuration files (a later -c wins), then GANNET__SECTION__KEY variables, then flags.
Data goes to stdout, logs to stderr. Exit code: 0 done, 1 failed, 2 wrong flag or configuration.`,
		SilenceErrors: true,
		SilenceUsage:  true,
	})
	root.SetFlagErrorFunc(flagError)
	a.output = choice{"text", []string{"text", "json"}}
	a.logLevel = choice{"", []string{"trace", "debug", "info", "warn", "error"}}
	flags := root.PersistentFlags()
	flags.StringArrayVarP(&a.files, "config", "c", nil, "configuration `FILE`; may be repeated, a later one wins")
	flags.VarP(&a.output, "output", "o", "how data is printed; json: one object on the last line, with exact decimal numbers")
	flags.Var(&a.logLevel, "log-level", "what is logged to stderr (default: log.level of the configuration)")
	flags.StringVar(&a.dataDir, "data-dir", "", "`FOLDER` for journal, runs and logs (default: data_dir of the configuration, ./var)")
	root.AddCommand(newRun(a), newBacktest(a), newSim(a), newConfig(a), newVersion(a), newIBKR(a))
	root.AddCommand(newControls(a)...)
	completeChoices(root)
	return root
}

// load reads the configuration of a verb: builtin when there is no -c.
func (a *app) load(builtin string, overrides []configs.Override) (*configs.Config, error) {
	return a.loadFrom(configs.Sources{Builtin: builtin, Files: a.files, Flags: overrides, Unarmed: true})
}

// loadToTrade is load for a verb that sends orders: mode live must be armed.
func (a *app) loadToTrade(builtin string, overrides []configs.Override) (*configs.Config, error) {
	return a.loadFrom(configs.Sources{Builtin: builtin, Files: a.files, Flags: overrides})
}

func (a *app) loadFrom(src configs.Sources) (*configs.Config, error) {
	if len(src.Files) > 0 {
		src.Builtin = ""
	}
	src.Env = a.env
	if a.logLevel.value != "" {
		src.Flags = append(src.Flags, configs.Override{Path: "log.level", Value: a.logLevel.value, Flag: "--log-level"})
	}
	if a.dataDir != "" {
		src.Flags = append(src.Flags, configs.Override{Path: "data_dir", Value: a.dataDir, Flag: "--data-dir"})
	}
	cfg, err := configs.Load(src)
	if err != nil {
		return nil, &usageError{err}
	}
	return cfg, nil
}

// json says whether data is printed as JSON.
func (a *app) json() bool { return a.output.value == "json" }

func init() { zerolog.TimeFieldFormat = time.RFC3339Nano }

// logger writes to stderr as the configuration says.
func (a *app) logger(cfg *configs.Config) zerolog.Logger { return a.loggerTo(a.err, cfg) }

func (a *app) loggerTo(w io.Writer, cfg *configs.Config) zerolog.Logger {
	level, err := zerolog.ParseLevel(cfg.Log.Level)
	if err != nil {
		level = zerolog.InfoLevel
	}
	if cfg.Log.Format == "console" {
		w = zerolog.ConsoleWriter{Out: w, NoColor: !a.colors(), TimeFormat: "15:04:05.000"}
	}
	return zerolog.New(w).Level(level).With().Timestamp().Logger()
}
