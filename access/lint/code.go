package lint

import (
	"fmt"

	"github.com/ambit-authz/ambit/internal/text"
)

// Code says what kind of thing a [Finding] is. Codes are stable: a finding that
// means the same keeps its code.
type Code string

// The codes, those of an [Error] first. [Rules] explains each.
const (
	TooFewHolders        Code = "too-few-holders"
	TooManyHolders       Code = "too-many-holders"
	ReportWithoutCreator Code = "report-without-creator"

	FilterImpossible      Code = "filter-impossible"
	FilterMatchesNone     Code = "filter-matches-none"
	FilterEverything      Code = "filter-everything"
	ValueUnseen           Code = "value-unseen"
	HiddenByMissing       Code = "hidden-by-missing"
	EmptyValue            Code = "empty-value"
	GroupDuplicate        Code = "group-duplicate"
	TeamWithoutGroups     Code = "team-without-groups"
	UserWithoutTeam       Code = "user-without-team"
	ReportCreatorInactive Code = "report-creator-inactive"
	ActionUndeclared      Code = "action-undeclared"

	FilterMatchesAll  Code = "filter-matches-all"
	GroupSameAccounts Code = "group-same-accounts"
	GroupSubsumed     Code = "group-subsumed"
	GroupWithoutTeams Code = "group-without-teams"
	AllDataMember     Code = "all-data-member"
	Ended             Code = "ended"
	EndsSoon          Code = "ends-soon"
	RoleUnused        Code = "role-unused"
	KindUnused        Code = "kind-unused"
	CapabilityUnasked Code = "capability-unasked"
)

// Severity is how bad a finding is. The zero Severity is none.
type Severity uint8

const (
	// Note: worth knowing, and often as it should be.
	Note Severity = iota + 1
	// Warning: probably not what was meant. Somebody may see more or less than
	// somebody else believes.
	Warning
	// Error: it breaks a rule that changes keep, so a document brought it in, and
	// some changes are refused until it is put right.
	Error
)

// severities are the names, by Severity.
var severities = [...]string{"none", "note", "warning", "error"}

// String returns "note", "warning" or "error", "none" for the zero Severity, and
// "Severity(n)" for any other value.
func (s Severity) String() string {
	if int(s) < len(severities) {
		return severities[s]
	}
	return fmt.Sprintf("Severity(%d)", uint8(s))
}

// MarshalText writes s as String does. It fails for a value that is no Severity.
func (s Severity) MarshalText() ([]byte, error) {
	if int(s) >= len(severities) {
		return nil, fmt.Errorf("lint: no such severity: %v", s)
	}
	return []byte(s.String()), nil
}

// UnmarshalText reads what String writes: "none", "note", "warning" or "error".
// With anything else it fails, and s stays as it is.
func (s *Severity) UnmarshalText(name []byte) error {
	for i, known := range severities {
		if known == string(name) {
			*s = Severity(i)
			return nil
		}
	}
	return fmt.Errorf("lint: no such severity: %s is neither note, warning nor error", text.Quote(string(name)))
}

// Rule explains a [Code].
type Rule struct {
	Code     Code
	Severity Severity

	Means   string // what a finding of this code says
	Matters string // why it is worth a look
	Remedy  string // what to do about it
}

// Rules returns a rule for each code, in the order of findings. The slice is the
// caller's.
func Rules() []Rule { return append([]Rule(nil), rules[:]...) }

// number is the place of a code among the rules, -1 for an unknown one.
func (c Code) number() int {
	for i := range rules {
		if rules[i].Code == c {
			return i
		}
	}
	return -1
}
