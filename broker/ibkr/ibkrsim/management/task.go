package management

import (
	"crypto/sha1"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/market"
)

// form is a document that a customer signs, fills in or sends.
type form struct {
	number int
	name   string
	action string
	kind   string
}

const (
	formAgreement = 3230
	formW8        = 5001
	formW9        = 5002
	formIdentity  = 8001
	formAddress   = 8002
)

var forms = []form{
	{formAgreement, "Interactive Brokers LLC Client Agreement", "to sign", "DOCUMENT"},
	{formW8, "Form W-8BEN Certificate of Foreign Status", "to complete", "TAX"},
	{formW9, "Form W-9 Request for Taxpayer Identification Number", "to complete", "TAX"},
	{formIdentity, "Proof of Identity and Date of Birth", "to send", "DOCUMENT"},
	{formAddress, "Proof of Address", "to send", "DOCUMENT"},
}

func formOf(number int) *form {
	if i := slices.IndexFunc(forms, func(f form) bool { return f.number == number }); i >= 0 {
		return &forms[i]
	}
	return nil
}

// body is the text of a form, which the simulator makes up.
func (f *form) body() []byte { return fmt.Appendf(nil, "Form %d\n%s\n", f.number, f.name) }

// task is a form that an application needs.
type task struct {
	Form int          `json:"form"`
	Done market.Nanos `json:"done"` // 0 for not yet
}

// tasksFor are the forms that a customer of a country needs.
func tasksFor(country string) []int {
	tax := formW8
	if country == "USA" || country == "United States" || country == "US" {
		tax = formW9
	}
	return []int{formAgreement, tax, formIdentity, formAddress}
}

// submit completes the tasks that forms have come for, and sends the
// application into review when none is left.
func (o *Office) submit(a *account, numbers []int, now market.Nanos) {
	left := 0
	for i := range a.Tasks {
		t := &a.Tasks[i]
		if t.Done == 0 && slices.Contains(numbers, t.Form) {
			t.Done = now
		}
		if t.Done == 0 {
			left++
		}
	}
	if left == 0 && a.Status == statusWaiting {
		a.Status, a.Review = statusApproval, now+market.Nanos(o.cfg.Review)
		o.schedule(a.Review, keptAccount, a.ID)
	}
}

// review ends the review of an application: the account opens.
func (o *Office) review(appointed appointment) {
	a := o.accounts[appointed.key]
	if a == nil || a.Status != statusApproval || a.Review != appointed.at {
		return
	}
	a.Review, a.Status, a.Opened = 0, statusOpen, appointed.at
	if err := o.cfg.Ledger.Open(a.ID, a.Base, a.User); err != nil {
		a.Status, a.Opened = statusDeclined, 0
	}
	o.keepAccount(a)
}

func (a *account) open() bool {
	return slices.ContainsFunc(a.Tasks, func(t task) bool { return t.Done == 0 })
}

// tasks lists an application's tasks: all, or those that are pending.
func tasks(_ *Office, a *account, r *web.Request) web.Reply {
	out := map[string]any{"accountId": a.ID, "status": a.Status, "description": statusTexts[a.Status], "state": statusTexts[a.Status], "hasError": false}
	switch r.Query.Get("type") {
	case "", "registration":
		out["registrationTaskPresent"] = len(a.Tasks) > 0
		out["registrationTasks"] = a.registration()
	case "pending":
		out["pendingTaskPresent"] = a.open()
		out["pendingTasks"] = a.pending()
	default:
		return malformed(argument{"type", invalid})
	}
	return web.OK(out)
}

func (a *account) registration() []map[string]any {
	list := []map[string]any{}
	for _, t := range a.Tasks {
		f := formOf(t.Form)
		row := map[string]any{"formNumber": t.Form, "formName": f.name, "action": f.action, "state": t.state(),
			"isRequiredForApproval": true, "isCompleted": t.Done != 0, "isDeclined": false}
		set(row, "dateCompleted", at(t.Done))
		set(row, "externalId", a.External)
		list = append(list, row)
	}
	return list
}

func (a *account) pending() []map[string]any {
	list := []map[string]any{}
	for i, t := range a.Tasks {
		if t.Done == 0 {
			f := formOf(t.Form)
			row := map[string]any{"taskNumber": i + 1, "formNumber": t.Form, "formName": f.name, "action": f.action, "state": t.state(),
				"entityId": 1, "requiredForApproval": true, "requiredForTrading": true, "onlineTask": f.action != "to send"}
			set(row, "externalId", a.External)
			list = append(list, row)
		}
	}
	return list
}

