package mechanism

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
)

// Compile checks a spec and makes it usable. It reports every fault at once; with any fault there is no book.
func Compile(s Spec) (*Book, []Problem) {
	c := &compiler{spec: s, book: &Book{spec: s}}
	c.settings()
	c.stages()
	c.sizes()
	c.limits()
	c.applies()
	c.duties()
	c.chains()
	c.lists()
	c.calendars()
	if len(c.problems) > 0 {
		return nil, c.problems
	}
	c.book.hash = hashOf(s)
	return c.book, nil
}

// compiler fills a book from a spec and collects what is wrong with the spec.
type compiler struct {
	spec     Spec
	book     *Book
	sizeOf   map[string]sizeRange
	problems []Problem
}

func (c *compiler) fault(path, value, allowed string) {
	c.problems = append(c.problems, Problem{Path: path, Value: value, Allowed: allowed})
}

// basis demands that a row names its clause or its A-number.
func (c *compiler) basis(path, basis string) {
	if basis == "" {
		c.fault(path+".basis", "", "请写明依据(条款号或A-编号)")
	}
}

func hashOf(s Spec) string {
	data, err := json.Marshal(s)
	if err != nil {
		panic(fmt.Sprintf("a spec is plain data and always encodes: %v", err))
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
