// Package role says which actions the holders of a role may take, how much
// data they see, and which roles they may grant to others. It also says which
// kinds of things a host has of its own, and what may be asked of them.
//
//	catalog := role.CompanyCatalog()
//	catalog.Can("editor", role.AddSource)     // true
//	catalog.Manages("user-manager", "admin")  // false
//
// # Where to begin
//
// Most programs take a ready catalog, [CompanyCatalog] or [ProjectCatalog], or
// add kinds, roles and actions of their own to one with [Catalog.Extend]: see
// the example. Package access then asks the catalog, and its constants repeat the
// actions of this package. In groups:
//
//   - a catalog: [Catalog], [NewCatalog], [Catalog.Extend], [Extension]
//   - what it consists of: [Role], [Name], [Scope] ([ByTeams], [AllData]);
//     [Kind], [Place] ([InAccount], [InCompany])
//   - actions: [Action], and its constants from [ViewAccount] to [RevokeLink]
//   - questions: [Catalog.Can], [Catalog.Manages], [Catalog.Covers],
//     [Catalog.Role], [Catalog.Default]
//   - for pages and tools: [Catalog.Roles], [Catalog.Kinds], [Catalog.Kind],
//     [Catalog.Actions], [Catalog.Difference], [Catalog.Equal], [BuiltIn],
//     [Action.LevelOnly]
//
// # Rules
//
//  1. A role holds exactly the actions it lists. There are no wildcards, and
//     no action implies another.
//  2. A built-in action keeps its built-in meaning in every catalog. Any other
//     valid name is an action of the host. Some role holds it, and some kind
//     lists it: a catalog in which one of the two is missing is refused.
//  3. The actions on an existing report come with a report level, and a link is
//     revoked by the people it concerns. No role holds these actions: a catalog
//     in which one does is refused.
//  4. A role sees all data or the data of its holder's teams. A role that sees
//     only its teams' data may not hold an action that moves data between
//     teams or connects it, hand over the ownership, or manage a role that sees
//     all data: anyone who can move data must already see all of it.
//  5. Manages is a plain list: a role that manages another may grant it and
//     take it away. It is not transitive, and a role manages itself only if it
//     lists itself.
//  6. A catalog has at most one default role, and an invitation may offer it.
//  7. Order matters: the first role of a catalog is the one a company's
//     founder gets, and it manages each role that [Catalog.Extend] adds.
//  8. Whatever may be asked of a kind is listed there: actions of the host's,
//     and the viewing actions. What a kind does not list is denied to everybody
//     there, and so is everything at a kind that the catalog does not declare.
//
// The package knows nothing of users. It states how many holders a role must
// keep and may have; the caller counts them.
//
// # Zero values
//
// A nil or zero [Catalog] knows no role and denies every question. The zero
// [Scope] is [ByTeams], the least. The zero [Role] has no name, and
// [NewCatalog] refuses it. The zero [Name] and [Action] are in no catalog.
//
// # Concurrency
//
// A Catalog never changes after [NewCatalog] returns it. Any number of
// goroutines may use it without locking. Every slice handed in or out is
// copied.
//
// # Errors
//
// Every error is an [*Error], or several joined. It names the role or the kind
// and, where there is one, the action, and wraps one of the sentinels of this
// package. [NewCatalog] and [Catalog.Extend] report all problems at once. Every
// question has an answer for names that the catalog does not know: no.
package role
