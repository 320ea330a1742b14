package management_test

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/csv"
	"io"
	"strconv"
	"strings"
	"testing"

	"gannet/broker/ibkr/ibkrsim/management"
	"gannet/market"
)

func parse(s string) (int64, error) { return strconv.ParseInt(s, 10, 64) }

const apply = `{"application":{"customer":{"type":"INDIVIDUAL","prefix":"ADAm","email":"a@b.c","legalResidenceCountry":"USA",
	"accountHolder":{"accountHolderDetails":[{"name":{"first":"Adam","last":"Smith"}}]}},
	"accounts":[{"externalId":"ext-1","baseCurrency":"USD","margin":"Cash","ira":true,"iraType":"RO","tradingPermissions":[{"product":"STOCKS","country":"ALL"}]}],
	"users":[{"prefix":"adam","encryptedPassword":"secret"}],
	"documents":[{"formNumber":3230,"payload":{"mimeType":"application/pdf","data":"AAAA"}},{"formNumber":5002}]}}`

// An application waits for its documents, is reviewed, and is an account that
// takes a deposit.
func TestApplication(t *testing.T) {
	d := newDesk(t)
	out := d.want(200, "POST", "/accounts", apply)
	account := text(out, "fileData", "data", "application", "accounts", 0, "value")
	request := text(out, "requestId")
	if !strings.HasPrefix(account, "U") || request == "" {
		t.Fatalf("answer %v", out)
	}
	d.want(400, "POST", "/accounts", apply) // the external id is used
	out = d.want(200, "GET", "/accounts/"+account+"/status", "")
	if text(out, "status") != "P" {
		t.Errorf("status %v", out)
	}
	out = d.want(200, "GET", "/accounts/"+account+"/tasks?type=pending", "")
	if text(out, "pendingTasks", 0, "formNumber") != "8001" || text(out, "pendingTasks", 1, "formNumber") != "8002" || at(out, "pendingTasks", 2) != nil {
		t.Errorf("tasks %v", out)
	}
	out = d.want(200, "GET", "/accounts/"+account+"/login-messages", "")
	if text(out, "loginMessagePresent") != "true" {
		t.Errorf("messages %v", out)
	}
	message := text(out, "loginMessages", 0, "id")
	day := d.ledger.now.Time().Format("2006-01-02")
	d.want(200, "GET", "/accounts/login-messages?startDate="+day+"&endDate="+day, "")
	d.want(422, "POST", "/external-cash-transfers", instruct("DEPOSIT", strings.Replace(wire, "DU1000001", account, 1)))

	d.want(202, "PATCH", "/accounts", `{"accountManagementRequests":{"completeLoginMessage":{"accountId":"`+account+`","loginMessageIds":[`+message+`]},
		"documentSubmission":{"accountId":"`+account+`","documents":[{"formNumber":8001},{"formNumber":8002}]}}}`)
	d.wait(60)
	out = d.want(200, "GET", "/accounts/"+account+"/tasks", "")
	if text(out, "status") != "Q" || text(out, "registrationTasks", 3, "isCompleted") != "true" {
		t.Errorf("tasks %v", out)
	}
	d.restart()
	d.wait(3600)
	out = d.want(200, "GET", "/accounts/"+account+"/status", "")
	if text(out, "status") != "O" || text(out, "dateOpened") == "" {
		t.Errorf("status %v", out)
	}
	for _, query := range []string{"accountId=" + account, "externalId=ext-1"} {
		out = d.want(200, "GET", "/accounts?"+query, "")
		if text(out, "data", "request", "accounts", 0, "externalId") != "ext-1" || text(out, "data", "response", "data", "application", "accounts", 0, "value") != account {
			t.Errorf("application %v", out)
		}
		if at(out, "data", "request", "users", 0, "encryptedPassword") != nil {
			t.Error("the password is kept")
		}
	}
	d.want(202, "POST", "/external-cash-transfers", instruct("DEPOSIT", strings.Replace(wire, "DU1000001", account, 1)))
	d.wait(600)
	d.office.Advance(d.ledger.now)
	d.cash(account, "250.75")
	d.want(202, "POST", "/external-cash-transfers/query", instruct("QUERY_IRA_CONTRIBUTIONS", `"clientInstructionId":5,"accountId":"`+account+`","year":"2026"`))
	d.wait(60)
	out = d.want(200, "GET", "/client-instructions/5", "")
	if text(out, "instructionResult", "contributions", 0, "allowedContributionLimit") != "7249.25" {
		t.Errorf("contributions %v", out)
	}
	d.want(200, "GET", "/requests/"+request+"/status?type=response", "")
	out = d.want(200, "GET", "/requests/"+request+"/status?type=update", "")
	if text(out, "acctId") != account || text(out, "status") != "PROCESSED" {
		t.Errorf("request %v", out)
	}
	out = d.want(200, "GET", "/requests?startDate="+day+"&endDate="+day, "")
	if text(out, "total") != "2" {
		t.Errorf("requests %v", out)
	}
	d.user = other
	d.want(403, "GET", "/accounts/"+account+"/status", "")
	d.want(403, "GET", "/accounts/"+account+"/details", "")
	d.want(400, "GET", "/requests/"+request+"/status?type=update", "")
}

