package company_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/company/internal/model"
	"pgregory.net/rapid"
)

// companyBranches are all types of change, the errors for which they can be
// refused, and the denials that the questions of Do can meet. The rest of the
// reasons is for sessions, links and resources of the host's.
func companyBranches() []string {
	all := strings.Fields("ErrNoActor ErrSystem ErrSystemOnly ErrReason ErrInvalid ErrUnknown ErrTaken ErrReused ErrNoChange ErrSelf " +
		"ErrBeyondOwnEnd ErrPast ErrLowers ErrSuccessor ErrChanged ErrClock ErrLastCreator ErrLastHolder ErrRoleFull ErrSeats ErrAttributeUsed")
	for _, name := range company.LogNames() {
		all = append(all, "made "+name)
	}
	for _, reason := range strings.Fields("unknown-user suspended ended unknown-action no-capability no-level level-too-low " +
		"out-of-reach above-ceiling self last-holder ineligible-target role-full") {
		all = append(all, "denied "+reason)
	}
	for _, kind := range strings.Fields("account user role team group report") {
		all = append(all, "denied unknown-resource "+kind)
	}
	slices.Sort(all)
	return append(all, "by user", "by system", "handed over", "third refused", "in the past", "impact", "id given", "shared beyond a membership", "ended before it ended",
		"passed over", "unchanged since", "left without a creator", "without an address", "one's own address", "one's own name", "one's own grant",
		"address given to a user", "a member again", "a membership's end lifted", "a grant's end lifted", "a grant with an end raised",
		"links ended by a catalog", "ErrSelf ErrSuccessor", "foreseen: made", "foreseen: refused", "asked, and compared whole")
}

// companyGoals are the branches that scenarios look for, as [towards] reads
// them. The others need something before, or have a scenario of their own.
func companyGoals() []string {
	aims := []string{"made report.delete>ErrReused", "made user.set-role>ErrChanged", "made invitation.send>address given to a user"}
	others := []string{"ErrReused", "ErrChanged", "ErrClock", "made clock.correct", "left without a creator", "address given to a user", "by user", "by system", "foreseen: made", "foreseen: refused", "asked, and compared whole", "in the past", "shared beyond a membership", "ended before it ended"}
	for _, branch := range companyBranches() {
		if !slices.Contains(others, branch) && !strings.HasPrefix(branch, "made invitation.") && !strings.HasPrefix(branch, "made review.") {
			aims = append(aims, branch)
		}
	}
	aims = append(aims, "made review.schedule", "made review.open>made review.decide", "made review.open>made review.close")
	for _, command := range strings.Fields("resend amend revoke accept decline delivered redeliver") {
		aims = append(aims, "made invitation.send>made invitation."+command)
	}
	return aims
}

// TestCompanyIsTheModel makes random changes by random actors, and says of each
// beforehand what must come of it.
func TestCompanyIsTheModel(t *testing.T) {
	t.Parallel()
	s := search{branches: companyBranches(), checks: 9, aims: towards(companyGoals(), lawPast), scenarios: slices.Concat(endScenarios(), clockScenarios(), creatorScenarios()), walks: map[string]func(*rapid.T, *branches){}}
	for _, name := range catalogNames {
		s.walks[name] = func(t *rapid.T, hits *branches) {
			m := newCompanyMachine(t, hits, name, lawPast)
			t.Repeat(map[string]func(*rapid.T){"do": m.request, "do more": m.request, "and more": m.request, "answer": m.answer, "time": m.pass, "": m.invariant})
			m.finish(t)
		}
	}
	s.run(t)
}

func newCompanyMachine(t *rapid.T, hits *branches, catalog string, laws ...law) *machine {
	d := draw{t}
	return newMachine(t, hits, d.company(d.catalogNamed(catalog)), d.config(), laws...)
}

// request makes a random request.
func (m *machine) request(t *rapid.T) {
	m.do(t, m.rarest(func() model.Request { return draw{t}.request(m) }))
}
