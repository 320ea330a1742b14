package management

import (
	"encoding/json"
	"time"

	"gannet/market"
)

// Kinds of instructions, as the instructionType of a request names them.
const (
	deposit           = "DEPOSIT"
	withdrawal        = "WITHDRAWAL"
	internalCash      = "INTERNAL_CASH_TRANSFER"
	internalPosition  = "INTERNAL_POSITION_TRANSFER"
	externalPosition  = "EXTERNAL_POSITION_TRANSFER"
	fop               = "FOP"
	dwac              = "DWAC"
	complexTransfer   = "COMPLEX_ASSET_TRANSFER"
	ach               = "ACH_INSTRUCTION"
	edda              = "EDDA_INSTRUCTION"
	predefined        = "PREDEFINED_DESTINATION_INSTRUCTION"
	verification      = "TRADITIONAL_BANK_INSTRUCTION_VERIFICATION"
	deleteBank        = "DELETE_BANK_INSTRUCTION"
	cancel            = "CANCEL_INSTRUCTION"
	queryRecent       = "QUERY_RECENT_INSTRUCTIONS"
	queryFunds        = "QUERY_WITHDRAWABLE_FUNDS"
	queryIRA          = "QUERY_IRA_CONTRIBUTIONS"
	queryEquity       = "QUERY_WITHDRAWABLE_CASH_EQUITY"
	queryBank         = "QUERY_BANK_INSTRUCTION"
	queryRecurring    = "QUERY_RECURRING_INSTRUCTIONS"
	queryRecurrences  = "QUERY_RECENT_RECURRING_EVENTS"
	methodOpenBanking = "OPEN_BANKING"
)

// Modes: when an instruction is done.
const (
	queued  = iota // after Config.Settle
	asked          // a query, after Config.Answer
	instant        // within the request
)

// kind is what there is to know of a kind of instruction.
type kind struct {
	name   string
	mode   int
	firm   bool // cannot be cancelled
	fields []field
	check  func(*Office, *instruction, *terms, market.Nanos) *refusal // before it is accepted; may be nil
	do     func(*Office, *instruction, *terms, market.Nanos) *refusal // when it is due
}

// refusal is why an instruction is rejected.
type refusal struct{ code, text string }

// terms are the fields of all kinds of instructions.
type terms struct {
	Client      int64         `json:"clientInstructionId"`
	Account     string        `json:"accountId"`
	Source      string        `json:"sourceAccountId"`
	Target      string        `json:"targetAccountId"`
	Amount      market.Money  `json:"amount"`
	Currency    string        `json:"currency"`
	Method      string        `json:"bankInstructionMethod"`
	Code        string        `json:"bankInstructionCode"`
	Bank        string        `json:"bankInstructionName"`
	At          time.Time     `json:"dateTimeToOccur"`
	Quantity    market.Money  `json:"quantity"`
	Transfer    market.Money  `json:"transferQuantity"`
	Direction   string        `json:"direction"`
	Instrument  instrument    `json:"tradingInstrument"`
	IRADeposit  *struct{}     `json:"iraDepositDetail"`
	IRAOut      *struct{}     `json:"iraWithdrawalDetail"`
	Recurring   *recurring    `json:"recurringInstructionDetail"`
	Instruction int64         `json:"instructionId"`
	Reason      string        `json:"reason"`
	Pending     int64         `json:"pendingInstructionId"`
	Credit1     market.Money  `json:"creditAmount1"`
	Credit2     market.Money  `json:"creditAmount2"`
	Year        string        `json:"year"`
	Reference   int64         `json:"ibReferenceId"`
	Count       int64         `json:"numberOfTransactions"`
	Routing     string        `json:"bankRoutingNumber"`
	Number      string        `json:"bankAccountNumber"`
	Clearing    string        `json:"bankClearingCode"`
	History     historyTerms  `json:"transactionHistory"`
	Holder      clientAccount `json:"clientAccountInfo"`
	Institution institution   `json:"financialInstitution"`
}

type instrument struct {
	Conid       int64 `json:"conid"`
	Description struct {
		IDType string `json:"securityIdType"`
		ID     string `json:"securityId"`
	} `json:"tradingInstrumentDescription"`
}

type recurring struct {
	Name      string `json:"instructionName"`
	Frequency string `json:"frequency"`
	Start     string `json:"startDate"`
	End       string `json:"endDate"`
}

type historyTerms struct {
	Days int64  `json:"daysToGoBack"`
	Kind string `json:"transactionType"`
}

type clientAccount struct {
	Routing string `json:"bankRoutingNumber"`
	Number  string `json:"bankAccountNumber"`
}

