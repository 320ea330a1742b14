package ibkr

import (
	"fmt"
	"log/slog"
)

// Secret is a text that is never printed: as a string, in any format of fmt,
// as JSON or text and in a log it is ***. The zero value is empty.
type Secret struct{ text *string } // a pointer, so that printing a struct around it shows an address

const secretMask = "***"

// NewSecret holds text.
func NewSecret(text string) Secret { return Secret{&text} }

// Reveal is the text itself, for who sends or uses it.
func (s Secret) Reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

// Empty says that there is no text.
func (s Secret) Empty() bool { return s.Reveal() == "" }

// String is ***.
func (s Secret) String() string { return secretMask }

// GoString is ***.
func (s Secret) GoString() string { return secretMask }

// Format writes ***, whatever the verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(secretMask)) }

// MarshalJSON is "***".
func (s Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + secretMask + `"`), nil }

// MarshalText is ***.
func (s Secret) MarshalText() ([]byte, error) { return []byte(secretMask), nil }

// LogValue is ***.
func (s Secret) LogValue() slog.Value { return slog.StringValue(secretMask) }
