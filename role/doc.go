// Package role says which actions the holders of a role may take, over how
// much data, and which roles they may hand to others.
//
// A [Catalog] is an ordered set of roles. [CompanyCatalog] and
// [ProjectCatalog] come ready; [NewCatalog] makes one from a host's own roles,
// which may hold the built-in actions and any of the host's own.
//
// The rules:
//
//  1. A role holds exactly the actions it lists. There are no wildcards, and
//     no action implies another.
//  2. A built-in action keeps its built-in meaning in every catalog. Any other
//     valid name is an action of the host and needs no registration beyond
//     being held by some role.
//  3. The actions on an existing report are held through a report level, and
//     revoking a link by those the link concerns. No role holds either:
//     a catalog that says otherwise is refused.
//  4. A role sees all data or the data of its holder's teams. A role that sees
//     only its teams' data may not hold an action that moves data between
//     teams or connects it: who can move data must already see all of it.
//  5. Manages is a plain list: a role that manages another may grant it and
//     take it away. It is not transitive, and a role manages itself only if it
//     says so.
//  6. A catalog has at most one default role, and an invitation may offer it.
//  7. Order matters: the first role of a catalog is the one a company's
//     founder gets.
//
// The package knows nothing of users. It states how many holders a role must
// keep and may have; counting them is the caller's.
//
// # Zero values
//
// A nil or zero [Catalog] knows no role and denies every question. The zero
// [Scope] is [ByTeams], the least. The zero [Role] has no name, and
// [NewCatalog] refuses it. The zero [Name] and [Action] are in no catalog.
//
// # Concurrency
//
// A Catalog never changes after [NewCatalog] returns it and may be used by any
// number of goroutines without locking. Every slice handed in or out is
// copied.
//
// # Errors
//
// Only [NewCatalog] can fail. It reports all problems at once, joined, each an
// [*Error] that names the role and, where there is one, the action, and wraps
// one of the sentinels of this package. Every question has an answer for names
// the catalog does not know: no.
package role
