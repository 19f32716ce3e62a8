package mechanism

import _ "embed"

// DefaultTOML is the rule book as the notice has it, for people to read and edit. Its limits are examples (示例).
//
//go:embed book.toml
var DefaultTOML []byte