// Paper accounts need no documents; agreements of the day serve later
// applications.
func TestPaperAndAgreements(t *testing.T) {
	d := newDesk(t)
	out := d.want(200, "POST", "/accounts", `{"application":{"customer":{"type":"ORG"},"accounts":[{"baseCurrency":"EUR"}],"paperAccount":true}}`)
	if account := text(out, "fileData", "data", "application", "accounts", 0, "value"); !strings.HasPrefix(account, "DU") ||
		text(out, "fileData", "data", "application", "accounts", 0, "status") != "Q" {
		t.Errorf("answer %v", out)
	}
	d.want(400, "POST", "/accounts/documents", `{"processDocuments":{"documents":[{"formNumber":5002}]}}`)
	d.want(200, "POST", "/accounts/documents", `{"processDocuments":{"documents":[{"formNumber":3230},{"formNumber":8001},{"formNumber":8002}]}}`)
	d.restart()
	out = d.want(200, "POST", "/accounts", strings.Replace(apply, `{"formNumber":5002}`, `{"formNumber":5002}`, 1))
	if text(out, "fileData", "data", "application", "accounts", 0, "status") != "Q" {
		t.Errorf("answer %v", out)
	}
	for _, body := range []string{"", "[]", `{"application":[]}`, `{"application":{}}`, `{"application":{"customer":{"type":"INDIVIDUAL"},"accounts":[{"baseCurrency":"XXX"}]}}`,
		`{"application":{"customer":{"type":"INDIVIDUAL"},"accounts":7}}`} {
		d.want(400, "POST", "/accounts", body)
	}
}

// Changes are made a little later, each once, and can be read back.
func TestUpdates(t *testing.T) {
	d := newDesk(t)
	change := func(body string) string {
		d.t.Helper()
		out := d.want(202, "PATCH", "/accounts", `{"accountManagementRequests":`+body+`}`)
		d.wait(60)
		return text(d.want(200, "GET", "/requests/"+text(out, "requestId")+"/status?type=update", ""), "status")
	}
	account := `"accountId":"DU1000002"`
	for body, want := range map[string]string{
		`{"updateAccountAlias":{` + account + `,"accountAlias":"rainy day"},"updateExternalId":{` + account + `,"newExternalId":"x9"}}`: "PROCESSED",
		`{"addTradingPermissions":{` + account + `,"tradingPermissions":[{"product":"OPTIONS"},{"product":"FUTURES"}]}}`:                "PROCESSED",
		`{"changeMarginType":{` + account + `,"newMargin":"Cash"},"enrollInDrip":{` + account + `}}`:                                    "PROCESSED",
		`{"addNewUser":{` + account + `,"prefix":"bob"}}`:                                                                               "PROCESSED",
		`{"updateCredentials":{` + account + `,"updateEmail":{"email":"b@c.d"}}}`:                                                       "PROCESSED",
		`{"createUser":{` + account + `,"userName":"advisor1"}}`:                                                                        "REJECTED",
		`{"abandonAccount":{` + account + `}}`:                                                                                          "REJECTED",
		`{"accountClose":{` + account + `}}`:                                                                                            "REJECTED",
	} {
		if got := change(body); got != want {
			t.Errorf("%s: %s, want %s", body, got, want)
		}
	}
	if got := change(`{"removeTradingPermissions":{` + account + `,"tradingPermissions":[{"product":"FUTURES"}]}}`); got != "PROCESSED" {
		t.Errorf("remove: %s", got)
	}
	d.restart()
	out := d.want(200, "GET", "/accounts/DU1000002/details", "")
	for field, want := range map[string]string{"accountAlias": "rainy day", "externalId": "x9", "margin": "Cash"} {
		if got := text(out, "account", field); got != want {
			t.Errorf("%s is %q, want %q", field, got, want)
		}
	}
	if text(out, "tradeBundles", 0) != "OPTIONS" || at(out, "tradeBundles", 1) != nil || !strings.HasPrefix(text(out, "associatedPersons", 0, "username"), "bob") {
		t.Errorf("details %v", out)
	}
	d.want(501, "PATCH", "/accounts", `{"accountManagementRequests":{"changeBaseCurrency":{`+account+`,"newBaseCurrency":"EUR"}}}`)
	d.want(403, "PATCH", "/accounts", `{"accountManagementRequests":{"reopenAccount":{"accountId":"DU3000003"}}}`)
	d.want(400, "PATCH", "/accounts", `{"accountManagementRequests":{}}`)
}

