package scenario

import "fmt"

// Hands carry out events, one method for each Group. A method is called while
// Turn or Stop runs and must not call the engine. It returns an error for what
// cannot be done now, such as a correction when nothing has been filled.
//
// An Action whose kind can be over comes a second time with End when it is.
type Hands interface {
	Session(Action) error
	Outage(Action) error
	Socket(Action) error
	Market(Action) error
	Order(Action) error
	Fill(Action) error
	Position(Action) error
	Pacing(Action) error
}

// perform gives the action to the hand that it is for.
func (a Action) perform(h Hands) error {
	row, ok := info(a.Do)
	if !ok {
		return unknown("event", string(a.Do), kindNames())
	}
	hand := map[Group]func(Action) error{
		SessionGroup: h.Session, OutageGroup: h.Outage, SocketGroup: h.Socket, MarketGroup: h.Market,
		OrderGroup: h.Order, FillGroup: h.Fill, PositionGroup: h.Position, PacingGroup: h.Pacing,
	}[row.Group]
	if err := hand(a); err != nil {
		return fmt.Errorf("%s: %w", a.label(), err)
	}
	return nil
}

func (a Action) label() string {
	if a.Name != "" {
		return a.Name
	}
	return string(a.Do)
}