func (t task) state() string {
	if t.Done != 0 {
		return "Submitted"
	}
	return "To Be Submitted"
}

// messages are what a customer is told at the login: that tasks are open.
func (a *account) messages() []map[string]any {
	list := []map[string]any{}
	if a.Seen || !a.open() || len(a.Users) == 0 {
		return list
	}
	var numbers []int
	for _, t := range a.Tasks {
		if t.Done == 0 {
			numbers = append(numbers, t.Form)
		}
	}
	return append(list, map[string]any{"id": a.Request, "recordDate": at(a.Started), "username": a.Users[0], "messageType": "TASKS",
		"contentId": 1, "state": "P", "description": "Documents are needed for the approval of your account", "tasks": numbers})
}

func loginMessages(_ *Office, a *account, r *web.Request) web.Reply {
	list := a.messages()
	if kind := r.Query.Get("type"); kind != "" && kind != "TASKS" {
		list = list[:0]
	}
	return web.OK(map[string]any{"accountId": a.ID, "clearingStatus": a.Status, "clearingStatusDescription": statusTexts[a.Status],
		"loginMessages": list, "loginMessagePresent": len(list) > 0})
}

// allMessages are the login messages of all accounts that were begun within a
// span of days.
func (o *Office) allMessages(r *web.Request) web.Reply {
	o.Advance(r.Now)
	s, wrong := o.span(r, "loginMessageRequest")
	if wrong != nil {
		return malformed(wrong...)
	}
	list := []map[string]any{}
	for _, a := range o.all(r.User) {
		wanted, kind := s.values["status"], s.values["type"]
		if s.has(a.Started) && (wanted == "" || wanted == a.Status) && (kind == "" || kind == "TASKS") {
			list = append(list, a.messages()...)
		}
	}
	list = list[min(s.offset, len(list)):min(s.offset+s.limit, len(list))]
	return web.OK(map[string]any{"loginMessages": list, "loginMessagePresent": len(list) > 0})
}

// listForms shows forms, with their texts when asked. The numbers come as a
// list or one by one.
func (o *Office) listForms(r *web.Request) web.Reply {
	o.Advance(r.Now)
	list := []map[string]any{}
	payload := r.Query.Get("projection") == "PAYLOAD"
	wanted := strings.FieldsFunc(strings.Join(r.Query["formNo"], ","), func(c rune) bool { return c == ',' })
	if len(wanted) > maxReported {
		return failure(http.StatusBadRequest, "Too many forms")
	}
	for _, text := range wanted {
		n, err := strconv.ParseInt(text, 10, 32)
		if err != nil {
			return failure(http.StatusBadRequest, "Form "+text+" is not a number")
		}
		if f := formOf(int(n)); f != nil {
			list = append(list, f.view(o.cfg.Start, payload))
		} else {
			list = append(list, map[string]any{"formNumber": n, "hasError": true, "errorDescription": "Form does not exist"})
		}
	}
	for i := range forms {
		if len(wanted) == 0 {
			list = append(list, forms[i].view(o.cfg.Start, payload))
		}
	}
	return web.OK(map[string]any{"formDetails": list, "timestamp": at(r.Now), "hasError": false})
}

func (f *form) view(modified market.Nanos, payload bool) map[string]any {
	body := f.body()
	sum := sha1.Sum(body)
	out := map[string]any{"formNumber": f.number, "formName": f.name, "fileName": fmt.Sprintf("Form%d.txt", f.number), "language": "en",
		"fileLength": len(body), "sha1Checksum": hex.EncodeToString(sum[:]), "type": f.kind, "action": f.action,
		"apiSupportedTask": true, "hasError": false}
	set(out, "dateModified", at(modified))
	if payload {
		out["payload"] = map[string]string{"mimeType": "text/plain", "data": base64.StdEncoding.EncodeToString(body)}
	}
	return out
}

func (o *Office) requiredForms(r *web.Request) web.Reply {
	o.Advance(r.Now)
	s, _ := o.span(r, "requiredFormsRequest")
	list := []string{}
	for _, n := range tasksFor(s.values["residenceCountry"]) {
		list = append(list, strconv.Itoa(n))
	}
	return web.OK(map[string]any{"forms": list, "hasError": false})
}
