package feed_test

import (
	"fmt"
	"io"
	"strings"

	"gannet/feed"
	"gannet/market"
)

// A file of trades becomes whole ticks and one-minute bars.
func Example() {
	instruments, err := market.NewInstruments(market.Instrument{Name: "SPY.ARCA"})
	if err != nil {
		panic(err)
	}
	text := `time,instrument,last,last_size
2013-10-07T09:30:10-04:00,SPY.ARCA,167.41,200
2013-10-07T09:31:00-04:00,SPY.ARCA,167.45,100
2013-10-07T09:31:05-04:00,SPY.ARCA,167.44,300
`
	source, err := feed.ReadCSV("trades.csv", strings.NewReader(text), feed.Options{Instruments: instruments})
	if err != nil {
		panic(err)
	}
	defer source.Close()
	bars, err := feed.NewBars(feed.BarsConfig{
		Instruments: instruments,
		Intervals:   []market.Nanos{market.Minute},
		Emit: func(b *market.Bar) {
			fmt.Printf("bar  %s open %s high %s low %s close %s volume %s\n", b.TsEvent, b.Open, b.High, b.Low, b.Close, b.Size)
		},
	})
	if err != nil {
		panic(err)
	}
	normal := feed.Normalize(source, feed.NewNormalizer(feed.NormalizerConfig{Instruments: instruments}))
	for {
		body, err := normal.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			panic(err)
		}
		tick := body.(*market.Tick)
		bars.OnTick(tick) // first, so that a bar that ended comes before the tick
		fmt.Printf("tick %s last %s\n", tick.TsEvent, tick.Last)
	}
	// Output:
	// tick 2013-10-07T13:30:10Z last 167.41
	// tick 2013-10-07T13:31:00Z last 167.45
	// bar  2013-10-07T13:31:00Z open 167.41 high 167.45 low 167.41 close 167.45 volume 300
	// tick 2013-10-07T13:31:05Z last 167.44
}

// Every problem names its line and what would be right.
func ExampleReadCSV_error() {
	instruments, err := market.NewInstruments(market.Instrument{Name: "SPY.ARCA"})
	if err != nil {
		panic(err)
	}
	_, err = feed.ReadCSV("quotes.csv", strings.NewReader("time,instrument,bid,askk\n"), feed.Options{Instruments: instruments})
	fmt.Println(err.Error()[:68])
	// Output:
	// feed: quotes.csv:1: header: column "askk": not known; the nearest is
}
