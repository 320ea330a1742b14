package brokerage

import "errors"

// OpenAccount adds an account that was applied for. It is kept in the state
// file, and must not be among the configured accounts of a later start. The
// error says what is wrong with it, or that it is there already.
func (h *House) OpenAccount(c AccountConfig) error {
	if err := c.complete(); err != nil {
		return err
	}
	if !c.Cash.IsZero() {
		return errors.New("brokerage: account " + c.ID + ": cash of a new account comes by MoveCash")
	}
	if err := h.addAccount(c); err != nil {
		return err
	}
	h.pending.Opens = append(h.pending.Opens, c)
	return nil
}