type institution struct {
	ID     string `json:"identifier"`
	Number string `json:"clientAccountId"`
}

// accounts are those that the terms name.
func (t *terms) accounts() []string {
	var list []string
	for _, a := range []string{t.Account, t.Source, t.Target} {
		if a != "" {
			list = append(list, a)
		}
	}
	return list
}

var (
	clientID   = must("clientInstructionId", whole)
	accountID  = must("accountId", text(32))
	currencyID = must("currency", currency)
	repeating  = mayHave("recurringInstructionDetail", must("instructionName", text(64)),
		must("frequency", one("MONTHLY", "QUARTERLY", "YEARLY")), must("startDate", date), may("endDate", date))
	tradable = []field{may("conid", whole), currencyID, mayHave("tradingInstrumentDescription",
		must("securityIdType", one("CUSIP", "ISIN", "CASH")), must("securityId", text(64)),
		must("assetType", one("STK", "CASH", "UNKNOWN", "BILL", "BOND", "FUND", "OPT", "WAR")))}
	instrumentID = mustHave("tradingInstrument", tradable...)
)

func kindsByName() map[string]*kind {
	all := map[string]*kind{}
	for _, list := range [][]kind{cashKinds(), assetKinds(), bankKinds(), queryKinds()} {
		for i := range list {
			list[i].fields = append([]field{clientID}, list[i].fields...)
			all[list[i].name] = &list[i]
		}
	}
	return all
}

func cashKinds() []kind {
	return []kind{
		{name: deposit, firm: true, check: (*Office).checkDeposit, do: (*Office).deposit, fields: []field{
			accountID, currencyID, must("amount", amount), repeating,
			must("bankInstructionMethod", one("ACH", "WIRE", "eDDA", methodOpenBanking)), may("bankInstructionName", text(150)),
			may("sendingInstitution", text(128)), may("identifier", text(64)), may("specialInstruction", text(128)),
			mayHave("iraDepositDetail", must("iraContributionType", text(32)), must("iraTaxYearType", one("CURRENT", "PRIOR")), must("fromIraType", text(40))),
		}},
		{name: withdrawal, check: (*Office).checkWithdrawal, do: (*Office).withdraw, fields: []field{
			accountID, currencyID, must("amount", amount), repeating, must("bankInstructionName", text(150)),
			must("bankInstructionMethod", one("ACH", "WIRE", "SEPA")), may("dateTimeToOccur", moment),
			mayHave("iraWithdrawalDetail", must("fedIncomeTaxPercentage", anyNumber), must("stateIncomeTaxPercentage", anyNumber),
				must("stateCd", text(2)), must("iraWithholdType", text(32))),
		}},
		{name: internalCash, mode: instant, check: (*Office).checkTransfer, do: (*Office).transfer, fields: []field{
			must("sourceAccountId", text(32)), must("targetAccountId", text(32)), must("amount", amount), currencyID,
			may("clientNote", text(64)), may("dateTimeToOccur", moment),
		}},
		{name: cancel, mode: instant, firm: true, do: (*Office).cancel, fields: []field{
			must("instructionId", whole), must("reason", text(256)),
		}},
	}
}

func assetKinds() []kind {
	return []kind{
		{name: internalPosition, check: (*Office).checkPosition, do: (*Office).movePosition, fields: []field{
			must("sourceAccountId", text(32)), must("targetAccountId", text(32)), must("transferQuantity", quantity), instrumentID,
			may("transferPrice", anyNumber), may("tradeDate", text(32)), may("settleDate", text(32)),
		}},
		{name: fop, check: (*Office).checkPosition, do: (*Office).movePosition, fields: []field{
			must("direction", one("IN", "OUT")), accountID, must("contraBrokerAccountId", text(20)),
			must("contraBrokerDtcCode", text(20)), must("quantity", quantity), instrumentID,
		}},
		{name: dwac, check: (*Office).checkPosition, do: (*Office).movePosition, fields: []field{
			must("direction", one("IN")), accountID, must("contraBrokerAccountId", text(20)),
			must("contraBrokerTaxId", text(25)), must("quantity", quantity), instrumentID,
		}},
		{name: complexTransfer, check: (*Office).checkPosition, do: (*Office).movePosition, fields: []field{
			must("direction", one("IN", "OUT")), accountID, must("quantity", quantity), instrumentID,
			mustHave("contraBrokerInfo", must("accountType", text(32)), must("brokerName", text(128)), must("depositoryId", text(64)),
				must("brokerAccountId", text(64)), must("country", text(64)), must("contactEmail", text(64)), must("contactPhone", text(16))),
			mayHave("nonDisclosedDetail", must("tradeDate", text(32)), must("settleDate", text(32))),
		}},
		{name: externalPosition, do: nothing, fields: []field{
			must("type", one("FULL")), must("subType", one("ACATS", "ATON")), must("brokerId", text(20)), must("brokerName", text(256)),
			must("accountAtBroker", text(34)), accountID, must("signature", text(140)),
			may("sourceIRAType", one("RO", "RI", "RT", "SP", "ED", "TH", "RH", "SH")),
		}},
	}
}

