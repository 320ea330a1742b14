package management

import (
	"encoding/json"
	"net/http"
	"slices"

	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/market"
)

// Statuses of a request.
const (
	requestWaits  = "SUBMITTED"
	requestDone   = "PROCESSED"
	requestFailed = "REJECTED"
)

// request is something that was asked of account management.
type request struct {
	ID      int64           `json:"id"`
	User    string          `json:"user"`
	Type    string          `json:"type"`
	Account string          `json:"account,omitempty"`
	At      market.Nanos    `json:"at"`
	Due     market.Nanos    `json:"due"`
	Status  string          `json:"status"`
	Message string          `json:"message,omitempty"`
	Data    json.RawMessage `json:"data,omitempty"` // of the answer
	Changes []change        `json:"changes,omitempty"`
}

func (o *Office) newRequest(r *web.Request, kind string) *request {
	o.nextReq++
	return &request{ID: o.nextReq, User: r.User, Type: kind, At: r.Now, Status: requestWaits}
}

func (o *Office) keepRequest(req *request) {
	o.requested = insert(o.requested, req.ID)
	o.requests[req.ID] = req
	o.put(keptRequest, id(req.ID), req)
	if len(o.requested) <= maxRequests {
		return
	}
	for i, n := range o.requested {
		if o.requests[n].Type != "CREATE_ACCOUNT" && o.requests[n].Status != requestWaits {
			o.requested = slices.Delete(o.requested, i, i+1)
			delete(o.requests, n)
			o.put(keptRequest, id(n), nil)
			return
		}
	}
}

func (o *Office) restoreRequest(key string, value json.RawMessage, gone bool) error {
	n := number64(key)
	o.unschedule(keptRequest, key)
	if !gone {
		o.requested = insert(o.requested, n)
	} else {
		o.requested = slices.DeleteFunc(o.requested, func(v int64) bool { return v == n })
	}
	return restore(o.requests, n, value, gone, func(req *request) {
		o.nextReq = max(o.nextReq, n)
		if req.Status == requestWaits {
			o.schedule(req.Due, keptRequest, key)
		}
	})
}

// fileData is the answer's file.
func (req *request) fileData() map[string]any {
	if req == nil {
		return map[string]any{}
	}
	data := req.Data
	if data == nil {
		data = json.RawMessage("{}")
	}
	return map[string]any{"name": "response." + id(req.ID) + ".json", "data": data}
}

// view is the answer to a request that is done.
func (req *request) view() map[string]any {
	return map[string]any{"requestId": req.ID, "dateSubmitted": at(req.At), "fileData": req.fileData()}
}

func (o *Office) listRequests(r *web.Request) web.Reply {
	o.Advance(r.Now)
	s, wrong := o.span(r, "requestDetails")
	if wrong != nil {
		return malformed(wrong...)
	}
	var list []map[string]any
	for _, n := range o.requested {
		req := o.requests[n]
		wanted := s.values["status"] // of the account
		if a := o.accounts[req.Account]; req.User != r.User || !s.has(req.At) || wanted != "" && (a == nil || a.Status != wanted) {
			continue
		}
		row := map[string]any{"requestId": n, "dateSubmitted": at(req.At), "status": req.Status, "requestType": req.Type}
		set(row, "accountID", req.Account)
		list = append(list, row)
	}
	return page(&s, "requestDetails", list)
}

func (o *Office) requestStatus(r *web.Request) web.Reply {
	o.Advance(r.Now)
	req := o.requests[number64(r.Vars["requestId"])]
	if req == nil || req.User != r.User {
		return failure(http.StatusBadRequest, "Request "+r.Vars["requestId"]+" does not exist")
	}
	switch r.Query.Get("type") {
	case "response":
		return web.OK(req.view())
	case "update":
		out := map[string]any{"requestId": id(req.ID), "requestType": req.Type, "status": req.Status}
		set(out, "message", req.Message)
		set(out, "acctId", req.Account)
		return web.OK(out)
	}
	return malformed(argument{"type", invalid})
}
