// Package lint says what looks wrong in a policy: what the rules allow, and
// probably nobody meant.
//
//	for _, finding := range lint.Check(policy, nil).Findings {
//		fmt.Println(finding)
//	}
//
// prints one line for each:
//
//	warning: team "west" has no data group, so its members see nothing by it (team-without-groups)
//
// A finding changes no decision. Each is also a value, with a code that stays the
// same, a severity, and the entry of the document that it is in.
//
// # Where to begin
//
//   - Most programs use [Check] and the [Finding]s of its [Result] only.
//   - For a file: [Result.Locate] gives the lines.
//   - What to look for: [Config].
//   - What each [Code] means: the table below, and [Rules] as values.
//
// # Codes
//
// Errors break a rule that changes keep:
//
//	code                     what a finding says
//	too-few-holders          A role has fewer active holders without an end of access than its minimum.
//	too-many-holders         A role has more holders than its maximum; suspended and ended ones count.
//	report-without-creator   No user has a creator grant of the report without an end.
//
// Warnings are probably not what was meant:
//
//	filter-impossible        The filter of a data group can match no account at all, whatever accounts there will be.
//	filter-matches-none      The filter of a data group matches no account today, though it could match one.
//	filter-everything        The filter of a data group is everything, or can leave out no account.
//	value-unseen             A filter compares an attribute with a text that no account has there.
//	hidden-by-missing        A data group leaves out accounts only because they lack an attribute that its filter reads.
//	empty-value              An account has an empty text or an empty set of labels as the value of an attribute.
//	group-duplicate          The filter of a data group is written as that of another one, or matches the same accounts whatever they are.
//	team-without-groups      A team has no data groups.
//	user-without-team        An active user whose role sees the data of teams is in no team, or all memberships have ended.
//	report-creator-inactive  All users with a creator grant of the report without an end are suspended, or their access has ended.
//	action-undeclared        The host's code asks an action that the catalog does not have.
//
// Notes are often as they should be:
//
//	filter-matches-all       The filter of a data group matches all accounts that there are today, though it could leave one out.
//	group-same-accounts      A data group matches exactly the accounts that another one does today, by a different filter.
//	group-subsumed           A team has a data group whose accounts another data group of the team matches as well, whatever they are.
//	group-without-teams      No team has the data group.
//	all-data-member          A user whose role sees all data is a member of a team with data groups.
//	ended                    The access of a user, a membership, a grant of a report or a share link has ended, and is still listed.
//	ends-soon                The access of a user, a membership, a grant of a report or a share link ends within some days.
//	role-unused              A role that the host added has no holder, and no invitation offers it.
//	kind-unused              Nobody has a role that holds an action of the kind, and no share link shows something of it.
//	capability-unasked       A role holds an action that nothing asks.
//
// # Rules
//
//  1. The result depends on what the document of the policy says, on the time of
//     its clock and on the Config. Findings come in the order of the codes above,
//     and those of one code in the order of the document.
//  2. Only the first findings of a code are named, and all are counted. Where a
//     search ended at its budget, the [Count] of the code says that there may be
//     more. If you ask for very many findings in a large company, the later ones
//     name no accounts and suggest no values.
//  3. What a filter can match is decided by [datagroup.Implies]. Where that
//     answers maybe, no finding says always or never.
//  4. Without accounts, nothing is said about what filters match today.
//  5. Roles and kinds of a shipped catalog are never unused: they cannot be taken
//     out of it.
//  6. A text in a filter counts as never seen if no account has it as a value of
//     the attribute, or as a label. The finding suggests the nearest value that an
//     account has, if there are not too many to search. Numbers, and the texts of
//     prefix, suffix and contains, are not checked.
//
// # Zero values
//
// Each field of [Config] says what its zero value means. The zero [Severity] is
// none, below all others. The zero Result has no findings.
//
// # Concurrency
//
// Check reads a policy, which never changes, so any number may run at once.
//
// # Errors
//
// Every policy can be looked at. [Result.Locate] fails for a text that is no
// document, with a [*document.Error].
package lint
