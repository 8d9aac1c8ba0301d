package sqlfilter

import (
	"database/sql/driver"
	"encoding/hex"
	"encoding/json"
	"iter"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/ambit-authz/ambit/datagroup"
)

// ListForm is how a list of texts is written as one argument. The zero ListForm is
// invalid.
type ListForm uint8

const (
	JSONList  ListForm = iota + 1 // as an array of JSON: ["a","b"]
	HexList                       // as an array of JSON with the bytes in hexadecimal: ["61","62"]
	ArrayList                     // as an array of PostgreSQL: {"a","b"}
)

// List is a list of ids as one argument of a statement, however many they are. It
// is a string for every driver. The zero List has no text, and is refused by
// databases; [Dialect.List] of nothing is the empty list.
type List struct {
	text   string
	length int
}

// List returns ids as one argument: for SQL of your own, such as
// id IN (SELECT unnest(CAST($1 AS text[]))) for PostgreSQL. What no text of the
// database can be equal to is left out: ids that are not UTF-8, or have a byte 0
// where the database has none. A nil sequence is empty.
//
// The error is an [*Error] with [ErrTooLarge] for an id that is longer than
// [Dialect.LongestItem]. It costs a look at each id.
func (d Dialect) List(ids iter.Seq[datagroup.AccountID]) (List, error) { return d.list(d.items(ids)) }

// items returns the ids that a text of the database can be equal to.
func (d *Dialect) items(ids iter.Seq[datagroup.AccountID]) []string {
	var items []string
	if ids != nil {
		for id := range ids {
			if s := string(id); utf8.ValidString(s) && !(d.NoNUL && strings.ContainsRune(s, 0)) {
				items = append(items, s)
			}
		}
	}
	return items
}

func (d *Dialect) list(items []string) (List, error) {
	if d.LongestItem > 0 && slices.ContainsFunc(items, func(s string) bool { return len(s) > d.LongestItem }) {
		return List{}, &Error{
			Op: "list", Err: ErrTooLarge,
			Text: "an id is longer than " + strconv.Itoa(d.LongestItem) + " bytes, which the database would cut: use shorter ids",
		}
	}
	open, end := byte('['), byte(']')
	if d.ListForm == ArrayList {
		open, end = '{', '}'
	}
	b := []byte{open}
	for i, item := range items {
		if i > 0 {
			b = append(b, ',')
		}
		switch d.ListForm {
		case JSONList:
			quoted, _ := json.Marshal(item) // which never fails for a string
			b = append(b, quoted...)
		case HexList:
			b = append(hex.AppendEncode(append(b, '"'), []byte(item)), '"')
		case ArrayList:
			b = append(b, '"')
			b = append(b, arrayEscapes.Replace(item)...)
			b = append(b, '"')
		}
	}
	return List{text: string(append(b, end)), length: len(items)}, nil
}

var arrayEscapes = strings.NewReplacer(`"`, `\"`, `\`, `\\`)

// Value returns l as the string that a driver sends. It never fails.
func (l List) Value() (driver.Value, error) { return l.text, nil }

// String returns the text of l.
func (l List) String() string { return l.text }

// Len returns how many ids l has.
func (l List) Len() int { return l.length }
