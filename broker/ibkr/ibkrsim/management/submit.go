package management

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"

	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/market"
)

// answer is the reply to one instruction.
type answer struct {
	Type   string           `json:"type,omitempty"`
	Title  string           `json:"title,omitempty"`
	Status int              `json:"status"`
	Set    int64            `json:"instructionSetId"`
	Result *instructionView `json:"instructionResult"`
}

// answers is the reply to several.
type answers struct {
	Status  int      `json:"status"`
	Set     int64    `json:"instructionSetId"`
	Results []answer `json:"instructionResults"`
}

// frame is the body of a request: one instruction or several of a kind.
type frame struct {
	kind string
	list []json.RawMessage
}

// readFrame reads a body. Names of fields are matched exactly, as IBKR does.
func readFrame(body []byte, field string) (f frame, wrong []argument) {
	var raw map[string]json.RawMessage
	if json.Unmarshal(body, &raw) != nil || raw == nil {
		return f, []argument{{"payload", notInput}}
	}
	f.kind, _ = textOf(raw["instructionType"])
	value := raw[field]
	switch {
	case len(value) == 0 || string(value) == "null":
		wrong = append(wrong, argument{field, missing})
	case field == "instruction":
		f.list = []json.RawMessage{value}
	case json.Unmarshal(value, &f.list) != nil || len(f.list) == 0 || len(f.list) > maxBulk:
		wrong = append(wrong, argument{field, invalid})
	}
	return f, wrong
}

// single takes a request for one instruction of the kinds given.
func single(names ...string) func(*Office, *web.Request) web.Reply {
	return func(o *Office, r *web.Request) web.Reply {
		o.Advance(r.Now)
		body, wrong := readFrame(r.Body, "instruction")
		if wrong != nil {
			return malformed(wrong...)
		}
		k, list, refused := o.prepare(&body, names)
		if refused != nil {
			return *refused
		}
		return o.accept(r.User, k, list[0], o.newSet(), r.Now).reply(k)
	}
}

// bulk takes a request for several instructions of one kind. One that is
// malformed fails all.
func bulk(names ...string) func(*Office, *web.Request) web.Reply {
	return func(o *Office, r *web.Request) web.Reply {
		o.Advance(r.Now)
		body, wrong := readFrame(r.Body, "instructions")
		if wrong != nil {
			return malformed(wrong...)
		}
		k, list, refused := o.prepare(&body, names)
		if refused != nil {
			return *refused
		}
		return o.acceptAll(r.User, k, list, r.Now)
	}
}

// prepare checks the instructions of a request and drops the fields that their
// kind does not have.
func (o *Office) prepare(body *frame, names []string) (*kind, []json.RawMessage, *web.Reply) {
	no := func(reply web.Reply) (*kind, []json.RawMessage, *web.Reply) { return nil, nil, &reply }
	if !slices.Contains(names, body.kind) {
		return no(malformed(argument{"instructionType", invalid}))
	}
	k, list := o.kinds[body.kind], make([]json.RawMessage, len(body.list))
	for i, raw := range body.list {
		t, out, wrong := k.read(raw)
		if wrong != nil {
			return no(malformed(wrong...))
		}
		if k.name == deposit && t.Method == methodOpenBanking {
			return no(absent("The deposit method " + methodOpenBanking))
		}
		list[i] = out
	}
	return k, list, nil
}

// read is the terms of an instruction, as a value and as they are kept.
func (k *kind) read(raw json.RawMessage) (t terms, out json.RawMessage, wrong []argument) {
	fields, wrong := clean(raw, k.fields)
	if wrong != nil {
		return t, nil, wrong
	}
	out = web.Encode(fields)
	if json.Unmarshal(out, &t) != nil {
		return t, nil, []argument{{"payload", notInput}}
	}
	if i := &t.Instrument; fields[instrumentID.name] != nil && (i.Conid == 0) == (i.Description.ID == "") {
		return t, nil, []argument{{"conid/tradingInstrumentDescription",
			"For internal position transfer either con_id or trading_product must be present"}}
	}
	return t, out, nil
}

