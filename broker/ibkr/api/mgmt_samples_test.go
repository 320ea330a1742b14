package api

import (
	"context"

	"github.com/shopspring/decimal"
)

func dec(s string) Num { return NumOf(decimal.RequireFromString(s)) }

// sent drops an answer.
func sent[T any](_ T, err error) error { return err }

var (
	texts = TextOf

	ibmByConid = &TradingInstrument{Conid: IntOf(8314), Currency: texts("USD")}
	ibmByISIN  = &TradingInstrument{Currency: texts("USD"), TradingInstrumentDescription: &TradingInstrumentTradingInstrumentDescription{
		SecurityIDType: texts("ISIN"), SecurityID: texts("US4592001014"), AssetType: texts("STK"),
	}}
	cashMove = InternalCashTransferInstruction{
		ClientInstructionID: IntOf(1012983), SourceAccountID: texts("U46377"), TargetAccountID: texts("U15667"),
		Amount: dec("123.45"), Currency: texts("GBP"), DateTimeToOccur: texts("2026-03-20T09:12:13Z"),
	}
	positionMove = InternalPositionTransferInstruction{
		ClientInstructionID: IntOf(7013043), SourceAccountID: texts("U399192"), TargetAccountID: texts("U87440"),
		TransferQuantity: IntOf(6), TradingInstrument: ibmByConid, TransferPrice: dec("100.3456789"),
		TradeDate: texts("2026-02-17"), SettleDate: texts("2026-02-25"),
	}
	ach = ACHInstruction{
		ClientInstructionID: IntOf(1012983), BankInstructionCode: texts("USACH"), ACHType: texts("DEBIT_CREDIT"),
		BankInstructionName: texts("Main"), Currency: texts("USD"), AccountID: texts("U223454"),
		ClientAccountInfo: &ACHInstructionClientAccountInfo{
			BankRoutingNumber: texts("202012983"), BankAccountNumber: texts("101267576983"), BankName: texts("Bank"), BankAccountTypeCode: IntOf(0),
		},
	}
	withdrawal = WithdrawFundsInstruction{
		ClientInstructionID: IntOf(7013048), AccountID: texts("U46377"), Currency: texts("GBP"), Amount: dec("123.45"),
		BankInstructionName: texts("Main"), BankInstructionMethod: texts("WIRE"), DateTimeToOccur: texts("2026-11-20T09:12:13Z"),
	}
	fop = FOPInstruction{
		ClientInstructionID: IntOf(7013038), Direction: texts("IN"), AccountID: texts("U46377"),
		ContraBrokerAccountID: texts("12345678A"), ContraBrokerDTCCode: texts("534"), Quantity: IntOf(1000), TradingInstrument: ibmByISIN,
	}
	cancelOne = CancelInstruction{ClientInstructionID: IntOf(12001810), InstructionID: IntOf(43085477), Reason: texts("Testing")}
	closing   = RestrictionsOf("hatty597", 127, []byte("RESTR_ADD, Test, RULE_BEGIN, rule_type=CLOSINGONLY, tif=GTC, RULE_END"))
)

