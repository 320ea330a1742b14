package api

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
)

// Position is what an account holds of one contract. The first read of a
// session has about 21 fields; Ticker, Name and the rest below it come with
// the next one. Strike and Multiplier change their form between the two: 0.0
// and then "0", null and then 0.0.
type Position struct {
	AcctID        Text            `json:"acctId,omitzero"`
	Conid         Num             `json:"conid,omitzero"`
	ContractDesc  Text            `json:"contractDesc,omitzero"`
	Position      Num             `json:"position,omitzero"` // 0: closed today
	MktPrice      Num             `json:"mktPrice,omitzero"`
	MktValue      Num             `json:"mktValue,omitzero"`
	Currency      Text            `json:"currency,omitzero"`
	AvgCost       Num             `json:"avgCost,omitzero"`  // with the multiplier
	AvgPrice      Num             `json:"avgPrice,omitzero"` // without it
	RealizedPnL   Num             `json:"realizedPnl,omitzero"`
	UnrealizedPnL Num             `json:"unrealizedPnl,omitzero"`
	Exchs         json.RawMessage `json:"exchs,omitzero"` // only null was ever seen
	Expiry        Text            `json:"expiry,omitzero"`
	PutOrCall     Text            `json:"putOrCall,omitzero"`
	Multiplier    Num             `json:"multiplier,omitzero"`
	Strike        Num             `json:"strike,omitzero"`
	ExerciseStyle Text            `json:"exerciseStyle,omitzero"`
	ConExchMap    []Text          `json:"conExchMap,omitzero"`
	AssetClass    Text            `json:"assetClass,omitzero"`
	UndConid      Num             `json:"undConid,omitzero"`
	Model         Text            `json:"model,omitzero"`

	Ticker            Text            `json:"ticker,omitzero"`
	Name              Text            `json:"name,omitzero"`
	FullName          Text            `json:"fullName,omitzero"`
	ChineseName       Text            `json:"chineseName,omitzero"` // HTML entities
	AllExchanges      Text            `json:"allExchanges,omitzero"`
	ListingExchange   Text            `json:"listingExchange,omitzero"`
	CountryCode       Text            `json:"countryCode,omitzero"`
	LastTradingDay    Text            `json:"lastTradingDay,omitzero"`
	Group             Text            `json:"group,omitzero"`
	Sector            Text            `json:"sector,omitzero"`
	SectorGroup       Text            `json:"sectorGroup,omitzero"`
	Type              Text            `json:"type,omitzero"` // ETF, COMMON, ...
	HasOptions        Bool            `json:"hasOptions,omitzero"`
	IsUS              Bool            `json:"isUS,omitzero"`
	IsEventContract   Bool            `json:"isEventContract,omitzero"`
	Time              Num             `json:"time,omitzero"`
	PageSize          Num             `json:"pageSize,omitzero"` // 100
	IncrementRules    []IncrementRule `json:"incrementRules,omitzero"`
	DisplayRule       *DisplayRule    `json:"displayRule,omitzero"`
	BaseMktValue      Num             `json:"baseMktValue,omitzero"`
	BaseMktPrice      Num             `json:"baseMktPrice,omitzero"`
	BaseAvgCost       Num             `json:"baseAvgCost,omitzero"`
	BaseAvgPrice      Num             `json:"baseAvgPrice,omitzero"`
	BaseRealizedPnL   Num             `json:"baseRealizedPnl,omitzero"`
	BaseUnrealizedPnL Num             `json:"baseUnrealizedPnl,omitzero"`
	Extra
}

// Sparse says that the row is one of a first read: the next has more fields.
func (p *Position) Sparse() bool { return p.Ticker.String() == "" && p.Name.String() == "" }

// DisplayRule is how prices of a contract are shown.
type DisplayRule struct {
	Magnification Num           `json:"magnification,omitzero"`
	Steps         []DisplayStep `json:"displayRuleStep,omitzero"`
	Extra
}

// DisplayStep is how prices from LowerEdge on are shown.
type DisplayStep struct {
	DecimalDigits Num `json:"decimalDigits,omitzero"`
	LowerEdge     Num `json:"lowerEdge,omitzero"`
	WholeDigits   Num `json:"wholeDigits,omitzero"`
	Extra
}

// PositionsQuery narrows and orders a list of positions; "" leaves a field out.
// Pages are only stable with Sort.
type PositionsQuery struct {
	Model          string
	Sort           string // a field's name, such as "position"
	Direction      string // "a" or "d"
	Period         string // of the profit and loss: 1D, 7D, 1M
	WaitForSecDef  bool   // Positions only: wait for the names of contracts
	WithoutWaiting bool   // Positions only: send waitForSecDef=false
}

// Position2 is what an account holds of one contract as the newer operation
// tells it: straight from the server, with names and a text conid of its own.
type Position2 struct {
	Position      Num  `json:"position,omitzero"`
	Conid         Num  `json:"conid,omitzero"` // text on the wire
	AvgCost       Num  `json:"avgCost,omitzero"`
	AvgPrice      Num  `json:"avgPrice,omitzero"`
	Currency      Text `json:"currency,omitzero"`
	Description   Text `json:"description,omitzero"`
	IsLastToLoq   Bool `json:"isLastToLoq,omitzero"`
	MarketPrice   Num  `json:"marketPrice,omitzero"`
	MarketValue   Num  `json:"marketValue,omitzero"`
	RealizedPnL   Num  `json:"realizedPnl,omitzero"`
	SecType       Text `json:"secType,omitzero"`
	Timestamp     Num  `json:"timestamp,omitzero"` // seconds since 1970
	UnrealizedPnL Num  `json:"unrealizedPnl,omitzero"`
	AssetClass    Text `json:"assetClass,omitzero"`
	Sector        Text `json:"sector,omitzero"`
	Group         Text `json:"group,omitzero"`
	Model         Text `json:"model,omitzero"`
	Extra
}

