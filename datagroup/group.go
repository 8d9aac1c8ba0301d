package datagroup

import (
	"iter"
	"maps"
	"slices"
)

// ID names a data group within a company. Equality is by byte; ids are never
// reused.
type ID string

// Group is a data group: the accounts that match its filter now. The zero Group
// denotes no account. Nothing here is checked; the owner of the groups sees to
// unique ids and names.
type Group struct {
	ID     ID
	Name   string
	Filter Filter
	Note   string // of one line, for people to read; never consulted
}

// Extent says what a group denotes among some accounts, in numbers.
type Extent struct {
	Group   Group
	Matches int // how many accounts match
	Unknown int // how many are left out only because they lack an attribute
	Like    ID  // the first of all groups that match exactly the same accounts, perhaps itself

	Sample AccountID // one of the accounts that match, "" if there is none
}

// Preview says what a filter would denote, before it is saved.
type Preview struct {
	// Matches is how many accounts match.
	Matches int
	// Unknown is how many more might: they are left out only because an
	// attribute is missing.
	Unknown int
	// Sources has the sources with accounts of either sort, sorted by source.
	Sources []SourcePreview
}

// SourcePreview is the part of a [Preview] that comes from one source.
type SourcePreview struct {
	Source string
	// Matches and Unknown are as in [Preview].
	Matches, Unknown int
	// Accounts has the ids of the matching accounts, sorted.
	Accounts []AccountID
}

// Truths yields each account with what f says of it. A nil sequence is empty. It
// costs one match for each account.
func (f Filter) Truths(accounts iter.Seq[Account]) iter.Seq2[Account, Truth] {
	return func(yield func(Account, Truth) bool) {
		if accounts == nil {
			return
		}
		for a := range accounts {
			if !yield(a, f.Match(a)) {
				return
			}
		}
	}
}

// NewPreview returns what a filter denotes among accounts, of each of which it
// says what [Filter.Truths] yields. Those for which that is [False] may be left
// out. An account is counted as often as it comes, and the order means nothing.
func NewPreview(truths iter.Seq2[Account, Truth]) Preview {
	var p Preview
	bySource := make(map[string]*SourcePreview)
	for a, t := range truths {
		if t == False {
			continue
		}
		s := bySource[a.source]
		if s == nil {
			s = &SourcePreview{Source: a.source}
			bySource[a.source] = s
		}
		if t == True {
			s.Accounts = append(s.Accounts, a.id)
		} else {
			s.Unknown++
		}
	}
	for _, source := range slices.Sorted(maps.Keys(bySource)) {
		s := bySource[source]
		slices.Sort(s.Accounts)
		s.Matches = len(s.Accounts)
		p.Matches += s.Matches
		p.Unknown += s.Unknown
		p.Sources = append(p.Sources, *s)
	}
	return p
}