func init() {
	sample("Applications.Create", func(ctx context.Context, a *API) error {
		return sent(a.Applications.Create(ctx, ApplicationPayload{Application: &Application{
			Customer: &Customer{ExternalID: texts("c-1"), Type: texts("INDIVIDUAL"), Email: texts("a@example.com"), MdStatusNonPro: BoolOf(true)},
			Accounts: []ApplicationAccount{{
				ExternalID: texts("a-1"), BaseCurrency: texts("USD"), Margin: texts("Cash"), MultiCurrency: BoolOf(true),
				InvestmentObjectives: []Text{texts("Growth")}, TradingPermissions: []TradingPermission{{Country: texts("UNITED STATES"), Product: texts("STOCKS")}},
			}},
			Users: []ApplicationUser{{ExternalUserID: texts("u-1"), ExternalIndividualID: texts("i-1"), Prefix: texts("abcd")}},
			Documents: []ApplicationDocument{{
				FormNumber: IntOf(3001), ExecLoginTimestamp: IntOf(1769860800), ExecTimestamp: IntOf(1769860800),
				AttachedFile: &AttachedFile{FileName: texts("f.pdf"), FileLength: IntOf(3), Sha1Checksum: texts("a9993e364706816aba3e25717850c26c9cd0d89d")},
				Payload:      &FilePayload{MimeType: texts("application/pdf"), Data: Base64Of([]byte("abc"))}, SignedBy: []Text{texts("A B")},
			}},
		}}))
	})
	sample("Applications.Update", func(ctx context.Context, a *API) error {
		return sent(a.Applications.Update(ctx, AccountUpdatePayload{AccountManagementRequests: &AccountUpdates{
			UpdateAccountAlias: &UpdateAccountAlias{AccountID: texts("U1"), AccountAlias: texts("savings")},
		}}))
	})
	sample("Applications.SubmitDocuments", func(ctx context.Context, a *API) error {
		return sent(a.Applications.SubmitDocuments(ctx, ProcessDocumentsPayload{ProcessDocuments: &ProcessDocuments{InputLanguage: texts("en")}}))
	})
	sample("Applications.Processed", func(ctx context.Context, a *API) error { return sent(a.Applications.Processed(ctx, "", "a-1")) })

	sample("Maintenance.Statuses", func(ctx context.Context, a *API) error {
		return sent(a.Maintenance.Statuses(ctx, AccountStatusFilter{
			StartDate: texts("2026-01-01"), EndDate: texts("2026-01-31"), Limit: IntOf(1000), Status: texts("O"),
		}))
	})
	sample("Maintenance.Status", func(ctx context.Context, a *API) error { return sent(a.Maintenance.Status(ctx, "U1")) })
	sample("Maintenance.Details", func(ctx context.Context, a *API) error { return sent(a.Maintenance.Details(ctx, "U1")) })
	sample("Maintenance.LoginMessages", func(ctx context.Context, a *API) error {
		return sent(a.Maintenance.LoginMessages(ctx, LoginMessageFilter{StartDate: texts("2026-01-01"), EndDate: texts("2026-01-31")}))
	})
	sample("Maintenance.AccountLoginMessages", func(ctx context.Context, a *API) error {
		return sent(a.Maintenance.AccountLoginMessages(ctx, "U1", "task"))
	})
	sample("Maintenance.KYC", func(ctx context.Context, a *API) error { return sent(a.Maintenance.KYC(ctx, "U1")) })
	sample("Maintenance.Tasks", func(ctx context.Context, a *API) error { return sent(a.Maintenance.Tasks(ctx, "U1", PendingTasks)) })
	sample("Maintenance.Requests", func(ctx context.Context, a *API) error {
		return sent(a.Maintenance.Requests(ctx, RequestFilter{StartDate: texts("2026-01-01"), EndDate: texts("2026-01-31"), Offset: IntOf(0)}))
	})
	sample("Maintenance.RequestStatus", func(ctx context.Context, a *API) error {
		return sent(a.Maintenance.RequestStatus(ctx, 1234567, RequestUpdate))
	})

	sample("Forms.List", func(ctx context.Context, a *API) error {
		return sent(a.Forms.List(ctx, FormFilter{Numbers: []int{3001, 3002}, From: "2026-01-01", To: "2026-01-31", Language: "en", Projection: "NONE"}))
	})
	sample("Forms.Required", func(ctx context.Context, a *API) error {
		return sent(a.Forms.Required(ctx, RequiredFormsFilter{
			ResidenceCountry: texts("USA"), IRA: BoolOf(false), TradingPermissions: []Text{texts("STOCKS"), texts("OPTIONS")},
		}))
	})
	sample("Enumerations.Get", func(ctx context.Context, a *API) error {
		return sent(a.Enumerations.Get(ctx, "fin-info-ranges", EnumerationFilter{Currency: "USD", Language: "en", FormNumber: "2152"}))
	})
	sample("Enumerations.Brokers", func(ctx context.Context, a *API) error {
		return sent(a.Enumerations.Brokers(ctx, "COMPLEX_ASSET_TRANSFER"))
	})
	sample("Enumerations.ParticipatingBanks", func(ctx context.Context, a *API) error { return sent(a.Enumerations.ParticipatingBanks(ctx, "eDDA")) })
	sample("Validations.Username", func(ctx context.Context, a *API) error { return sent(a.Validations.Username(ctx, "hatty597")) })
	sample("Echo.HTTPS", func(ctx context.Context, a *API) error { return sent(a.Echo.HTTPS(ctx)) })
	sample("Echo.SignedJWT", func(ctx context.Context, a *API) error { return sent(a.Echo.SignedJWT(ctx)) })

	sample("Reports.Statements", func(ctx context.Context, a *API) error {
		return sent(a.Reports.Statements(ctx, StatementRequest{
			AccountID: texts("U1"), StartDate: texts("20260102"), EndDate: texts("20260102"), MimeType: texts("text/html"), Gzip: BoolOf(true),
		}))
	})
	sample("Reports.AvailableStatements", func(ctx context.Context, a *API) error { return sent(a.Reports.AvailableStatements(ctx, "U1")) })
	sample("Reports.TaxDocuments", func(ctx context.Context, a *API) error {
		return sent(a.Reports.TaxDocuments(ctx, TaxDocumentRequest{AccountID: texts("U1"), Year: IntOf(2025), Type: texts("1099"), Format: texts("PDF")}))
	})
	sample("Reports.AvailableTaxDocuments", func(ctx context.Context, a *API) error {
		return sent(a.Reports.AvailableTaxDocuments(ctx, "U1", 2025))
	})
	sample("Reports.TradeConfirmations", func(ctx context.Context, a *API) error {
		return sent(a.Reports.TradeConfirmations(ctx, TradeConfirmationRequest{AccountID: texts("U1"), StartDate: texts("20260102"), EndDate: texts("20260115")}))
	})
	sample("Reports.AvailableTradeConfirmations", func(ctx context.Context, a *API) error {
		return sent(a.Reports.AvailableTradeConfirmations(ctx, "U1"))
	})

	sample("Restrictions.Verify", func(ctx context.Context, a *API) error { return sent(a.Restrictions.Verify(ctx, closing)) })
	sample("Restrictions.Apply", func(ctx context.Context, a *API) error { return sent(a.Restrictions.Apply(ctx, closing)) })
	sample("SSO.Session", func(ctx context.Context, a *API) error {
		return sent(a.SSO.Session(ctx, SSOSessionRequest{Credential: texts("user1"), IP: texts("192.0.2.7"), AlternativeIPs: []Text{texts("192.0.2.8")}}))
	})
	sample("SSO.BrowserSession", func(ctx context.Context, a *API) error {
		return sent(a.SSO.BrowserSession(ctx, BrowserSessionRequest{Credential: texts("user1"), IP: texts("192.0.2.7")}))
	})
	sample("Tokens.Create", func(ctx context.Context, a *API) error {
		return sent(a.Tokens.Create(ctx, TokenRequest{Assertion: "a.b.c", Scope: "accounts.read echo.read"}))
	})
}

