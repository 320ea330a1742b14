package workspace

// subject is what notifications can be about. The code is IBKR's typecode.
type subject struct {
	code, name, about string
	fixed             bool // cannot be switched off
}

// userAlert is the subject of alerts that went off.
const userAlert = "UA"

var subjects = []subject{
	{code: "BA", name: "Borrow Availability", about: "Notify me when shares have been located on stocks that had previously been rejected for short sale orders."},
	{code: "CA", name: "Comparable Algo", about: "Notify me when an order could have been worked by an algorithm."},
	{code: "CB", name: "Missing Cost Basis", about: "Notify me of positions that came without a cost basis."},
	{code: "CT", name: "Cash Transfer", about: "Notify me of cash that came in or went out."},
	{code: "DA", name: "Dividend Advisory", about: "Notify me of dividends of my holdings before their ex-date."},
	{code: "DL", name: "Unexercised Option Loss", about: "Notify me of options that would expire in the money unexercised."},
	{code: "EA", name: "Upcoming Earnings", about: "Notify me of upcoming earnings announcements from any of my holdings."},
	{code: "M8", name: "871(m) Trades", about: "Notify me of trades to which US rule 871(m) applies."},
	{code: "MF", name: "Mutual Fund/ETF Advisory", about: "Notify me of ETFs similar to funds I hold."},
	{code: "MS", name: "Milestones", about: "Notify me of my account's milestones."},
	{code: "OE", name: "Option or Future expiration", about: "Notify me three days before my options or futures expire."},
	{code: "PF", name: "Portfolio FYIs", about: "Notify me of recent activity affecting my portfolio holdings."},
	{code: "PR", name: "Portfolio Rebalance", about: "Notify me when my portfolio has moved away from its targets."},
	{code: "PS", name: "Platform Use", about: "Notify me of functions of the platform that I may not know."},
	{code: "PT", name: "Position Transfer", about: "Notify me of potential account configuration changes needed and useful features based on my position transfers."},
	{code: "SE", name: "Suspend Order on Event", about: "Notify me of orders suspended because of an event."},
	{code: "SG", name: "Short Term Gain", about: "Notify me of positions that would become long term soon."},
	{code: "SM", name: "System Messages", about: "Messages about the system.", fixed: true},
	{code: "ST", name: "Save Taxes", about: "Notify me of losses that could be realized to save taxes."},
	{code: "T2", name: "Assignment Realizes Gain/Loss", about: "Notify me of gains that an assignment would realize."},
	{code: "TD", name: "MiFID Depreciation", about: "Notify me of a leveraged position that has lost a tenth of its worth."},
	{code: "TI", name: "Trade Idea", about: "Notify me of trade ideas."},
	{code: "TO", name: "Takeover", about: "Notify me of takeovers of companies I hold."},
	{code: userAlert, name: "User Alert", about: "Notify me of my alerts that went off."},
	{code: "AA", about: "Messages about the account.", fixed: true},
}

// subjectOf is the subject of a typecode; nil when there is none.
func subjectOf(code string) *subject {
	for i := range subjects {
		if subjects[i].code == code {
			return &subjects[i]
		}
	}
	return nil
}

const disclaimerText = "Notifications are information, no advice, and no offer to buy or to sell. Trading can lose more than was invested."
