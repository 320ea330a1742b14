package wire_test

import (
	"math"
	"reflect"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"gannet/market"
	"gannet/market/wire"
	"gannet/market/wire/wiretest"
)

// zeroFields names the fields of what v points to that are not set.
func zeroFields(v any) (names []string) {
	s := reflect.ValueOf(v).Elem()
	for i := range s.NumField() {
		if s.Field(i).IsZero() {
			names = append(names, s.Type().Field(i).Name)
		}
	}
	return names
}

// Enumerations draw from their known values, everything else from its range.
var limits = map[reflect.Type]uint64{
	reflect.TypeFor[market.Side]():         2,
	reflect.TypeFor[market.OrdType]():      5,
	reflect.TypeFor[market.TimeInForce]():  7,
	reflect.TypeFor[market.OrdStatus]():    11,
	reflect.TypeFor[market.ExecType]():     14,
	reflect.TypeFor[market.BarSource]():    2,
	reflect.TypeFor[market.TickMask]():     127,
	reflect.TypeFor[market.TickFlags]():    15,
	reflect.TypeFor[market.InstrumentID](): 3,
}

func fill(t *rapid.T, v reflect.Value) {
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(rapid.Bool().Draw(t, "bool"))
	case reflect.String:
		v.SetString(rapid.String().Filter(utf8.ValidString).Draw(t, "string"))
	case reflect.Int64:
		v.SetInt(rapid.Int64Range(-math.MaxInt64, math.MaxInt64).Draw(t, "int64"))
	case reflect.Uint8, reflect.Uint16, reflect.Uint32:
		v.SetUint(drawEnum(t, v.Type()))
	case reflect.Slice:
		n := rapid.IntRange(0, 2).Draw(t, "len")
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range n {
			fill(t, v.Index(i))
		}
	case reflect.Pointer:
		if rapid.Bool().Draw(t, "set") {
			v.Set(reflect.New(v.Type().Elem()))
			fill(t, v.Elem())
		}
	case reflect.Struct:
		fillStruct(t, v)
	default:
		t.Fatalf("no generator for %v", v.Type())
	}
}

func fillStruct(t *rapid.T, v reflect.Value) {
	if v.Type() == reflect.TypeFor[market.Money]() {
		units, shift := rapid.Int64().Draw(t, "units"), rapid.Int32Range(-30, 10).Draw(t, "shift")
		v.Set(reflect.ValueOf(market.Shares(1).Decimal().Shift(shift).Mul(market.Price(units).Decimal())))
		return
	}
	for i := range v.NumField() {
		fill(t, v.Field(i))
	}
}

func drawEnum(t *rapid.T, typ reflect.Type) uint64 {
	if typ == reflect.TypeFor[market.SignalKind]() {
		return rapid.Uint64Range(1, 5).Draw(t, "signal kind")
	}
	limit, ok := limits[typ]
	if !ok {
		t.Fatalf("no limit for %v", typ)
	}
	return rapid.Uint64Range(0, limit).Draw(t, typ.Name())
}

// Whatever values a stage sends, the next one gets the same.
func TestRoundTrip(t *testing.T) {
	for _, sample := range wiretest.Events() {
		t.Run(sample.Kind().String(), rapid.MakeCheck(func(t *rapid.T) {
			want := market.Event{Body: reflect.New(reflect.TypeOf(sample.Body).Elem()).Interface().(market.Body)}
			fill(t, reflect.ValueOf(want.Body).Elem())
			want.Seq = rapid.Uint64().Draw(t, "seq")
			want.TsEvent = market.Nanos(rapid.Int64().Draw(t, "ts_event"))
			want.TsInit = market.Nanos(rapid.Int64().Draw(t, "ts_init"))
			switch body := want.Body.(type) {
			case *market.Tick:
				body.Instrument = max(body.Instrument, 1)
			case *market.Bar:
				body.Instrument = max(body.Instrument, 1)
			}
			for name, codec := range codecs() {
				checkRoundTrip(t, name, codec, want)
			}
		}))
	}
}

func checkRoundTrip(t rapid.TB, name string, codec wire.Codec, want market.Event) {
	b, err := codec.AppendEvent(nil, &want)
	if err != nil {
		t.Fatalf("%s: %+v: %v", name, want.Body, err)
	}
	var got market.Event
	if err := codec.Decode(b, &got, nil); err != nil {
		t.Fatalf("%s: %v\n%s", name, err, b)
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Fatalf("%s: want(-) got(+):\n%s", name, diff)
	}
}

// Bytes from outside never crash, and what is accepted can be written again
// in both forms.
func FuzzDecode(f *testing.F) {
	for _, codec := range codecs() {
		for _, ev := range wiretest.Events() {
			b, err := codec.AppendEvent(nil, &ev)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(b)
		}
	}
	f.Add([]byte(`{"v":1,"kind":"Fill","seq":1,"body":{"commission":"-0.000","side":""}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		for name, codec := range codecs() {
			var ev market.Event
			if codec.Decode(b, &ev, nil) == nil {
				checkRoundTrip(t, name, codec, ev)
			}
		}
	})
}
