package document

// Changes is what differs between two policies: the ids of the entries that are in
// one only, or are not the same in both, in byte order. The Directory of package
// access finds them (Since); package diff says what they mean for who may do what.
type Changes struct {
	Users    []string // also where memberships or direct grants differ
	Teams    []string // also where grants differ, but not where only members do
	Groups   []string // where the name, the note or the filter differs
	Accounts []string // where the source or any attribute differs
	Reports  []string // also where grants differ
	Links    []string

	Catalog    bool // the role catalogs are not equal
	Attributes bool // the declared attributes are not the same
}

// IsZero reports whether nothing differs.
func (c Changes) IsZero() bool {
	return len(c.Users)+len(c.Teams)+len(c.Groups)+len(c.Accounts)+len(c.Reports)+len(c.Links) == 0 && !c.Catalog && !c.Attributes
}