// A closed account takes no instructions until it is open again.
func TestClose(t *testing.T) {
	d := newDesk(t)
	check(d.ledger.MoveCash("DU1000002", "USD", market.MustMoney("-100000"), "out"))
	d.want(202, "PATCH", "/accounts", `{"accountManagementRequests":{"accountClose":{"accountId":"DU1000002"}}}`)
	d.wait(60)
	body := instruct("DEPOSIT", strings.Replace(wire, "DU1000001", "DU1000002", 1))
	d.want(422, "POST", "/external-cash-transfers", body)
	d.want(202, "PATCH", "/accounts", `{"accountManagementRequests":{"reopenAccount":{"accountId":"DU1000002"}}}`)
	d.wait(60)
	d.want(202, "POST", "/external-cash-transfers", body)
}

// An abandoned application can be taken up again; one that the ledger does not
// open an account for is rejected.
func TestAbandon(t *testing.T) {
	d := newDesk(t)
	out := d.want(200, "POST", "/accounts", apply)
	account := text(out, "fileData", "data", "application", "accounts", 0, "value")
	steps := []struct{ body, want string }{
		{`{"resetAbandonedAccount":{"accountId":"` + account + `"}}`, "P"},
		{`{"abandonAccount":{"accountId":"` + account + `"}}`, "A"},
		{`{"documentSubmission":{"accountId":"` + account + `","documents":[{"formNumber":8001},{"formNumber":8002}]}}`, "A"},
		{`{"resetAbandonedAccount":{"accountId":"` + account + `"}}`, "Q"},
	}
	for _, s := range steps {
		d.want(202, "PATCH", "/accounts", `{"accountManagementRequests":`+s.body+`}`)
		d.wait(60)
		if out := d.want(200, "GET", "/accounts/"+account+"/status", ""); text(out, "status") != s.want {
			t.Errorf("%s: %v, want %s", s.body, out, s.want)
		}
	}
	d.ledger.broken = true
	d.wait(3600)
	if out := d.want(200, "GET", "/accounts/"+account+"/status", ""); text(out, "status") != "R" || at(out, "dateOpened") != nil {
		t.Errorf("not opened: %v", out)
	}
}

// Lists are cut into pages and show the user's accounts only.
func TestStatuses(t *testing.T) {
	d := newDesk(t)
	for _, query := range []string{"startDate=2026-01-01&endDate=2026-12-31", "accountStatusRequest=startDate,2026-01-01,endDate,2026-12-31"} {
		out := d.want(200, "GET", "/accounts/status?"+query, "")
		if text(out, "total") != "2" || text(out, "accounts", 1, "accountId") != "DU1000002" {
			t.Errorf("%s: %v", query, out)
		}
	}
	out := d.want(200, "GET", "/accounts/status?startDate=2026-01-01&endDate=2026-12-31&offset=1&limit=1&status=O", "")
	if text(out, "total") != "2" || text(out, "accounts", 0, "accountId") != "DU1000002" || at(out, "accounts", 1) != nil {
		t.Errorf("page %v", out)
	}
	for _, query := range []string{"", "startDate=2026-01-01", "startDate=x&endDate=y", "startDate=2026-01-01&endDate=2026-12-31&limit=0", "startDate=2026-01-01&endDate=2026-12-31&offset=-1"} {
		d.want(400, "GET", "/accounts/status?"+query, "")
	}
}

