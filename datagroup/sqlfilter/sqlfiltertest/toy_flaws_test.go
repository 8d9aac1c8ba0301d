package sqlfiltertest

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/ambit-authz/ambit/datagroup"
)

// put adds the row of an account.
func (db *toy) put(a datagroup.Account, r *row) error {
	switch {
	case db.is("cannot hold NUL") && strings.Contains(printed(a), "\x00"):
		return fmt.Errorf("a byte 0: %w", ErrCannotHold)
	case db.is("holds few accounts") && len(a.ID()) != len("acc-000"):
		return fmt.Errorf("a short id: %w", ErrCannotHold)
	case db.is("fails to store") && a.ID() == "acc-101":
		return fmt.Errorf("the disk is full")
	case db.is("loses an account") && a.ID() == "acc-101":
		return nil
	}
	for name, v := range r.columns {
		switch v := v.(type) {
		case collated:
			r.columns[name] = collated(db.stored(name, string(v)))
			if v == "" && db.is("stores '' as NULL") {
				delete(r.columns, name)
			}
		case []string:
			if len(v) == 0 && db.is("stores the empty set as NULL") {
				delete(r.columns, name)
			}
			if db.is("cuts long sets") {
				r.columns[name] = v[:min(len(v), 100)]
			}
		}
	}
	if len(r.tags) == 0 && db.is("takes a set without rows for missing") {
		r.columns["tags_known"] = false
	}
	if db.is("takes every set for known") {
		r.columns["tags_known"] = true
	}
	db.rows = append(db.rows, r)
	return nil
}

// stored returns a text as it is after it was stored.
func (db *toy) stored(name, s string) string {
	switch {
	case name == "id":
		return s
	case db.is("cuts texts"):
		return s[:charStart(s, min(len(s), 255))]
	case db.is("normalizes texts"):
		return strings.ReplaceAll(s, "e\u0301", "\u00e9")
	}
	return s
}

// sent returns a text as it arrives in the database.
func (db *toy) sent(s string) string {
	switch {
	case db.is("ends texts at NUL"):
		s, _, _ = strings.Cut(s, "\x00")
	case db.is("escapes arguments"):
		s = strings.ReplaceAll(s, "\\", "\\\\")
	case db.is("cuts arguments"):
		s = s[:charStart(s, min(len(s), 1024))]
	}
	return s
}

// times yields how often a row is looked at.
func (db *toy) times(r *row, where string) int {
	switch {
	case db.is("joins labels") && strings.Contains(where, `"tags"`) && len(r.tags) > 0:
		return len(r.tags)
	case db.is("forgets a row") && r.columns["id"] == collated("acc-101") && strings.Contains(where, "contains"):
		return 0
	}
	return 1
}

// truth is a value as a condition: true, false or nil.
func (db *toy) truth(v any) any {
	if v == nil && db.is("has two truths") {
		return false
	}
	return v
}

func (db *toy) isNull(v any) bool {
	if v == collated("") && db.is("takes '' for NULL") {
		return true
	}
	return v == nil
}

func (db *toy) nullCompared(op string, a, b any) any {
	switch {
	case db.is("takes NULL for ''") && (a == binary("") || b == binary("")):
		return op == "="
	case db.is("takes NULL for another value") && op == "<>":
		return true
	case db.is("takes NULL for a small number") && (op == "<" || op == "<="):
		return true
	}
	return nil
}

// negated is NOT.
func (db *toy) negated(v any) any {
	is, known := db.truth(v).(bool)
	if !known {
		if db.is("negates NULL") {
			return true
		}
		return nil
	}
	return !is
}

// nullIn is what a function says of NULL.
func (db *toy) nullIn(name string, _ int) any {
	if name == "filled" {
		return collated("")
	}
	if name == "contains" && db.is("finds nothing in NULL") {
		return false
	}
	return nil
}

func (db *toy) in(v any, list []any) any {
	if v == nil {
		if db.is("takes NULL for no item") {
			return false
		}
		return nil
	}
	switch {
	case db.is("leaves out the last item") && len(list) > 1:
		list = list[:len(list)-1]
	case db.is("reads at most 8 items"):
		list = list[:min(len(list), 8)]
	}
	return slices.ContainsFunc(list, func(item any) bool { return db.equal(v, item) })
}

// listed looks for a text in a list that is one argument. By the collation, as
// databases do without the first of the two comparisons, it is always true here.
func (db *toy) listed(v any, list map[string]bool) any {
	switch s := v.(type) {
	case binary:
		switch {
		case db.is("takes an id for another in a list"):
			return list[string(s)] || list[string(s)+" "]
		case db.is("leaves out items that are quoted") && strings.ContainsAny(string(s), `"\`):
			return false
		case db.is("takes the empty list for all") && len(list) == 0:
			return true
		}
		return list[string(s)]
	default:
		return true
	}
}

func (db *toy) bytes(s string) binary {
	switch {
	case db.is("folds case"):
		s = strings.ToLower(s)
	case db.is("folds the case of every language"):
		s = strings.ToLower(strings.ToUpper(s))
	case db.is("ignores spaces at the end"):
		s = strings.TrimRight(s, " ")
	case db.is("ignores spaces at the beginning"):
		s = strings.TrimLeft(s, " ")
	case db.is("ignores what cannot be seen"):
		s = strings.NewReplacer("\u200b", "", "\u00ad", "", "\ufeff", "").Replace(s)
	case db.is("ignores width"):
		s = strings.NewReplacer("\uff41", "a", "\uff21", "A", "\uff11", "1").Replace(s)
	case db.is("ignores combining characters"):
		s = strings.NewReplacer("\u0301", "", "\u0308", "", "\u0307", "", "\u0323", "").Replace(s)
	case db.is("has no character of four bytes"):
		s = strings.Map(func(r rune) rune {
			if r > 0xffff {
				return '?'
			}
			return r
		}, s)
	}
	return binary(s)
}

func (db *toy) number(f float64) any {
	switch {
	case db.is("has float32"):
		return float64(float32(f))
	case db.is("has integers"):
		return float64(int64(f))
	case db.is("has no small numbers") && f < 1e-300 && f > -1e-300:
		return float64(0)
	case db.is("has six digits after the point"):
		return math.Round(f*1e6) / 1e6
	case db.is("has no numbers beyond 2^31") && (f > 1<<31 || f < -1<<31):
		return nil
	}
	return f
}

// affix compares a text with a part of it.
func (db *toy) affix(is func(s, part string) bool, args []any) any {
	s, part := textOf(args[0]), textOf(args[1])
	switch {
	case part == "{?}" && db.is("finds no mark"):
		return false
	case part == "" && db.is("finds no empty text"):
		return false
	case part == "" && db.is("does not know the empty text"):
		return nil
	case s == "" && db.is("does not know parts of the empty text"):
		return nil
	}
	return is(s, part)
}

// each yields a row for each label of a column.
func (db *toy) each(v any) []label {
	set, _ := v.([]string)
	rows := make([]label, 0, len(set))
	for _, l := range set {
		if db.is("leaves out the empty label") && l == "" {
			continue
		}
		if db.is("splits labels at commas") {
			for _, part := range strings.Split(l, ",") {
				rows = append(rows, label{value: collated(part)})
			}
			continue
		}
		rows = append(rows, label{value: collated(l)})
	}
	return rows
}
