package main

import (
	"crypto/tls"
	"encoding/json"
	"net"
	"net/http"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// freeURL puts the address of a port that is free into a variable.
func freeURL(ts *testscript.TestScript, _ bool, args []string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Setenv(args[0], l.Addr().String())
	ts.Check(l.Close())
}

// control makes something happen at a simulator: control URL VERB [BODY].
func control(ts *testscript.TestScript, _ bool, args []string) {
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	defer client.CloseIdleConnections()
	body := strings.NewReader(strings.Join(args[2:], " "))
	response, err := client.Post(args[0]+"/_sim/"+args[1], "application/json", body)
	ts.Check(err)
	ts.Check(response.Body.Close())
	if response.StatusCode != http.StatusOK {
		ts.Fatalf("%v: %s", args, response.Status)
	}
}

// field puts a field of the JSON on stdout into a variable: field VAR NAME.
func field(ts *testscript.TestScript, _ bool, args []string) {
	var object map[string]json.RawMessage
	var rows []map[string]json.RawMessage
	text := []byte(ts.ReadFile("stdout"))
	if json.Unmarshal(text, &rows) == nil && len(rows) > 0 {
		object = rows[0]
	} else {
		ts.Check(json.Unmarshal(text, &object))
	}
	ts.Setenv(args[0], scalar(object[args[1]]))
}
