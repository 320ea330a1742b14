package feed

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sort"

	"gannet/market"
)

// factor multiplies a price: num / den, exact.
type factor struct{ num, den int64 }

// unit leaves prices as they are.
var unit = factor{1, 1}

// apply returns p times the factor, rounded half to even to 1e-9, and 0 when
// that is out of range.
func (f factor) apply(p market.Price) market.Price {
	if f == unit {
		return p
	}
	return p.Ratio(f.num, f.den)
}

// factorRow is a row of a LEAN factor file: it counts for days up to its own.
type factorRow struct {
	day int // YYYYMMDD
	factor
}

// factors is a LEAN factor file, in the order of days.
type factors []factorRow

// on is the factor of a day: that of the first row whose day is on or after
// it, and 1 behind the last row.
func (f factors) on(day int) factor {
	i := sort.Search(len(f), func(i int) bool { return f[i].day >= day })
	if i == len(f) {
		return unit
	}
	return f[i].factor
}

// readFactors reads a file of rows date,priceFactor,splitFactor[,price]. No
// file means no factors.
func readFactors(path string) (factors, error) {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("feed: %w", err)
	}
	defer file.Close()
	return parseFactors(newLines(path, file))
}

func parseFactors(l *lines) (factors, error) {
	var list factors
	var cells [8][]byte
	for {
		line, err := l.next()
		if err == io.EOF {
			return list, nil
		}
		if err != nil {
			return nil, err
		}
		if n := split(line, cells[:]); n < 3 || n > len(cells) {
			return nil, l.row("%d cells: want date,priceFactor,splitFactor", n)
		}
		day, ok := digits(cells[0])
		if !ok || len(cells[0]) != 8 {
			return nil, l.fail("date", cells[0], "YYYYMMDD")
		}
		if len(list) > 0 && int(day) <= list[len(list)-1].day {
			return nil, l.fail("date", cells[0], "the rows in the order of days")
		}
		f, err := parseFactor(cells[1], cells[2])
		if err != nil {
			return nil, l.fail("priceFactor,splitFactor", line, err.Error())
		}
		list = append(list, factorRow{int(day), f})
	}
}

// parseFactor multiplies two decimals, exactly to 18 decimals, fewer when the
// product is above nine.
func parseFactor(price, split []byte) (factor, error) {
	p, err1 := market.ParseMoney(string(price))
	s, err2 := market.ParseMoney(string(split))
	if err1 != nil || err2 != nil || !p.IsPositive() || !s.IsPositive() || len(price)+len(split) > 36 {
		return factor{}, errors.New("two positive decimal numbers")
	}
	product := p.Mul(s)
	for places, den := int32(18), int64(1e18); places >= 9; places, den = places-1, den/10 {
		if num := product.Round(places).Shift(places).BigInt(); num.IsInt64() && num.Sign() > 0 {
			return factor{num.Int64(), den}, nil
		}
	}
	return factor{}, errors.New("a factor between 1e-9 and nine billion")
}