// ComboPosition is a combination that an account holds, with its legs.
type ComboPosition struct {
	Name        Text       `json:"name,omitzero"`
	Description Text       `json:"description,omitzero"` // 1*708474422-1*710225103
	Legs        []ComboLeg `json:"legs,omitzero"`
	Positions   []Position `json:"positions,omitzero"`
	Extra
}

// ComboLeg is one leg of a combination; a negative ratio sells.
type ComboLeg struct {
	Conid Num `json:"conid,omitzero"`
	Ratio Num `json:"ratio,omitzero"`
	Extra
}

// InvalidateAnswer says "success".
type InvalidateAnswer struct {
	Message Text `json:"message,omitzero"`
	Extra
}

var (
	opPositions  = register(Op{Group: "Portfolio", Name: "Positions", Method: http.MethodGet, Path: "/portfolio/{accountId}/positions/{pageId}"})
	opPositions2 = register(Op{
		Group: "Portfolio", Name: "Positions2", Method: http.MethodGet, Path: "/portfolio2/{accountId}/positions",
		NotSpec: "documented in prose; recorded",
	})
	opComboPositions = register(Op{
		Group: "Portfolio", Name: "ComboPositions", Method: http.MethodGet, Path: "/portfolio/{accountId}/combo/positions",
		NotSpec: "documented in prose; recorded",
	})
	opPosition = register(Op{
		Group: "Portfolio", Name: "Position", Method: http.MethodGet, Path: "/portfolio/{accountid}/position/{conid}", MayBeEmpty: true,
	})
	opPositionByConid = register(Op{
		Group: "Portfolio", Name: "PositionByConid", Method: http.MethodGet, Path: "/portfolio/positions/{conid}", MayBeEmpty: true,
	})
	opInvalidate = register(Op{Group: "Portfolio", Name: "Invalidate", Method: http.MethodPost, Path: "/portfolio/{accountId}/positions/invalidate"})
)

// Positions is one page of what an account holds, 100 rows a page, pages from
// 0; a page past the end is empty. The answer comes from a cache that
// Invalidate drops. AllPositions reads all pages.
func (p Portfolio) Positions(ctx context.Context, account string, page int, q PositionsQuery) ([]Position, error) {
	query := queryOf("model", q.Model, "sort", q.Sort, "direction", q.Direction, "period", q.Period)
	if q.WaitForSecDef || q.WithoutWaiting {
		query.Set("waitForSecDef", strconv.FormatBool(q.WaitForSecDef))
	}
	return do[[]Position](ctx, p.c, opPositions, args{
		params: map[string]string{"accountId": account, "pageId": strconv.Itoa(page)}, query: query,
	})
}

// maxPositionPages bounds AllPositions.
const maxPositionPages = 100

// AllPositions is everything that an account holds, page after page in a
// stable order. A page whose rows are those of a first read is read again once.
func (p Portfolio) AllPositions(ctx context.Context, account, model string) ([]Position, error) {
	var all []Position
	q := PositionsQuery{Model: model, Sort: "position", Direction: "d"}
	for page := range maxPositionPages {
		rows, err := p.Positions(ctx, account, page, q)
		if err == nil && len(rows) > 0 && rows[0].Sparse() {
			rows, err = p.Positions(ctx, account, page, q)
		}
		if err != nil {
			return nil, err
		}
		if len(rows) == 0 {
			break
		}
		all = append(all, rows...)
	}
	return all, nil
}

// Positions2 is everything that an account holds, not from a cache.
func (p Portfolio) Positions2(ctx context.Context, account string, q PositionsQuery) ([]Position2, error) {
	return do[[]Position2](ctx, p.c, opPositions2, args{
		params: map[string]string{"accountId": account}, query: queryOf("model", q.Model, "sort", q.Sort, "direction", q.Direction),
	})
}

// ComboPositions is the combinations that an account holds. An account with
// none gives an empty list, or a 500 on some servers. fresh passes IBKR's cache by.
func (p Portfolio) ComboPositions(ctx context.Context, account string, fresh bool) ([]ComboPosition, error) {
	a := args{params: map[string]string{"accountId": account}}
	if fresh {
		a.query = queryOf("nocache", "true")
	}
	return do[[]ComboPosition](ctx, p.c, opComboPositions, a)
}

// Position is what an account holds of a contract: one row, or none.
func (p Portfolio) Position(ctx context.Context, account string, conid int64) ([]Position, error) {
	return do[[]Position](ctx, p.c, opPosition, args{params: map[string]string{"accountid": account, "conid": itoa(conid)}})
}

// PositionByConid is what all accounts hold of a contract, by account. The
// document gives a row by account, the servers a list of rows.
func (p Portfolio) PositionByConid(ctx context.Context, conid int64) (map[string]OneOrMany[Position], error) {
	return do[map[string]OneOrMany[Position]](ctx, p.c, opPositionByConid, args{params: map[string]string{"conid": itoa(conid)}})
}

// Invalidate drops IBKR's cache of an account's positions, so that the next
// read is up to date. Do it after a fill.
func (p Portfolio) Invalidate(ctx context.Context, account string) (InvalidateAnswer, error) {
	return do[InvalidateAnswer](ctx, p.c, opInvalidate, args{params: map[string]string{"accountId": account}})
}

func itoa(i int64) string { return strconv.FormatInt(i, 10) }
