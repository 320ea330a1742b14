package api_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"

	"gannet/broker/ibkr"
	"gannet/broker/ibkr/api"
)

// The samples of account management. A fake caller sees the fields of a body
// before the login makes a JWT of them, so they are held against the document
// as they are; mgmt_spec_test.go holds the JWT itself against it.
func init() {
	openapi3filter.RegisterBodyDecoder("application/jwt", func(
		body io.Reader, _ http.Header, _ *openapi3.SchemaRef, _ openapi3filter.EncodingFn,
	) (any, error) {
		var v any
		err := json.NewDecoder(body).Decode(&v)
		return v, err
	})
	for name, call := range api.Samples {
		sample(name, func(ctx context.Context, a *api.API) error {
			err := call(ctx, a)
			var e *ibkr.Error
			if errors.As(err, &e) && e.Sent {
				return nil // a report or a receipt in an answer without content
			}
			return err
		})
	}
	for name, why := range map[string]string{
		"Maintenance.Statuses#1":      flatFilter,
		"Maintenance.LoginMessages#1": flatFilter,
		"Maintenance.Requests#1":      flatFilter,
		"Forms.Required#1":            flatFilter,
		"Banking.Create#1":            "the document has a number that is one of three texts",
		"SSO.Session#1":               "exp and iat are claims of the JWT; the document has the fields alone",
	} {
		offSpec[name] = why
	}
}

const flatFilter = "the servers take a filter's fields as parameters, the document has one parameter that holds an object"
