package api

import (
	"context"
	"net/http"
)

// Scanner is the operations that search the market.
type Scanner struct{ c Caller }

// ScannerParams is what can be scanned for, about 200 KB.
type ScannerParams struct {
	ScanTypes   []ScanType       `json:"scan_type_list,omitzero"`
	Instruments []ScanInstrument `json:"instrument_list,omitzero"`
	Filters     []ScanFilter     `json:"filter_list,omitzero"`
	Locations   []ScanLocation   `json:"location_tree,omitzero"`
	Extra
}

// ScanType is an order of the results.
type ScanType struct {
	DisplayName Text   `json:"display_name,omitzero"`
	Code        Text   `json:"code,omitzero"` // TOP_PERC_GAIN
	Instruments []Text `json:"instruments,omitzero"`
	Extra
}

// ScanInstrument is a kind of contract.
type ScanInstrument struct {
	DisplayName Text   `json:"display_name,omitzero"`
	Type        Text   `json:"type,omitzero"` // STK
	Filters     []Text `json:"filters,omitzero"`
	Extra
}

// ScanFilter narrows the results.
type ScanFilter struct {
	Group       Text        `json:"group,omitzero"`
	DisplayName Text        `json:"display_name,omitzero"`
	Code        Text        `json:"code,omitzero"` // priceAbove
	Type        Text        `json:"type,omitzero"` // range, non-range
	ComboValues []ScanCombo `json:"combo_values,omitzero"`
	Extra
}

// ScanCombo is one choice of a filter.
type ScanCombo struct {
	Default     Bool `json:"default,omitzero"`
	Vendor      Text `json:"vendor,omitzero"`
	DisplayName Text `json:"display_name,omitzero"`
	Code        Text `json:"code,omitzero"`
	Extra
}

// ScanLocation is a market with those inside it.
type ScanLocation struct {
	DisplayName Text           `json:"display_name,omitzero"`
	Type        Text           `json:"type,omitzero"` // STK.US.MAJOR
	Locations   []ScanLocation `json:"locations,omitzero"`
	Extra
}

// ScanRequest is a scan.
type ScanRequest struct {
	Instrument Text        `json:"instrument,omitzero"` // STK
	Type       Text        `json:"type,omitzero"`       // TOP_PERC_GAIN
	Location   Text        `json:"location,omitzero"`   // STK.US.MAJOR
	Filter     []ScanValue `json:"filter,omitzero"`
}

// ScanValue is one filter's value: a number as NumOf(...).Text, or text.
type ScanValue struct {
	Code  Text `json:"code"`
	Value Num  `json:"value"` // keeps text, too
}

// ScanResult is up to 50 contracts.
type ScanResult struct {
	Contracts []ScanRow `json:"contracts,omitzero"`
	Column    Text      `json:"scan_data_column_name,omitzero"` // Chg%
	Extra
}

// ScanRow is one contract that was found.
type ScanRow struct {
	ServerID        Text `json:"server_id,omitzero"`   // its place, from 0
	ColumnName      Text `json:"column_name,omitzero"` // on the first row only
	Symbol          Text `json:"symbol,omitzero"`
	ConidEx         Text `json:"conidex,omitzero"`
	ConID           Num  `json:"con_id,omitzero"`
	ChartPeriods    Text `json:"available_chart_periods,omitzero"` // #R|1
	CompanyName     Text `json:"company_name,omitzero"`
	ScanData        Text `json:"scan_data,omitzero"` // the column's value
	Description     Text `json:"contract_description_1,omitzero"`
	ListingExchange Text `json:"listing_exchange,omitzero"`
	SecType         Text `json:"sec_type,omitzero"`
	Extra
}

// HMDSScan is a scan of the history service.
type HMDSScan struct {
	Instrument  Text             `json:"instrument,omitzero"` // BOND, ...
	Locations   Text             `json:"locations,omitzero"`
	ScanCode    Text             `json:"scanCode,omitzero"`
	SecType     Text             `json:"secType,omitzero"`
	DelayedLocs Text             `json:"delayedLocations,omitzero"`
	MaxItems    Num              `json:"maxItems,omitzero"` // at most 250
	Filters     []map[string]Num `json:"filters,omitzero"`
}

// HMDSScanResult is the contracts that it found.
type HMDSScanResult struct {
	Total     Num            `json:"total,omitzero"` // numbers are text on the wire
	Size      Num            `json:"size,omitzero"`
	Offset    Num            `json:"offset,omitzero"`
	ScanTime  Text           `json:"scanTime,omitzero"` // 20260404-07:10:12
	ID        Text           `json:"id,omitzero"`
	Position  Text           `json:"position,omitzero"`
	Contracts *HMDSContracts `json:"Contracts,omitzero"`
	Extra
}

// HMDSContracts wraps the rows.
type HMDSContracts struct {
	Contract []HMDSContract `json:"Contract,omitzero"`
	Extra
}

// HMDSContract is one contract that was found.
type HMDSContract struct {
	InScanTime Text `json:"inScanTime,omitzero"`
	Distance   Num  `json:"distance,omitzero"`
	ContractID Num  `json:"contractID,omitzero"` // text on the wire
	Extra
}

var (
	opScannerParams = register(Op{Group: "Scanner", Name: "Params", Method: http.MethodGet, Path: "/iserver/scanner/params"})
	opScannerRun    = register(Op{Group: "Scanner", Name: "Run", Method: http.MethodPost, Path: "/iserver/scanner/run"})
	opHMDSScanner   = register(Op{
		Group: "Scanner", Name: "HMDSRun", Method: http.MethodPost, Path: "/hmds/scanner",
		NotSpec: "documented in prose once; today's servers answer 404",
	})
)

// Params is what can be scanned for, at most once in 15 minutes.
func (s Scanner) Params(ctx context.Context) (ScannerParams, error) {
	return do[ScannerParams](ctx, s.c, opScannerParams, args{})
}

// Run scans, at most once a second. An unknown type is a 500.
func (s Scanner) Run(ctx context.Context, in ScanRequest) (ScanResult, error) {
	return do[ScanResult](ctx, s.c, opScannerRun, args{body: in})
}

// HMDSRun scans with the history service, which is hardly alive: use Run.
func (s Scanner) HMDSRun(ctx context.Context, in HMDSScan) (HMDSScanResult, error) {
	return hmds[HMDSScanResult](ctx, s.c, opHMDSScanner, args{body: in})
}
