package ibkrsim

import (
	"encoding/json"

	"gannet/broker/ibkr/ibkrsim/exchange"
)

// algo is an IB algo, as IBKR's pages on order types have it.
type algo struct {
	id, name, description string
	parameters            []algoParameter
}

// algoParameter is a parameter of an algo. Required is the text "true" or not
// there at all.
type algoParameter struct {
	Rank         int         `json:"guiRank"`
	Default      any         `json:"defaultValue,omitempty"`
	Min          json.Number `json:"minValue,omitempty"`
	Max          json.Number `json:"maxValue,omitempty"`
	Name         string      `json:"name"`
	Description  string      `json:"description,omitempty"`
	ID           string      `json:"id"`
	LegalStrings []string    `json:"legalStrings,omitempty"`
	Required     string      `json:"required,omitempty"`
	Class        string      `json:"valueClassName"`
}

const needed = "true"

func choice(rank int, id, name, first string, all ...string) algoParameter {
	return algoParameter{Rank: rank, ID: id, Name: name, Default: first, LegalStrings: all, Required: needed, Class: "String"}
}

func toggle(rank int, id, name string) algoParameter {
	return algoParameter{Rank: rank, ID: id, Name: name, Default: false, Class: "Boolean"}
}

// share is a part of the volume, in percent.
func share(rank int, id, name, required string) algoParameter {
	return algoParameter{Rank: rank, ID: id, Name: name, Min: "0.01", Max: "50", Description: "From 0.01 to 50.0", Required: required, Class: "Double"}
}

// span is when an algo begins and ends.
func span(rank int) []algoParameter {
	return []algoParameter{
		{Rank: rank, ID: "startTime", Name: "Start Time", Description: "Defaults to start of market trading", Class: "Time"},
		{Rank: rank + 1, ID: "endTime", Name: "End Time", Description: "Defaults to end of market trading", Class: "Time"},
	}
}

func with(times []algoParameter, rest ...algoParameter) []algoParameter {
	return append(rest, times...)
}

var algos = []algo{
	{"Adaptive", "Adaptive", "Fills fast, or better, as the market allows", []algoParameter{
		choice(1, "adaptivePriority", "Adaptive order priority/urgency", "Normal", "Urgent", "Normal", "Patient")}},
	{"ArrivalPx", "Arrival Price", "Aims at the middle of the quotes at the time of the order", with(span(4),
		share(2, "maxPctVol", "Max Percentage", needed),
		choice(3, "riskAversion", "Urgency/Risk aversion", "Neutral", "GetDone", "Aggressive", "Neutral", "Passive"),
		toggle(6, "allowPastEndTime", "Allow trading past end time"), toggle(7, "forceCompletion", "Attempt completion by EOD"))},
	{"ClosePx", "Close Price", "Aims at the closing price", []algoParameter{
		share(1, "maxPctVol", "Max Percentage", needed),
		choice(2, "riskAversion", "Urgency/Risk aversion", "Neutral", "GetDone", "Aggressive", "Neutral", "Passive"),
		span(3)[0], toggle(4, "forceCompletion", "Attempt completion by EOD")}},
	{"DarkIce", "DarkIce", "Shows a size that varies around a given one", with(span(2),
		algoParameter{Rank: 1, ID: "displaySize", Name: "Display size", Required: needed, Min: "1", Class: "Integer"},
		toggle(4, "allowPastEndTime", "Allow trading past end time"))},
	{"PctVol", "Percentage of Volume", "Takes part in the volume at a steady rate", with(span(2),
		share(1, "pctVol", "Target Percentage", needed), toggle(4, "noTakeLiq", "Attempt to never take liquidity"))},
	{"PctVolPx", "Price Variant Percentage of Volume", "Takes a part of the volume that varies with the price", with(span(6),
		share(1, "pctVol", "Target Percentage", needed), share(2, "deltaPctVol", "Target Percentage change rate", needed),
		share(3, "minPctVol4Px", "Minimum Target Percentage", needed), share(4, "maxPctVol4Px", "Maximum Target Percentage", needed),
		toggle(5, "noTakeLiq", "Attempt to never take liquidity"))},
	{"PctVolSz", "Size Variant Percentage of Volume", "Takes a part of the volume that varies with the size that is left", with(span(4),
		share(1, "startPctVol", "Initial Participation Rate", needed), share(2, "endPctVol", "Terminal Participation Rate", needed),
		toggle(3, "noTakeLiq", "Attempt to never take liquidity"))},
	{"Twap", "TWAP", "Aims at the average price over a time", with(span(2),
		choice(1, "strategyType", "Trade strategy", "Marketable", "Marketable", "Matching Midpoint", "Matching Same Side", "Matching Last"),
		toggle(4, "allowPastEndTime", "Allow trading past end time"))},
	{"PctVolTm", "Time Variant Percentage of Volume", "Takes a part of the volume that varies with time", with(span(4),
		share(1, "startPctVol", "Initial Participation Rate", needed), share(2, "endPctVol", "Terminal Participation Rate", needed),
		toggle(3, "noTakeLiq", "Attempt to never take liquidity"))},
	{"Vwap", "VWAP", "Aims at the average price by volume", with(span(3),
		share(1, "maxPctVol", "Max Percentage", ""), toggle(2, "noTakeLiq", "Attempt to never take liquidity"),
		toggle(5, "allowPastEndTime", "Allow trading past end time"))},
}

// algosOf are the algos for a contract: all of them for stocks, the first for
// futures and options, none for the rest.
func algosOf(i *exchange.Instrument) []algo {
	switch i.SecType {
	case exchange.Stock:
		return algos
	case exchange.Future, exchange.Option:
		return algos[:1]
	}
	return nil
}
