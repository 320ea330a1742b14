package api

// Snapshot is a row of market data: what is known of a contract at a moment.
// Every field but Conid and Updated is optional, and one that is absent is not
// known, which never means zero. The names in the tags are the numbers of
// IBKR's field list; Field gives one by number.
type Snapshot struct {
	Conid    Num  `json:"conid,omitzero"`
	ConidEx  Text `json:"conidEx,omitzero"`
	ServerID Text `json:"server_id,omitzero"`
	Updated  Num  `json:"_updated,omitzero"` // milliseconds since 1970
	Topic    Text `json:"topic,omitzero"`    // on the stream only

	Last                   Num  `json:"31,omitzero"` // last price; C in front: the previous close, H: halted
	Symbol                 Text `json:"55,omitzero"`
	Text                   Text `json:"58,omitzero"`
	High                   Num  `json:"70,omitzero"` // of the day
	Low                    Num  `json:"71,omitzero"` // of the day
	PositionValue          Num  `json:"73,omitzero"` // market value of the position
	PositionAvgPrice       Num  `json:"74,omitzero"`
	PositionUnrealizedPnL  Num  `json:"75,omitzero"`
	FormattedPosition      Text `json:"76,omitzero"`
	FormattedUnrealizedPnL Text `json:"77,omitzero"`
	DailyPnL               Num  `json:"78,omitzero"`
	RealizedPnL            Num  `json:"79,omitzero"`
	UnrealizedPnLPercent   Num  `json:"80,omitzero"`
	Change                 Num  `json:"82,omitzero"`  // since the prior close
	ChangePercent          Num  `json:"83,omitzero"`  // since the prior close; a number on the stream
	Bid                    Num  `json:"84,omitzero"`  // price
	AskSize                Num  `json:"85,omitzero"`  // not the bid's
	Ask                    Num  `json:"86,omitzero"`  // price
	Volume                 Num  `json:"87,omitzero"`  // of the day, with K or M
	BidSize                Num  `json:"88,omitzero"`  // not the ask's
	Right                  Text `json:"201,omitzero"` // P or C
	Exchange               Text `json:"6004,omitzero"`
	ConidField             Num  `json:"6008,omitzero"`
	SecType                Text `json:"6070,omitzero"`
	Months                 Text `json:"6072,omitzero"`
	RegularExpiry          Text `json:"6073,omitzero"`
	MarketDataServer       Text `json:"6119,omitzero"`
	UnderlyingConid        Num  `json:"6457,omitzero"`
	ServiceParams          Text `json:"6508,omitzero"`
	Availability           Text `json:"6509,omitzero"` // see RealTime
	CompanyName            Text `json:"7051,omitzero"`
	AskExchanges           Text `json:"7057,omitzero"` // letters
	LastExchanges          Text `json:"7058,omitzero"` // letters
	LastSize               Num  `json:"7059,omitzero"`
	BidExchanges           Text `json:"7068,omitzero"` // letters
	ImpliedToHistorical    Num  `json:"7084,omitzero"` // volatility, percent
	PutCallInterest        Num  `json:"7085,omitzero"`
	PutCallVolume          Num  `json:"7086,omitzero"`
	HistoricalVol          Num  `json:"7087,omitzero"` // 30 days, percent
	HistoricalVolClose     Num  `json:"7088,omitzero"` // percent
	OptionVolume           Num  `json:"7089,omitzero"`
	ConidExchange          Text `json:"7094,omitzero"`
	CanBeTraded            Num  `json:"7184,omitzero"` // 1 or 0
	Description            Text `json:"7219,omitzero"`
	Description2           Text `json:"7220,omitzero"`
	ListingExchange        Text `json:"7221,omitzero"`
	Industry               Text `json:"7280,omitzero"`
	Category               Text `json:"7281,omitzero"`
	AverageVolume          Num  `json:"7282,omitzero"` // 90 days
	OptionIV               Num  `json:"7283,omitzero"` // percent, of the underlying
	HistoricalVolOld       Num  `json:"7284,omitzero"` // percent
	PutCallRatio           Num  `json:"7285,omitzero"`
	DividendAmount         Num  `json:"7286,omitzero"`
	DividendYield          Num  `json:"7287,omitzero"` // percent
	ExDate                 Text `json:"7288,omitzero"`
	MarketCap              Num  `json:"7289,omitzero"`
	PriceEarnings          Num  `json:"7290,omitzero"`
	EPS                    Num  `json:"7291,omitzero"`
	CostBasis              Num  `json:"7292,omitzero"`
	High52Weeks            Num  `json:"7293,omitzero"`
	Low52Weeks             Num  `json:"7294,omitzero"`
	Open                   Num  `json:"7295,omitzero"`
	Close                  Num  `json:"7296,omitzero"` // of today
	Delta                  Num  `json:"7308,omitzero"`
	Gamma                  Num  `json:"7309,omitzero"`
	Theta                  Num  `json:"7310,omitzero"`
	Vega                   Num  `json:"7311,omitzero"`
	OptionVolumeChange     Num  `json:"7607,omitzero"` // percent
	StrikeIV               Num  `json:"7633,omitzero"` // percent, of the strike
	Mark                   Num  `json:"7635,omitzero"`
	ShortableShares        Num  `json:"7636,omitzero"`
	FeeRate                Num  `json:"7637,omitzero"` // of borrowing
	OptionOpenInterest     Num  `json:"7638,omitzero"`
	PercentOfMarkValue     Num  `json:"7639,omitzero"`
	Shortable              Text `json:"7644,omitzero"` // difficulty
	MorningstarRating      Text `json:"7655,omitzero"`
	DividendsNext          Num  `json:"7671,omitzero"` // 12 months
	DividendsTTM           Num  `json:"7672,omitzero"`
	EMA200                 Num  `json:"7674,omitzero"`
	EMA100                 Num  `json:"7675,omitzero"`
	EMA50                  Num  `json:"7676,omitzero"`
	EMA20                  Num  `json:"7677,omitzero"`
	PriceToEMA200          Num  `json:"7678,omitzero"`
	PriceToEMA100          Num  `json:"7679,omitzero"`
	PriceToEMA20           Num  `json:"7681,omitzero"`
	ChangeSinceOpen        Num  `json:"7682,omitzero"`
	UpcomingEvent          Text `json:"7683,omitzero"`
	UpcomingEventDate      Text `json:"7684,omitzero"`
	UpcomingAnalystMeeting Text `json:"7685,omitzero"`
	UpcomingEarnings       Text `json:"7686,omitzero"`
	UpcomingMisc           Text `json:"7687,omitzero"`
	RecentAnalystMeeting   Text `json:"7688,omitzero"`
	RecentEarnings         Text `json:"7689,omitzero"`
	RecentMisc             Text `json:"7690,omitzero"`
	ProbabilityMaxReturn   Num  `json:"7694,omitzero"`
	BreakEven              Num  `json:"7695,omitzero"`
	SPXDelta               Num  `json:"7696,omitzero"`
	FuturesOpenInterest    Num  `json:"7697,omitzero"`
	LastYield              Num  `json:"7698,omitzero"`
	BidYield               Num  `json:"7699,omitzero"`
	ProbabilityMaxReturn2  Num  `json:"7700,omitzero"`
	ProbabilityMaxLoss     Num  `json:"7702,omitzero"`
	ProfitProbability      Num  `json:"7703,omitzero"`
	OrganizationType       Text `json:"7704,omitzero"`
	DebtClass              Text `json:"7705,omitzero"`
	Ratings                Text `json:"7706,omitzero"`
	BondStateCode          Text `json:"7707,omitzero"`
	BondType               Text `json:"7708,omitzero"`
	LastTradingDate        Text `json:"7714,omitzero"`
	IssueDate              Text `json:"7715,omitzero"`
	Beta                   Num  `json:"7718,omitzero"`
	AskYield               Num  `json:"7720,omitzero"`
	PriceToEMA50           Num  `json:"7724,omitzero"`
	PriorClose             Num  `json:"7741,omitzero"`
	VolumeExact            Num  `json:"7762,omitzero"` // all digits
	TradingPermission      Num  `json:"7768,omitzero"` // 1 or 0
	DailyPnLRaw            Num  `json:"7920,omitzero"`
	CostBasisRaw           Num  `json:"7921,omitzero"`
	RebateRate             Num  `json:"7943,omitzero"` // benchmark rate less the rate charged for borrowing
	Extra
}

