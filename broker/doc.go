// Package broker states what Gannet asks of a broker, in one small interface.
// broker/ibkr speaks to Interactive Brokers; broker/brokertest is the suite
// that every broker passes.
package broker
