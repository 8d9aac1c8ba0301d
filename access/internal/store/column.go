package store

import (
	"encoding/binary"

	"github.com/ambit-authz/ambit/access/internal/persist"
	"github.com/ambit-authz/ambit/datagroup"
)

// maxDistinct is how many values an attribute may have and still tell classes
// apart. Beyond it classes would be about as many as accounts, and each new
// one costs a look at every group.
const maxDistinct = 5000

// The positions of the attributes that every schema has.
const (
	idPosition = iota
	sourcePosition
	namePosition
)

// newColumns returns columns for an empty company under s. Text and labels are
// classed until they show too many values, numbers never; id and name differ
// from account to account. The source always tells classes apart, as it is kept
// with the class only.
func newColumns(s *datagroup.Schema) []*column {
	columns := make([]*column, s.Len())
	for i := range columns {
		a := s.At(i)
		columns[i] = &column{classed: a.Name != "id" && a.Name != "name" && a.Type != datagroup.NumberType}
	}
	return columns
}

// value returns what an account has for an attribute that tells no classes
// apart.
func (c *column) value(account uint32) datagroup.Value {
	if s := c.text.Get(account); s != "" {
		return unpackText(s)
	}
	return c.other.Get(account)
}

// set keeps what an account has for an attribute that tells no classes apart.
func (c *column) set(t *persist.Token, account uint32, v datagroup.Value) {
	if v.Type() == datagroup.StringType {
		c.text.Put(t, account, packText(v.Text()))
		return
	}
	c.text.Put(t, account, "")
	c.other.Put(t, account, v)
}

// emptyText stands for the empty text, which is a value: "" is none. No text of
// an account is like it, as it is not UTF-8.
const emptyText = "\xff"

func packText(s string) string {
	if s == "" {
		return emptyText
	}
	return s
}

func unpackText(s string) datagroup.Value {
	if s == emptyText {
		return datagroup.Text("")
	}
	return datagroup.Text(s)
}

// appendTuple encodes the classed attributes of a row, each so that no two tuples
// have one encoding.
func (w *Writer) appendTuple(b []byte, r row) []byte {
	for pos, c := range w.columns {
		if c.classed {
			b = appendValue(b, r.at(pos))
		}
	}
	return b
}

func appendValue(b []byte, v datagroup.Value) []byte {
	switch v.Type() {
	case datagroup.StringType:
		b = append(b, 's')
		return appendText(b, v.Text())
	case datagroup.LabelsType:
		for l := range v.Labels() {
			b = append(b, 'l')
			b = appendText(b, l)
		}
		return append(b, '.')
	}
	return append(b, '-')
}

func appendText(b []byte, s string) []byte {
	b = binary.AppendUvarint(b, uint64(len(s)))
	return append(b, s...)
}

// widens reports whether the values of a new tuple make an attribute too wide to
// be classed.
func (w *Writer) widens(r row) bool {
	for pos, c := range w.columns {
		if c.classed && pos != sourcePosition && c.values.Len() == maxDistinct && c.values.Get(valueKey(r.at(pos))) == nil {
			return true
		}
	}
	return false
}

// widen notes the values of a new tuple, and reports whether that made an
// attribute one too wide to be classed.
func (w *Writer) widen(r row) bool {
	wider := false
	for pos, c := range w.columns {
		if !c.classed {
			continue
		}
		key := valueKey(r.at(pos))
		if c.values.Get(key) != nil {
			continue
		}
		c = w.editColumn(pos)
		c.values.Add(w.token, key, none{})
		if pos != sourcePosition && c.values.Len() > maxDistinct {
			c.classed, c.values, wider = false, persist.Index[none]{}, true
		}
	}
	return wider
}

func valueKey(v datagroup.Value) string { return string(appendValue(nil, v)) }
