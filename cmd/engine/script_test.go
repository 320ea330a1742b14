package main

import (
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"engine": func() { os.Exit(run(os.Args[1:], os.Environ(), os.Stdin, os.Stdout, os.Stderr)) },
	})
}

// TestScript runs the whole program as a user does.
func TestScript(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exit2":     exit2,
			"hash":      hash,
			"for-verbs": forVerbs,
			"await":     await,
			"free-url":  freeURL,
			"control":   control,
			"field":     field,

			"login-config": loginConfig,
			"login-page":   loginPage,
		},
	})
}

// exit2 runs a command that must end with code 2.
func exit2(ts *testscript.TestScript, neg bool, args []string) {
	err := ts.Exec(args[0], args[1:]...)
	if code, ok := err.(interface{ ExitCode() int }); neg || !ok || code.ExitCode() != exitUsage {
		ts.Fatalf("%v ended with %v, want exit code %d", args, err, exitUsage)
	}
}

// await repeats a command until what it prints matches.
func await(ts *testscript.TestScript, _ bool, args []string) {
	want := regexp.MustCompile(args[0])
	deadline := time.Now().Add(time.Minute)
	for {
		err := ts.Exec(args[1], args[2:]...)
		if err == nil && want.MatchString(ts.ReadFile("stdout")) {
			return
		}
		if time.Now().After(deadline) {
			ts.Fatalf("%v never printed %s: %v", args[1:], args[0], err)
		}
	}
}

var hashForm = regexp.MustCompile(`"hash":"[0-9a-f]{16}"`)

// hash writes the hash of the last JSON on stdout into a file.
func hash(ts *testscript.TestScript, _ bool, args []string) {
	found := hashForm.FindString(ts.ReadFile("stdout"))
	if found == "" {
		ts.Fatalf("no hash on stdout")
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(found), 0o600))
}

// forVerbs asks each verb for its help: a sentence and examples on stdout.
func forVerbs(ts *testscript.TestScript, _ bool, verbs []string) {
	for _, verb := range verbs {
		ts.Check(ts.Exec("engine", append(strings.Fields(verb), "--help")...))
		help := ts.ReadFile("stdout")
		if !regexp.MustCompile(`(?s)^[A-Z].*\.\n.*Examples:\n  engine ` + verb).MatchString(help) {
			ts.Fatalf("help of %s has no sentence or no example:\n%s", verb, help)
		}
	}
}