func bankKinds() []kind {
	name := must("bankInstructionName", text(100))
	return []kind{
		{name: ach, check: (*Office).checkNewBank, do: (*Office).addBank, fields: []field{
			must("bankInstructionCode", one("CAACH", "USACH")), must("achType", one("DEBIT", "CREDIT", "DEBIT_CREDIT")), name, currencyID, accountID,
			mustHave("clientAccountInfo", must("bankRoutingNumber", text(24)), must("bankAccountNumber", text(32)),
				must("bankName", text(100)), must("bankAccountTypeCode", accountType)),
		}},
		{name: edda, check: (*Office).checkNewBank, do: (*Office).addBank, fields: []field{
			name, currencyID, accountID, must("bankBranchCode", text(3)), must("bankAccountNumber", text(32)), must("bankClearingCode", text(3)),
			must("debtorIdentificationDocumentType", one("hkId", "passport", "chinaId", "hkMacaoEntryPermit")),
		}},
		{name: predefined, check: (*Office).checkNewBank, do: (*Office).addBank, fields: []field{
			name, must("bankInstructionMethod", one("LVP", "SEPA", "WIRE", "ACH", "CPA")), accountID, currencyID,
			mustHave("financialInstitution", must("name", text(100)), must("identifier", text(24)),
				must("identifierType", one("BIC", "IFSC")), must("clientAccountId", text(32)), may("branchCode", text(32)),
				may("branchCodeType", one("BSB_AUD", "BANK_CODE_CAD", "NONE"))),
		}},
		{name: verification, check: (*Office).checkMicro, do: (*Office).verify, fields: []field{
			must("bankInstructionCode", one("USACH", "CAACH", "ACHUS", "WIRE")), name, accountID,
			must("pendingInstructionId", whole), must("creditAmount1", amount), must("creditAmount2", amount),
		}},
		{name: deleteBank, check: (*Office).checkDelete, do: (*Office).deleteBank, fields: []field{
			accountID, must("bankInstructionName", text(150)), must("bankInstructionMethod", one("WIRE", "ACH")), currencyID,
		}},
	}
}

// accountType is the code of a bank account: 0, 1 or 2, as a number or a text.
func accountType(raw json.RawMessage) bool {
	switch string(raw) {
	case "0", "1", "2", `"0"`, `"1"`, `"2"`:
		return true
	}
	return false
}

func queryKinds() []kind {
	return []kind{
		{name: queryRecent, mode: asked, firm: true, check: checkAlone, do: (*Office).answerRecent, fields: []field{
			accountID, mustHave("transactionHistory", must("daysToGoBack", whole), may("transactionType", text(64))),
		}},
		{name: queryIRA, mode: asked, firm: true, check: (*Office).checkIRA, do: (*Office).answerIRA, fields: []field{
			accountID, must("year", year),
		}},
		{name: queryFunds, mode: instant, firm: true, do: (*Office).answerFunds, fields: []field{
			accountID, currencyID, may("bankRoutingNumber", text(24)), may("bankAccountNumber", text(32)), may("bankInstructionName", text(150)),
		}},
		{name: queryEquity, mode: instant, firm: true, do: (*Office).answerEquity, fields: []field{accountID, currencyID}},
		{name: queryBank, mode: instant, firm: true, do: (*Office).answerBank, fields: []field{
			accountID, must("bankInstructionMethod", one("ACH", "WIRE", "USACH", "CAACH", "SEPA", "eDDA", "eGIRO", methodOpenBanking)),
		}},
		{name: queryRecurring, mode: instant, firm: true, do: (*Office).answerRecurring, fields: []field{accountID}},
		{name: queryRecurrences, mode: instant, firm: true, do: (*Office).answerRecurrences, fields: []field{
			must("ibReferenceId", whole), may("numberOfTransactions", whole),
		}},
	}
}

func year(raw json.RawMessage) bool {
	s, ok := textOf(raw)
	return ok && len(s) == 4 && s >= "1900" && s <= "2200"
}

func nothing(*Office, *instruction, *terms, market.Nanos) *refusal { return nil }
