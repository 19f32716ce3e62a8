package store

import (
	"strconv"
	"strings"
)

// conditions is a WHERE clause put together from what a filter names.
type conditions struct {
	terms  []string
	values args
}

// add adds a term whose question marks stand for values.
func (c *conditions) add(term string, values ...any) {
	c.terms = append(c.terms, term)
	c.values = append(c.values, values...)
}

func (c *conditions) equal(column, value string) {
	if value != "" {
		c.add(column+" = ?", value)
	}
}

// where is the clause with its question marks, to stand in a term of another.
func (c *conditions) where() string {
	if len(c.terms) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(c.terms, " AND ")
}

// text is the clause with its values numbered from $1.
func (c *conditions) text() string {
	var text strings.Builder
	for i, part := range strings.Split(c.where(), "?") {
		if i > 0 {
			text.WriteString("$" + strconv.Itoa(i))
		}
		text.WriteString(part)
	}
	return text.String()
}

// in keeps what has one of the words in a column; no words do not restrict.
func in[T ~string](c *conditions, column string, words []T) {
	if len(words) > 0 {
		c.add(column+" IN ("+marks(len(words))+")", anys(words)...)
	}
}

// marks gives n question marks.
func marks(n int) string { return strings.Repeat("?, ", n-1) + "?" }

func anys[T ~string](lists ...[]T) []any {
	var all []any
	for _, words := range lists {
		for _, w := range words {
			all = append(all, string(w))
		}
	}
	return all
}
