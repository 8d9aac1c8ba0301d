// Package document has the types of a policy document: a policy as a person
// writes it, keeps it in git and reviews it.
//
// A [Document] is plain strings and slices of small structs, so a Go literal
// and the JSON look alike. Only the values of an [Account] have a type of their
// own.
//
//	d := &document.Document{
//		Users: []document.User{{ID: "ann", Email: "ann@example.com", Role: "viewer"}},
//	}
//
// The same types fill a document and change a policy: package access compiles a
// Document, and its Edit takes the entries one by one. So a host that keeps its
// users and teams in tables of its own writes the mapping from them once.
//
// # Where to begin
//
// Most programs use [Document], or [Parse], and the entry types. In groups:
//
//   - the whole: [Document], [Parse], [Document.JSON]; [ParsePart] for what can be
//     read of one; [Document.Split], [Join], [MinPart] for what must be kept in
//     parts
//   - roles and kinds: [Catalog], [CatalogOf]
//   - people: [User], [Team], [Member]
//   - data: [Account], [Group]
//   - sharing: [Report], [Grant], [Link], [Resource]
//   - what differs between two policies: [Changes]
//   - entries of records: [UserOf], [TeamOf], [MemberOf], [AccountOf],
//     [GroupOf], [AttributesOf], [End]
//   - what is wrong: [Error], [Problem], [Entry], [MaxProblems]
//
// # Rules
//
//  1. Filters are in the language of package datagroup. Ends are RFC 3339, or a
//     plain day, which is its beginning in UTC: "2027-01-01" ends access with
//     the year 2026. The empty string is no end. A note is one line of at most
//     500 bytes that says why; it is kept, and never consulted.
//  2. The catalog is a shipped one by its name, such as "company"; one that adds
//     kinds, roles and actions to it ("extends"); or one of the document's own,
//     with all its roles and kinds. What is asked of a kind that it does not
//     declare is denied to everybody.
//  3. Reading is strict. An unknown field, a field in the wrong case, a
//     duplicate key, a null, a wrong type or anything after the document is a
//     problem.
//  4. All problems are reported at once, each with its path, the id of its entry
//     and its line: the first hundred in full, and how many more there are. What
//     fails only because another entry did is no problem of its own.
//  5. The JSON of a document that a policy gave is canonical: the same policy
//     gives the same bytes.
//  6. A document that has problems is refused, or loaded without the entries that
//     have them: see the Config of package access. An entry is left out whole, and
//     of two with one id both are. The [Error] lists all that was left out.
//
// # Zero values
//
// The zero Document is a company without users, which denies everything.
//
// # Concurrency
//
// A Document is plain data. It is safe for concurrent reading.
//
// # Errors
//
// The error of [Parse] is an [*Error]. Each [Problem] in it wraps [ErrTaken]
// for a key that is there twice, and [ErrInvalid] for anything else.
package document
