package lint_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/access/lint"
	"github.com/ambit-authz/ambit/role"
)

// untidy is a document in no order, with findings of every place.
const untidy = `{
  "users": [
    {"id": "tim", "role": "viewer"},
    {"id": "adm", "role": "admin"},
    {"id": "bob", "role": "team-member", "until": "2025-01-01"}
  ],
  "links": [
    {"id": "l1", "maker": "adm", "action": "report.view",
     "resource": {"kind": "report", "id": "q3"}, "until": "2026-06-02"}
  ],
  "catalog": {
    "extends": "company",
    "roles": [
      {"name": "intern", "title": "Intern", "summary": "Sees some.", "data": "teams",
       "capabilities": ["account.view"]}
    ],
    "kinds": [
      {"name": "campaign", "in": "account", "actions": ["campaign.edit"]}
    ],
    "grant": {"data-manager": ["campaign.edit"]}
  },
  "teams": [
    {"id": "west", "groups": [
      "us",
      "part"
    ], "members": [
      {"user": "bob"},
      {"user": "adm"}
    ]},
    {"id": "lab"}
  ],
  "groups": [
    {"id": "us", "filter": "country = 'US'"},
    {"filter":
       "country = 'US' and spend > 1",
     "id": "part"}
  ],
  "attributes": {"country": "string", "spend": "number", "odd-name": "string"},
  "reports": [
    {"id": "q3", "grants": [
      {"team": "west", "level": "viewer", "until": "2025-01-01"},
      {"user": "adm", "level": "creator"},
      {"user": "bob", "level": "viewer", "until": "2025-01-01"}
    ]}
  ],
  "accounts": [
    {"id": "b", "source": "g", "country": "US", "spend": 5},
    {"id": "a", "source": "g",
     "country": "DE",
     "odd-name": ""}
  ]
}`

