package ibkr

import (
	"fmt"
	"strings"
)

// place is where the session stands.
type place uint8

const (
	placeDisconnected place = iota // no server, or no login
	placeReadOnly                  // logged in, without the brokerage session
	placeBrokerage                 // orders can be sent once the stream is up too
	placeCompeting                 // another login of the user has the session
	placeMaintenance               // away, and expected to be
	placeFailed                    // final; a person is needed
	numPlaces
)

// Names of the session's states.
const (
	stateDisconnected = "Disconnected"
	stateReadOnly     = "ReadOnly"
	stateBrokerage    = "Brokerage"
	stateCompeting    = "Competing"
	stateMaintenance  = "Maintenance"
	stateFailed       = "Failed"
)

var placeNames = [numPlaces]string{
	stateDisconnected, stateReadOnly, stateBrokerage, stateCompeting, stateMaintenance, stateFailed,
}

func (p place) String() string { return placeNames[p] }

// sign is what was learned of the session.
type sign uint8

const (
	signUp         sign = iota // authenticated, nobody competes, and the account is the right one
	signStreaming              // all is subscribed: ready
	signDown                   // not authenticated, by status, tickle, init or sts
	signCompeting              // another login, by the same
	signNoBridge               // 400 no bridge, or a tickle without a session
	signNoLogin                // 401 or 410
	signClock                  // this machine's clock is too far off IBKR's
	signTrouble                // 5xx, no or no readable answer; in Brokerage: for longer than a tickle and a half
	signStreamLost             // the stream closed, fell silent, could not be opened, or is of an old login
	signPaced                  // two 429 in a minute
	signSpent                  // the hour's attempts to open the session are used up
	signRefused                // the user may not trade
	signWrong                  // account, kind of account, certificate, credentials or instrument
	signStopped                // the program ends
	numSigns
)

var signNames = [numSigns]string{
	"up", "streaming", "down", "competing", "no bridge", "no login", "wrong clock", "trouble", "stream lost", "paced", "spent", "refused", "wrong", "stopped",
}

func (s sign) String() string { return signNames[s] }

// move is a cell of the table.
type move struct {
	to       place
	expected bool // Maintenance instead, while IBKR is expected to be away
}

func to(p place) move   { return move{to: p} }
func away(p place) move { return move{to: p, expected: true} }

// usual is what signs lead to, from wherever it was not decided for good.
var usual = [numSigns]move{
	signUp:         to(placeBrokerage),
	signStreaming:  to(placeBrokerage),
	signDown:       away(placeReadOnly),
	signCompeting:  to(placeCompeting),
	signNoBridge:   away(placeReadOnly),
	signNoLogin:    away(placeDisconnected),
	signClock:      to(placeReadOnly),
	signTrouble:    away(placeDisconnected),
	signStreamLost: away(placeDisconnected),
	signPaced:      to(placeDisconnected),
	signSpent:      away(placeReadOnly),
	signRefused:    to(placeFailed),
	signWrong:      to(placeFailed),
	signStopped:    to(placeDisconnected),
}

// moves is the table: where a sign leads from a place.
var moves = func() (table [numPlaces][numSigns]move) {
	for p := range table {
		table[p] = usual
	}
	for p := range numPlaces {
		if p != placeBrokerage {
			table[p][signStreaming] = to(p) // a stream without a session says nothing
		}
	}
	table[placeCompeting][signSpent] = to(placeCompeting)
	for s := range table[placeFailed] {
		table[placeFailed][s] = to(placeFailed)
	}
	return table
}()

// after is where a sign leads. expected says that IBKR is expected to be away.
func (p place) after(s sign, expected bool) place {
	m := moves[p][s]
	if m.expected && expected {
		return placeMaintenance
	}
	return m.to
}

// conduct is what the keeper does at a place, until a sign leads away.
type conduct struct {
	text string
	rare bool // the session is asked for only every CompeteEvery and longer
	wide bool // pauses grow to BackoffQuiet
	calm bool // nobody is called
}

var conducts = [numPlaces]conduct{
	placeDisconnected: {text: "asks for the status, in pauses that double to BackoffMax; opens the session when somebody is logged in"},
	placeReadOnly:     {text: "opens the brokerage session, at most LoginsPerHour times, in pauses that double to BackoffMax"},
	placeBrokerage:    {text: "tickles, holds the stream; Ready while all is subscribed"},
	placeCompeting:    {rare: true, wide: true, text: "asks for the status, in pauses that double to BackoffQuiet; tries to open the session every CompeteEvery, by force only where Compete is set; that span doubles with each forced attempt"},
	placeMaintenance:  {wide: true, calm: true, text: "the same as in ReadOnly, in pauses that double to BackoffQuiet; nobody is called"},
	placeFailed:       {text: "nothing; Run returns the reason, a person corrects it and starts again"},
}

// sessionTable is the table as a page of the documentation shows it.
func sessionTable() string {
	var b strings.Builder
	b.WriteString("| state |")
	for s := range numSigns {
		fmt.Fprintf(&b, " %s |", s)
	}
	b.WriteString("\n|---|" + strings.Repeat("---|", int(numSigns)) + "\n")
	for p := range numPlaces {
		fmt.Fprintf(&b, "| **%s** |", p)
		for s := range numSigns {
			star := ""
			if moves[p][s].expected {
				star = "*"
			}
			fmt.Fprintf(&b, " %s%s |", moves[p][s].to, star)
		}
		b.WriteByte('\n')
	}
	b.WriteString("\n| state | what the keeper does there |\n|---|---|\n")
	for p := range numPlaces {
		fmt.Fprintf(&b, "| **%s** | %s |\n", p, conducts[p].text)
	}
	return b.String()
}
