// Command specgen writes the types of account management from IBKR's OpenAPI
// document, which IBKR publishes at https://api.ibkr.com/gw/api/v3/api-docs:
//
//	IBKR_OPENAPI=/path/to/openapi.json go generate ./broker/ibkr/api
//
// The document is read when the types are written, and never by the client. A
// schema becomes a struct of Num, Text, Bool, nested structs, lists and maps
// that ends in Extra, so that nothing of an answer is lost. plan.go says which
// schemas are wanted, under which names and in which files.
//
// What it does not do: oneOf of requests, which are Go interfaces written by
// hand, and anything outside account management.
package main