func TestLookups(t *testing.T) {
	d := newDesk(t)
	for _, path := range []string{"/echo/https?a=1", "/enumerations/acats", "/enumerations/fin-info-ranges?currency=USD", "/enumerations/complex-asset-transfer?instructionType=COMPLEX_ASSET_TRANSFER",
		"/participating-banks?type=eDDA", "/forms", "/forms?formNo=8001,3001&projection=PAYLOAD", "/forms/required-forms?residenceCountry=USA", "/validations/usernames/advisor1"} {
		d.want(200, "GET", path, "")
	}
	if out := d.want(200, "POST", "/echo/signed-jwt", `{"iss":"x"}`); text(out, "securityPolicy") != "SIGNED_JWT" {
		t.Errorf("echo %v", out)
	}
	for _, path := range []string{"/enumerations/nonsense", "/enumerations/complex-asset-transfer", "/participating-banks", "/forms?formNo=x", "/accounts"} {
		d.want(400, "GET", path, "")
	}
	d.want(501, "GET", "/enumerations/quiz-questions", "")
	d.want(501, "GET", "/accounts/DU1000001/kyc", "")
	for name, want := range map[string]string{"advisor1": "true false", "freename": "true true", "No": "false false"} {
		out := d.want(200, "GET", "/validations/usernames/"+name, "")
		if got := text(out, "isValid") + " " + text(out, "isAvailable"); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

// Restrictions are applied after they were verified, and as they were.
func TestRestrictions(t *testing.T) {
	d := newDesk(t)
	body := func(csv string) string {
		return `{"userName":"u","requestId":127,"payload":"` + base64.StdEncoding.EncodeToString([]byte(csv)) + `"}`
	}
	good := body("RESTR_ADD, API-1, RULE_BEGIN, rule_type=CLOSINGONLY, tif=GTC, RULE_END")
	steps := []struct{ path, body, want string }{
		{"/restrictions", good, "Request not previously verified"},
		{"/restrictions/verify", body("RESTR_ADD, API-1, RULE_BEGIN, a=b"), "Invalid CSV: Missing RULE_END"},
		{"/restrictions/verify", good, "OK"},
		{"/restrictions", body("RESTR_ADD, API-2, RULE_BEGIN, a=b, RULE_END"), "Request not previously verified"},
		{"/restrictions", good, "OK"},
		{"/restrictions", good, "Request not previously verified"},
	}
	for i, s := range steps {
		if out := d.want(200, "POST", s.path, s.body); text(out, "message") != s.want {
			t.Errorf("step %d: %v, want %s", i, out, s.want)
		}
	}
	d.restart()
	if out := d.want(200, "GET", "/accounts/DU1000001/details", ""); text(out, "restrictions", 0, "name") != "API-1" {
		t.Errorf("details %v", out)
	}
	d.want(400, "POST", "/restrictions", `{"userName":"u","requestId":0,"payload":"!"}`)
}

func (d *desk) report(path, body string) []byte {
	d.t.Helper()
	out := d.want(200, "POST", path, body)
	file, err := base64.StdEncoding.DecodeString(text(out, "data", "value"))
	if err != nil {
		d.t.Fatal(err)
	}
	if text(out, "data", "gzip") == "true" {
		r, err := gzip.NewReader(bytes.NewReader(file))
		if err != nil {
			d.t.Fatal(err)
		}
		if file, err = io.ReadAll(r); err != nil {
			d.t.Fatal(err)
		}
	}
	return file
}

// A statement leads from the starting to the ending cash, and both are the
// account's.
func TestStatementAddsUp(t *testing.T) {
	d := newDesk(t)
	d.wait(86400)
	d.want(202, "POST", "/external-cash-transfers", instruct("DEPOSIT", wire))
	d.wait(600)
	d.office.Advance(d.ledger.now)
	d.ledger.trade("DU1000001", "10", "655.10", "1")
	d.ledger.trade("DU1000001", "-4", "660", "1.02")
	day := d.ledger.now.Time().Format("20060102")
	d.wait(86400)
	d.ledger.trade("DU1000001", "1", "700", "1") // not in the statement
	for _, zip := range []string{"false", "true"} {
		file := d.report("/statements", `{"accountId":"DU1000001","startDate":"`+day+`","endDate":"`+day+`","mimeType":"text/csv","gzip":`+zip+`}`)
		reader := csv.NewReader(bytes.NewReader(file))
		reader.FieldsPerRecord = -1
		rows, err := reader.ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		sum, got := market.Money{}, map[string]string{}
		for _, row := range rows {
			if row[0] == "Cash Report" && row[1] == "Data" {
				got[row[2]] = row[4]
				if row[2] != "Ending Cash" {
					sum = sum.Add(market.MustMoney(row[4]))
				}
			}
			if row[0] == "Open Positions" && row[1] == "Data" && row[6] != "56" {
				t.Errorf("position %v, want 56", row)
			}
		}
		if got["Starting Cash"] != "100000" || got["Ending Cash"] != "96337.73" || !sum.Equal(market.MustMoney("96337.73")) {
			t.Errorf("cash report %v, sum %s", got, sum)
		}
	}
	both := string(d.report("/statements", `{"accountId":"DU1000001","accountIds":["DU1000001","DU1000002"],"startDate":"2026","endDate":"2026","mimeType":"text/csv","multiAccountFormat":"consolidate"}`))
	if !strings.Contains(both, "Cash Report,Data,Ending Cash,USD,195636.73") {
		t.Errorf("consolidated:\n%s", both)
	}
	if page := string(d.report("/trade-confirmations", `{"accountId":"DU1000001","startDate":"`+day+`","endDate":"`+day+`"}`)); strings.Count(page, "<td>Order</td>") != 2 {
		t.Errorf("confirmations:\n%s", page)
	}
	if form := string(d.report("/tax-documents", `{"accountId":"DU1000001","year":2026,"type":"8949","format":"CSV"}`)); !strings.Contains(form, "4 SPY,USD") {
		t.Errorf("form:\n%s", form)
	}
	if file := d.report("/statements", `{"accountId":"DU1000001","startDate":"202609","endDate":"202609","mimeType":"application/pdf"}`); !bytes.HasPrefix(file, []byte("%PDF-1.4")) || !bytes.HasSuffix(file, []byte("%%EOF\n")) {
		t.Error("not a PDF")
	}
	out := d.want(200, "GET", "/statements/available?accountId=DU1000001", "")
	if text(out, "data", "value", "monthly", 0) != "202609" || text(out, "data", "value", "annual", 0) != "2026" {
		t.Errorf("available %v", out)
	}
	if out = d.want(200, "GET", "/trade-confirmations/available?accountId=DU1000001", ""); text(out, "data", "value", 0) != day {
		t.Errorf("available %v", out)
	}
	if out = d.want(200, "GET", "/tax-documents/available?accountId=DU1000001&year=2026", ""); text(out, "data", "value", "forms", 0, "taxFormName") != "1099" {
		t.Errorf("available %v", out)
	}
	for _, body := range []string{"", "{}", `{"accountId":"DU1000001"}`, `{"accountId":"DU1000001","startDate":"2026","endDate":"2025"}`,
		`{"accountId":"DU1000001","startDate":"2026","endDate":"2027"}`, `{"accountId":"DU1000001","startDate":"2026","endDate":"2026","mimeType":"x"}`} {
		d.want(400, "POST", "/statements", body)
	}
	d.want(402, "POST", "/statements", `{"accountId":"DU3000003","startDate":"2026","endDate":"2026"}`)
	d.want(400, "POST", "/tax-documents", `{"accountId":"DU1000001","year":2030,"type":"x","format":"y"}`)
	d.want(400, "GET", "/tax-documents/available?accountId=DU1000001", "")
}

// What a Store did not write is not taken back.
func TestRestoreRefuses(t *testing.T) {
	d := newDesk(t)
	for _, kind := range append(management.Kinds(), "nonsense") {
		if err := d.office.Restore(kind, "1", []byte(`"x"`)); err == nil {
			t.Errorf("%s: no error", kind)
		}
	}
	if _, err := management.New(management.Config{}); err == nil {
		t.Error("an office without a ledger")
	}
}
