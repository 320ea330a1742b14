package all

import (
	_ "gannet/strategy/dip"       // buys once when the price has fallen from its high
	_ "gannet/strategy/emacross"  // follows the crossing of two moving averages
	_ "gannet/strategy/hold"      // buys and holds a part of the equity
	_ "gannet/strategy/orderfile" // sends the orders of a file at their times
)
