package bot

import "log/slog"

// Secret is a credential that prints as *** everywhere. The value sits behind a pointer, so that not even %+v of a
// struct with an unexported Secret field shows it. The zero Secret is empty.
type Secret struct{ value *string }

// mask is what every printed form of a Secret is.
const mask = "***"

// NewSecret keeps text.
func NewSecret(text string) Secret { return Secret{value: &text} }

// Reveal gives the credential, for the one place that sends it.
func (s Secret) Reveal() string {
	if s.value == nil {
		return ""
	}
	return *s.value
}

// String gives ***.
func (Secret) String() string { return mask }

// GoString gives ***.
func (Secret) GoString() string { return mask }

// LogValue gives ***.
func (Secret) LogValue() slog.Value { return slog.StringValue(mask) }

// MarshalText gives ***, so that neither JSON nor TOML shows the credential.
func (Secret) MarshalText() ([]byte, error) { return []byte(mask), nil }

// UnmarshalText keeps text.
func (s *Secret) UnmarshalText(text []byte) error {
	*s = NewSecret(string(text))
	return nil
}