func init() {
	sample("Balances.Query", func(ctx context.Context, a *API) error {
		return sent(a.Balances.Query(ctx, QueryWithdrawableCashEquity{ClientInstructionID: IntOf(7009005), AccountID: texts("U87440"), Currency: texts("USD")}))
	})
	sample("Banking.Create", func(ctx context.Context, a *API) error { return sent(a.Banking.Create(ctx, ach)) })
	sample("Banking.CreateBulk", func(ctx context.Context, a *API) error {
		return sent(a.Banking.CreateBulk(ctx, []BankInstruction{ach, ach}))
	})
	sample("Banking.Query", func(ctx context.Context, a *API) error {
		return sent(a.Banking.Query(ctx, QueryBankInstruction{ClientInstructionID: IntOf(1012983), AccountID: texts("U46377"), BankInstructionMethod: texts("WIRE")}))
	})
	sample("CashTransfers.External", func(ctx context.Context, a *API) error { return sent(a.CashTransfers.External(ctx, withdrawal)) })
	sample("CashTransfers.ExternalBulk", func(ctx context.Context, a *API) error {
		return sent(a.CashTransfers.ExternalBulk(ctx, []CashInstruction{withdrawal, withdrawal}))
	})
	sample("CashTransfers.Query", func(ctx context.Context, a *API) error {
		return sent(a.CashTransfers.Query(ctx, QueryIRAContributions{ClientInstructionID: IntOf(7009007), AccountID: texts("U68903"), Year: texts("2025")}))
	})
	sample("CashTransfers.Internal", func(ctx context.Context, a *API) error { return sent(a.CashTransfers.Internal(ctx, cashMove)) })
	sample("CashTransfers.InternalBulk", func(ctx context.Context, a *API) error {
		return sent(a.CashTransfers.InternalBulk(ctx, []InternalCashTransferInstruction{cashMove, cashMove}))
	})
	sample("AssetTransfers.Internal", func(ctx context.Context, a *API) error { return sent(a.AssetTransfers.Internal(ctx, positionMove)) })
	sample("AssetTransfers.InternalBulk", func(ctx context.Context, a *API) error {
		return sent(a.AssetTransfers.InternalBulk(ctx, []InternalPositionTransferInstruction{positionMove}))
	})
	sample("AssetTransfers.External", func(ctx context.Context, a *API) error { return sent(a.AssetTransfers.External(ctx, fop)) })
	sample("AssetTransfers.ExternalBulk", func(ctx context.Context, a *API) error {
		return sent(a.AssetTransfers.ExternalBulk(ctx, []AssetInstruction{fop, fop}))
	})
	sample("Instructions.Cancel", func(ctx context.Context, a *API) error { return sent(a.Instructions.Cancel(ctx, cancelOne)) })
	sample("Instructions.CancelBulk", func(ctx context.Context, a *API) error {
		return sent(a.Instructions.CancelBulk(ctx, []CancelInstruction{cancelOne, cancelOne}))
	})
	sample("Instructions.Query", func(ctx context.Context, a *API) error {
		return sent(a.Instructions.Query(ctx, QueryRecentInstructions{
			ClientInstructionID: IntOf(7009001), AccountID: texts("U139838"),
			TransactionHistory: &QueryRecentInstructionsTransactionHistory{DaysToGoBack: IntOf(3), TransactionType: texts("ACH_INSTRUCTION")},
		}))
	})
	sample("Instructions.ByID", func(ctx context.Context, a *API) error { return sent(a.Instructions.ByID(ctx, 45123654)) })
	sample("Instructions.ByClientID", func(ctx context.Context, a *API) error { return sent(a.Instructions.ByClientID(ctx, 1012983)) })
	sample("Instructions.Set", func(ctx context.Context, a *API) error { return sent(a.Instructions.Set(ctx, -1988905739)) })
}
