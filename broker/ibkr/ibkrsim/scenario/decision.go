package scenario

import "time"

// Call is a request, as far as rules care.
type Call struct {
	Endpoint string // method and the route's pattern: PlaceOrder
	Target   string // path and query as they came; with User the key of stale answers
	User     string // who asks
}

// Decision is what becomes of a request. The server carries it out in the
// order of the fields.
type Decision struct {
	Delay       time.Duration // before anything else happens
	Cut         Cut           // CutRequest: end the connection here; CutResponse: instead of answering
	Handle      int           // how often the handler is called: 1, 0 or more; the first answer is the answer
	Answer      *Answer       // in place of the handler's
	DelayAnswer time.Duration // after the handler
	Skew        time.Duration // what is added to now in the Date header
	Damage      Damage        // Engine.Answer does it
	Drip        Drip          // of the body
	Rules       []string      // names of the rules at work, for the log

	point float64 // where the damage is, 0 to less than 1
}

// add is one more rule's part in the decision.
func (d *Decision) add(r *rule, answer *Answer) {
	d.Rules = append(d.Rules, r.label())
	d.Delay += r.Delay.Draw(r.random)
	d.DelayAnswer += r.DelayAnswer.Draw(r.random)
	if r.Deliver > 0 {
		d.Handle *= r.Deliver
	}
	if r.Cut != "" {
		d.Cut = r.Cut
	}
	if answer != nil {
		d.Answer = answer
	}
	if r.Cut == CutRequest || r.Answer != nil && !r.Handled {
		d.Handle = 0
	}
	if r.Damage != "" {
		d.Damage, d.point = r.Damage, r.random.Float64()
	}
	if r.Drip.Bytes > 0 {
		d.Drip = r.Drip
	}
	d.Skew += r.Skew
}

// Wire is an answer as it goes out.
type Wire struct {
	Status int
	Type   string // Content-Type
	Body   []byte
	Length int  // Content-Length, which need not be that of Body
	Drip   Drip // how the body is sent; zero is at once
}

// wire puts the decision's own answer in place of the handler's and damages
// it.
func (d *Decision) wire(status int, kind string, body []byte) Wire {
	if d.Answer != nil {
		status = d.Answer.Status
		body, kind = d.Answer.raw()
	}
	body = damaged(body, d.Damage, d.point)
	w := Wire{Status: status, Type: kind, Body: body, Length: len(body), Drip: d.Drip}
	switch d.Damage {
	case LongLength:
		w.Length += 64
	case ShortLength:
		w.Length -= (len(body) + 3) / 4
	}
	return w
}

// damaged is what is left of a text. The text itself stays as it is.
func damaged(text []byte, damage Damage, point float64) []byte {
	switch damage {
	case Truncate:
		if len(text) < 2 {
			return nil
		}
		return text[:1+int(point*float64(len(text)-1))]
	case Garble:
		text = append([]byte(nil), text...)
		at := int(point * float64(len(text)))
		for i := at; i < min(at+3, len(text)); i++ {
			if text[i] != '#' {
				text[i] = '#'
			} else {
				text[i] = '!'
			}
		}
		return text
	case Blank:
		return nil
	}
	return text
}