// Numbers of the fields of a Snapshot.
const (
	FieldLast                   = "31"
	FieldSymbol                 = "55"
	FieldText                   = "58"
	FieldHigh                   = "70"
	FieldLow                    = "71"
	FieldPositionValue          = "73"
	FieldPositionAvgPrice       = "74"
	FieldPositionUnrealizedPnL  = "75"
	FieldFormattedPosition      = "76"
	FieldFormattedUnrealizedPnL = "77"
	FieldDailyPnL               = "78"
	FieldRealizedPnL            = "79"
	FieldUnrealizedPnLPercent   = "80"
	FieldChange                 = "82"
	FieldChangePercent          = "83"
	FieldBid                    = "84"
	FieldAskSize                = "85"
	FieldAsk                    = "86"
	FieldVolume                 = "87"
	FieldBidSize                = "88"
	FieldRight                  = "201"
	FieldExchange               = "6004"
	FieldConidField             = "6008"
	FieldSecType                = "6070"
	FieldMonths                 = "6072"
	FieldRegularExpiry          = "6073"
	FieldMarketDataServer       = "6119"
	FieldUnderlyingConid        = "6457"
	FieldServiceParams          = "6508"
	FieldAvailability           = "6509"
	FieldCompanyName            = "7051"
	FieldAskExchanges           = "7057"
	FieldLastExchanges          = "7058"
	FieldLastSize               = "7059"
	FieldBidExchanges           = "7068"
	FieldImpliedToHistorical    = "7084"
	FieldPutCallInterest        = "7085"
	FieldPutCallVolume          = "7086"
	FieldHistoricalVol          = "7087"
	FieldHistoricalVolClose     = "7088"
	FieldOptionVolume           = "7089"
	FieldConidExchange          = "7094"
	FieldCanBeTraded            = "7184"
	FieldDescription            = "7219"
	FieldDescription2           = "7220"
	FieldListingExchange        = "7221"
	FieldIndustry               = "7280"
	FieldCategory               = "7281"
	FieldAverageVolume          = "7282"
	FieldOptionIV               = "7283"
	FieldHistoricalVolOld       = "7284"
	FieldPutCallRatio           = "7285"
	FieldDividendAmount         = "7286"
	FieldDividendYield          = "7287"
	FieldExDate                 = "7288"
	FieldMarketCap              = "7289"
	FieldPriceEarnings          = "7290"
	FieldEPS                    = "7291"
	FieldCostBasis              = "7292"
	FieldHigh52Weeks            = "7293"
	FieldLow52Weeks             = "7294"
	FieldOpen                   = "7295"
	FieldClose                  = "7296"
	FieldDelta                  = "7308"
	FieldGamma                  = "7309"
	FieldTheta                  = "7310"
	FieldVega                   = "7311"
	FieldOptionVolumeChange     = "7607"
	FieldStrikeIV               = "7633"
	FieldMark                   = "7635"
	FieldShortableShares        = "7636"
	FieldFeeRate                = "7637"
	FieldOptionOpenInterest     = "7638"
	FieldPercentOfMarkValue     = "7639"
	FieldShortable              = "7644"
	FieldMorningstarRating      = "7655"
	FieldDividendsNext          = "7671"
	FieldDividendsTTM           = "7672"
	FieldEMA200                 = "7674"
	FieldEMA100                 = "7675"
	FieldEMA50                  = "7676"
	FieldEMA20                  = "7677"
	FieldPriceToEMA200          = "7678"
	FieldPriceToEMA100          = "7679"
	FieldPriceToEMA20           = "7681"
	FieldChangeSinceOpen        = "7682"
	FieldUpcomingEvent          = "7683"
	FieldUpcomingEventDate      = "7684"
	FieldUpcomingAnalystMeeting = "7685"
	FieldUpcomingEarnings       = "7686"
	FieldUpcomingMisc           = "7687"
	FieldRecentAnalystMeeting   = "7688"
	FieldRecentEarnings         = "7689"
	FieldRecentMisc             = "7690"
	FieldProbabilityMaxReturn   = "7694"
	FieldBreakEven              = "7695"
	FieldSPXDelta               = "7696"
	FieldFuturesOpenInterest    = "7697"
	FieldLastYield              = "7698"
	FieldBidYield               = "7699"
	FieldProbabilityMaxReturn2  = "7700"
	FieldProbabilityMaxLoss     = "7702"
	FieldProfitProbability      = "7703"
	FieldOrganizationType       = "7704"
	FieldDebtClass              = "7705"
	FieldRatings                = "7706"
	FieldBondStateCode          = "7707"
	FieldBondType               = "7708"
	FieldLastTradingDate        = "7714"
	FieldIssueDate              = "7715"
	FieldBeta                   = "7718"
	FieldAskYield               = "7720"
	FieldPriceToEMA50           = "7724"
	FieldPriorClose             = "7741"
	FieldVolumeExact            = "7762"
	FieldTradingPermission      = "7768"
	FieldDailyPnLRaw            = "7920"
	FieldCostBasisRaw           = "7921"
	FieldRebateRate             = "7943"
)