// TestLocate: the path and the line of each finding lead to its entry in the text.
func TestLocate(t *testing.T) {
	t.Parallel()
	p, err := access.Load([]byte(untidy), nil)
	if err != nil {
		t.Fatal(err)
	}
	r := lint.Check(p.At(noon), &lint.Config{Asked: []access.Action{access.ViewAccount}, Limit: 1000})
	before := slices.Clone(r.Findings)
	if err := r.Locate([]byte(untidy)); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(untidy, "\n")
	var got []string
	for _, f := range r.Findings {
		if f.Code != lint.CapabilityUnasked || f.ID == "campaign.edit" {
			got = append(got, fmt.Sprintf("%s %s %s: %s", f.Code, f.Path, f.ID, strings.TrimSpace(lines[f.Line-1])))
		}
	}
	want := []string{
		`empty-value accounts[1].odd-name a: "odd-name": ""}`,
		`team-without-groups teams[1] lab: {"id": "lab"}`,
		`user-without-team users[0] tim: {"id": "tim", "role": "viewer"},`,
		`group-same-accounts groups[0].filter us: {"id": "us", "filter": "country = 'US'"},`,
		`group-subsumed teams[0].groups[1] west/part: "part"`,
		`all-data-member teams[0].members[1] west/adm: {"user": "adm"}`,
		`ended users[2] bob: {"id": "bob", "role": "team-member", "until": "2025-01-01"}`,
		`ended reports[0].grants[2] q3/bob: {"user": "bob", "level": "viewer", "until": "2025-01-01"}`,
		`ended reports[0].grants[0] q3/team west: {"team": "west", "level": "viewer", "until": "2025-01-01"},`,
		`ends-soon links[0] l1: {"id": "l1", "maker": "adm", "action": "report.view",`,
		`role-unused catalog.roles[0] intern: {"name": "intern", "title": "Intern", "summary": "Sees some.", "data": "teams",`,
		`kind-unused catalog.kinds[0] campaign: {"name": "campaign", "in": "account", "actions": ["campaign.edit"]}`,
		`capability-unasked catalog campaign.edit: "catalog": {`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for i, f := range r.Findings {
		if s := fmt.Sprintf("line %d: %v", f.Line, before[i]); f.String() != s {
			t.Errorf("%s, want %s", f, s)
		}
	}

	marked := lint.Result{Findings: slices.Clone(before)}
	if err := marked.Locate([]byte("\ufeff" + untidy)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(r.Findings, marked.Findings, comparable); diff != "" {
		t.Errorf("after a byte order mark (-without +with):\n%s", diff)
	}

	// Without lines of its own, all is on the first, after a byte order mark too.
	var compact bytes.Buffer
	if err := json.Compact(&compact, []byte(untidy)); err != nil {
		t.Fatal(err)
	}
	paths := pathsOf(r)
	if err := r.Locate(append([]byte("\ufeff"), compact.Bytes()...)); err != nil {
		t.Fatal(err)
	}
	for _, f := range r.Findings {
		if f.Line != 1 {
			t.Errorf("compact: %v", f)
		}
	}
	if diff := cmp.Diff(paths, pathsOf(r)); diff != "" {
		t.Errorf("compact (-want +got):\n%s", diff)
	}

	// In the canonical text, the paths are those of the policy.
	canonical, err := p.Document().JSON()
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Locate(canonical); err != nil {
		t.Fatal(err)
	}
	for i, f := range r.Findings {
		if f.Path != before[i].Path || f.Line <= 1 {
			t.Errorf("canonical: %s is at line %d, %s", before[i].Path, f.Line, f.Path)
		}
	}

	// Of another document, nothing is located.
	if err := r.Locate([]byte(`{"users": []}`)); err != nil {
		t.Fatal(err)
	}
	for i, f := range r.Findings {
		if f.Path != before[i].Path || f.Line != 0 {
			t.Errorf("another document: line %d, %s", f.Line, f.Path)
		}
	}
	problem := (*document.Error)(nil)
	if err := r.Locate([]byte(`{"users": [`)); !errors.As(err, &problem) {
		t.Errorf("no document: %v", err)
	}
}

func pathsOf(r lint.Result) (paths []string) {
	for _, f := range r.Findings {
		paths = append(paths, f.Path)
	}
	return paths
}

// TestLocateCatalog: what a text says of the catalog otherwise than the policy.
func TestLocateCatalog(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, text, want string }{
		{"by name", "{\n\"catalog\":\n\"company\"}", "2 catalog"},
		{"not at all", "{\n}", "0 catalog"},
		{"a role of the catalog that is extended", "{\n\"users\": [],\n\"catalog\": {\"extends\": \"company\",\n\"kinds\": [], \"roles\": []}}", "3 catalog"},
	} {
		p, err := access.Load([]byte(tt.text), nil)
		if err != nil {
			t.Fatal(err)
		}
		r := lint.Check(p, nil)
		if err := r.Locate([]byte(tt.text)); err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprintf("%d %s", r.Findings[0].Line, r.Findings[0].Path); len(r.Findings) != 1 || got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
	own := edited(pair, addUser("eve", "boss", "", ""))
	for i, want := range []string{"catalog.roles[0]", "catalog.roles[1]"} {
		if i == 1 {
			slices.Reverse(own.Catalog.Roles)
		}
		r := lint.Check(policyOf(t, own), nil)
		text, err := own.JSON()
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Locate(text); err != nil || r.Findings[0].Path != want || r.Findings[0].Resource != access.Role(role.Name("boss")) {
			t.Errorf("%v: %v", err, r.Findings[0])
		}
	}
}

// TestLocateAnyOrder: whatever the order of lists and the layout, a finding leads to
// the line where its entry begins.
func TestLocateAnyOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := drawDocument(t)
		shuffle(t, d.Accounts)
		shuffle(t, d.Groups)
		shuffle(t, d.Teams)
		shuffle(t, d.Users)
		shuffle(t, d.Reports)
		for i := range d.Teams {
			shuffle(t, d.Teams[i].Groups)
			shuffle(t, d.Teams[i].Members)
		}
		for i := range d.Reports {
			shuffle(t, d.Reports[i].Grants)
		}
		text, err := json.MarshalIndent(d, "", "\t")
		if err != nil {
			t.Fatal(err)
		}
		p, err := access.Load(text, nil)
		if err != nil {
			t.Fatal(err)
		}
		r := lint.Check(p.At(noon), nil)
		if err := r.Locate(text); err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(string(text), "\n")
		for _, f := range r.Findings {
			if f.Code == lint.TooFewHolders {
				continue // the text has no catalog
			}
			// The entry begins at its line, and its id follows before the next brace
			// on the same level.
			id := f.Resource.ID()
			if len(f.Others) > 0 && strings.Contains(f.Path, ".members") || strings.Contains(f.Path, ".grants") {
				id = f.Others[0].ID()
			}
			near := strings.Join(lines[f.Line-1:min(len(lines), f.Line+4)], "\n")
			if strings.HasSuffix(f.Path, ".filter") || f.Code == lint.EmptyValue {
				near = strings.Join(lines[max(0, f.Line-8):f.Line], "\n")
			}
			if f.Code == lint.GroupSubsumed {
				id = f.Others[0].ID()
			}
			if f.Line == 0 || !strings.Contains(near, `"`+id+`"`) {
				t.Fatalf("%v at %s leads to\n%s\nin\n%s", f, f.Path, near, text)
			}
		}
	})
}

func shuffle[T any](t *rapid.T, list []T) {
	if len(list) > 1 {
		copy(list, rapid.Permutation(list).Draw(t, "order"))
	}
}
