// Package access answers who in a company may do what, and whose data they may
// see.
//
// A [Policy] is one immutable state of a company: its users and their roles,
// its accounts and the data groups that filter them, its teams, its reports.
// [Policy.Decide] is the one function that decides, and every list, view and
// explanation is the same traversal seen from another side. The rules:
//
//  1. Decide answers from one snapshot, without I/O and without errors.
//     Whatever is wrong is a denial with its own [Reason].
//  2. It takes five steps in this order, and the first that fails is the
//     reason: subject, kind, capability, reach, guard. All must hold.
//  3. Subject: the user exists, is neither suspended nor past the end of his
//     access, and is a current member of the team he acts within, if any.
//  4. Kind: the action is built in or held by some role of the catalog, and may
//     be asked of this kind of resource.
//  5. Capability: the user's role holds the action. At a report his [Level]
//     takes the place of his role; an action of the host's own needs both.
//  6. Reach: the resource exists and the subject can reach it. An account is
//     reached if the role sees all data, or one of the user's teams holds a
//     data group that matches it. No team, no group or no match is no data.
//  7. A session acts within one team: it narrows accounts and report grants to
//     that team's and the user's own, for every role, and never widens.
//  8. Guard: nobody acts on himself or on a role he does not manage, the last
//     lasting holder of a role that must be held stays, and a role that is
//     full takes nobody in.
//  9. A report is shared person by person or team by team, whatever the roles.
//     Of several grants the highest counts. Opening a report never widens what
//     data one sees.
//  10. A share link answers one question, as its maker would be answered now,
//     in the scope he made it in.
//  11. Something of the host's own belongs to an account, and is reached when
//     that is, or to the company as a whole; if neither is said, it is denied.
//
// A policy comes from a [document.Document] by [Load] or [Compile], and changes by
// [Policy.Edit], which leaves it as it is and makes the next one. A change costs
// its own size, not the company's. Keep the policy in an atomic pointer and swap
// it.
//
// # Zero values
//
// Everything zero is denied: the zero [Subject], Action and [Resource], and all
// that is asked of the zero or a nil [Policy]. The zero [Decision] denies, the
// zero [Level] is no access, the zero [View] sees nothing.
//
// # Concurrency
//
// A Policy and a View may be used by any number of goroutines at once. Reading
// takes no locks. An [Edit] belongs to one goroutine; any number of them may
// start from one Policy.
//
// # Errors
//
// A document's problems come as a [*document.Error], with path and line and all
// at once. A change that an Edit cannot make comes as an [*Error] from
// [Edit.Policy]. Both wrap [ErrInvalid], [ErrUnknown], [ErrTaken] or an error
// of packages datagroup, role or team. A denial is no error; [Decision.Err]
// makes one of it, a [*DeniedError] that shows its reader only what the subject
// may know.
package access