func (o *Office) acceptAll(user string, k *kind, list []json.RawMessage, now market.Nanos) web.Reply {
	later := *k
	if k.name == internalCash {
		later.mode = queued // many at once always wait
	}
	out := answers{Status: http.StatusAccepted, Set: o.newSet()}
	for _, raw := range list {
		in := o.accept(user, &later, raw, out.Set, now)
		item := in.item()
		if item.Status != http.StatusAccepted {
			out.Status = http.StatusMultiStatus
		}
		out.Results = append(out.Results, item)
	}
	return web.JSON(out.Status, out)
}

// newSet is the id of a new set of instructions: of 32 bits, and it may be
// negative.
func (o *Office) newSet() int64 {
	o.nextSet++
	return o.nextSet
}

// reply is the answer to the request that brought the instruction.
func (in *instruction) reply(k *kind) web.Reply {
	if in.Status == statusRejected {
		p := problem{Type: simple, Title: "Business Error", Status: http.StatusUnprocessableEntity, Detail: notBusiness,
			Set: &in.Set, Result: &instructionView{in}}
		return p.reply()
	}
	status := http.StatusAccepted
	if in.Status == statusProcessed && k.mode == instant {
		status = http.StatusCreated
	}
	return web.JSON(status, answer{Status: status, Set: in.Set, Result: &instructionView{in}})
}

// item is the instruction as one of several.
func (in *instruction) item() answer {
	out := answer{Status: http.StatusAccepted, Set: in.Set, Result: &instructionView{in}}
	if in.Status == statusRejected {
		out.Type, out.Title, out.Status = simple, "Business Error", http.StatusUnprocessableEntity
	}
	return out
}

func number64(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// byClientID tells what became of the first instruction with a client's id;
// 208 says that there were more.
func (o *Office) byClientID(r *web.Request) web.Reply {
	o.Advance(r.Now)
	text := r.Vars["clientInstructionId"]
	list := o.byClient[clientKey{r.User, number64(text)}]
	if len(list) == 0 {
		return o.unknown(r.User, text)
	}
	status := http.StatusOK
	if len(list) > 1 {
		status = http.StatusAlreadyReported
	}
	in := o.instructions[list[0]]
	return web.JSON(status, answer{Status: status, Set: in.Set, Result: &instructionView{in}})
}

func (o *Office) byID(r *web.Request) web.Reply {
	o.Advance(r.Now)
	text := r.Vars["instructionId"]
	in := o.instructions[number64(text)]
	if in == nil || in.User != r.User {
		return o.unknown(r.User, text)
	}
	return web.OK(answer{Status: http.StatusOK, Set: in.Set, Result: &instructionView{in}})
}

func (o *Office) unknown(user, what string) web.Reply {
	p := problem{Type: simple, Title: "Not found", Status: http.StatusNotFound,
		Detail: "Funds & Banking: Could not get status for clientId: " + user + ", transactionId : " + what}
	return p.reply()
}

func (o *Office) bySetID(r *web.Request) web.Reply {
	o.Advance(r.Now)
	set, err := strconv.ParseInt(r.Vars["instructionSetId"], 10, 32)
	list := o.bySet[set]
	if err != nil || len(list) == 0 || o.instructions[list[0]].User != r.User {
		p := problem{Type: simple, Title: "Not found", Status: http.StatusNotFound, Set: &set,
			Detail: "Funds & Banking: Could not get status for clientId: " + r.User + ", instructionSetId : " + r.Vars["instructionSetId"]}
		return p.reply()
	}
	out := answers{Status: http.StatusOK, Set: set}
	for _, n := range list {
		out.Results = append(out.Results, o.instructions[n].item())
	}
	return web.OK(out)
}
