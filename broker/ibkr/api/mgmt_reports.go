package api

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"gannet/broker/ibkr"
)

// Reports is statements, tax documents and trade confirmations. The requests
// that make them are signed.
type Reports struct{ m management }

// ReportFile is a report as it is to be saved.
type ReportFile struct {
	MIMEType string // such as application/pdf or text/html
	Data     []byte // decoded and unpacked
}

// maxReport bounds an unpacked report.
const maxReport = 64 << 20

var (
	opStatements             = signedReport("Statements", "/statements")
	opTaxDocuments           = signedReport("TaxDocuments", "/tax-documents")
	opTradeConfirmations     = signedReport("TradeConfirmations", "/trade-confirmations")
	opAvailableStatements    = registerManaged(Op{Group: "Reports", Name: "AvailableStatements", Method: http.MethodGet, Path: "/statements/available"})
	opAvailableTaxDocuments  = registerManaged(Op{Group: "Reports", Name: "AvailableTaxDocuments", Method: http.MethodGet, Path: "/tax-documents/available"})
	opAvailableConfirmations = registerManaged(Op{
		Group: "Reports", Name: "AvailableTradeConfirmations", Method: http.MethodGet, Path: "/trade-confirmations/available",
	})
)

// signedReport is an operation whose answer is made when it is asked for, which
// can take longer than other answers.
func signedReport(name, path string) *signedOp {
	return registerSigned(Op{Group: "Reports", Name: name, Method: http.MethodPost, Path: path, Slow: true}, typeJSON)
}

// Statements makes a statement: of days 20260131, of a month 202601 or of a
// year 2026, as Reports.AvailableStatements lists them. Scope statements.read.
// POST /statements.
func (r Reports) Statements(ctx context.Context, in StatementRequest) (ReportFile, error) {
	return r.file(ctx, opStatements, in)
}

// AvailableStatements lists the periods that there are statements of. Scope
// statements.read. GET /statements/available.
func (r Reports) AvailableStatements(ctx context.Context, account string) (StatementDates, error) {
	return do[StatementDates](ctx, r.m.c, opAvailableStatements, args{query: given("accountId", account)})
}

// TaxDocuments fetches a tax form. Scope statements.write.
// POST /tax-documents.
func (r Reports) TaxDocuments(ctx context.Context, in TaxDocumentRequest) (ReportFile, error) {
	return r.file(ctx, opTaxDocuments, in)
}

// AvailableTaxDocuments lists the tax forms of a year. Scope statements.read.
// GET /tax-documents/available.
func (r Reports) AvailableTaxDocuments(ctx context.Context, account string, year int) (TaxDocumentForms, error) {
	return do[TaxDocumentForms](ctx, r.m.c, opAvailableTaxDocuments, args{query: given("accountId", account, "year", strconv.Itoa(year))})
}

// TradeConfirmations makes the confirmations of a span of days, 20260131. Scope
// statements.write. POST /trade-confirmations.
func (r Reports) TradeConfirmations(ctx context.Context, in TradeConfirmationRequest) (ReportFile, error) {
	return r.file(ctx, opTradeConfirmations, in)
}

// AvailableTradeConfirmations lists the days that there are confirmations of.
// Scope statements.read. GET /trade-confirmations/available.
func (r Reports) AvailableTradeConfirmations(ctx context.Context, account string) (TradeConfirmationDates, error) {
	return do[TradeConfirmationDates](ctx, r.m.c, opAvailableConfirmations, args{query: given("accountId", account)})
}

// file fetches a report: the file itself, or JSON that holds it.
func (r Reports) file(ctx context.Context, op *signedOp, in any) (ReportFile, error) {
	resp, err := r.m.send(ctx, op, in)
	if err != nil {
		return ReportFile{}, err
	}
	if kind := resp.Header.Get("Content-Type"); !strings.Contains(kind, "json") {
		return ReportFile{MIMEType: kind, Data: resp.Body}, nil
	}
	var report Report
	if err := decodeAnswer(op.Op, resp, &report); err != nil {
		return ReportFile{}, err
	}
	out, err := report.File()
	if err != nil {
		return out, &ibkr.Error{
			Kind: ibkr.KindMalformed, Status: resp.Status, Method: op.Method, Endpoint: op.Path, Sent: true, Err: err,
		}
	}
	return out, nil
}

// File decodes the report, and unpacks it when it is gzip.
func (r Report) File() (ReportFile, error) {
	if r.Data == nil {
		return ReportFile{}, errors.New("api: report: no data")
	}
	if how := r.Data.Encoding.String(); how != "" && !strings.EqualFold(how, "base64") {
		return ReportFile{}, fmt.Errorf("api: report: encoding %.40q: want base64", how)
	}
	data, err := r.Data.Value.Bytes()
	if err != nil {
		return ReportFile{}, fmt.Errorf("api: report: %w", err)
	}
	if r.Data.Gzip.True() {
		if data, err = gunzip(data, maxReport); err != nil {
			return ReportFile{}, fmt.Errorf("api: report: %w", err)
		}
	}
	return ReportFile{MIMEType: cmp.Or(r.Data.MimeType.String(), r.Data.Accept.String()), Data: data}, nil
}

// gunzip unpacks at most limit bytes.
func gunzip(data []byte, limit int64) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	out, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(out)) > limit {
		return nil, fmt.Errorf("gzip: more than %d bytes", limit)
	}
	return out, nil
}
