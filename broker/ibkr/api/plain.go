package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"gannet/broker/ibkr"
)

// plainText performs an operation whose good answer is text or nothing, which
// for every other operation would be a fault.
func plainText(ctx context.Context, c Caller, op *Op, a args) (Text, error) {
	resp, err := send(ctx, c, op, a)
	var e *ibkr.Error
	if errors.As(err, &e) && e.Kind == ibkr.KindMalformed && e.Err == nil && e.Status >= 200 && e.Status < 300 {
		return TextOf(e.Text), nil
	}
	if err != nil {
		return Text{}, err
	}
	body := bytes.TrimSpace(resp.Body)
	var text Text
	if len(body) == 0 || json.Unmarshal(body, &text) != nil {
		return TextOf(string(body)), nil
	}
	return text, nil
}

// statusOf is the HTTP status of a failed call, 0 when there was none.
func statusOf(err error) int {
	var e *ibkr.Error
	if errors.As(err, &e) {
		return e.Status
	}
	return 0
}

// busy says that the server was not ready for the call.
func busy(err error) bool { return statusOf(err) == http.StatusServiceUnavailable }
