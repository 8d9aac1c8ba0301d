// Package access answers who in a company may do what, and whose data they may
// see.
//
//	policy, err := access.Load(text, nil) // JSON; err has every mistake
//	if err != nil {
//		log.Fatal(err)
//	}
//	ann := access.User("ann") // after your sign-in has authenticated them
//
//	d := policy.Decide(ann, access.EditReport, access.Report("q3"))
//	fmt.Println(d) // allow: editor of the report
//	fmt.Println(policy.Decide(ann, access.ViewAccount, access.Account("de-1")))
//	// deny out-of-reach: de-1 is in none of ann's data groups
//
//	visible := policy.View(ann)
//	visible.Sees("us-1") // for each row that you show
//	visible.Filter()     // the same as one filter; package sqlfilter makes SQL of a view
//
// # Where to begin
//
// Most programs use [Load], [Policy.Decide] and [Policy.View] only. The examples
// Program and KeepInStep are whole programs, one for a policy in a file and one
// for users and teams in your own database. The package in groups:
//
//   - the policy: [Policy], [Load], [MustLoad], [Compile], [Config] (also to load
//     in part), [Policy.Document], and package document for its text
//   - who asks: [Subject], [User], [Session], [ViaLink], [Policy.Active]
//   - what is asked: [Action], and the constants from [ViewAccount] to
//     [RevokeLink]; [Policy.Applies]
//   - of what: [Resource], [Company], [Account], [TargetUser], [Role], [Team],
//     [Group], [Report], [Link], [Item], [CompanyItem]; [Kind] and
//     [Resource.UnmarshalText] for what is only known when the program runs
//   - the answer: [Decision], [Reason], [Step], [Level]; [Public] and
//     [DeniedError] are what the subject may be shown
//   - lists: [View], [Policy.Who] and [Users], [Policy.Actions], [Policy.Reports],
//     [Policy.Preview]
//   - why, and what would help: [Policy.Explain], [Explanation], [Route],
//     [Remedy]
//   - records: [Directory], [Grant], [ShareLink], [ReportID], [LinkID]
//   - changes: [Edit], [Error]
//   - another time: [Policy.At], [Policy.WithClock]
//
// A policy comes from a document by [Load] or [Compile], and changes by
// [Policy.Edit], which leaves it as it is and makes the next one. A change
// costs its own size, not the company's. Package live keeps the policy of now,
// and follows a file.
//
// # Rules
//
//  1. Decide answers from one snapshot, without I/O and without errors.
//     Whatever is wrong is a denial with its own [Reason]. Every list, view and
//     explanation is the same traversal, seen from another side.
//  2. It takes five steps in this order, and the first that fails is the
//     reason: subject, kind, capability, reach, guard. All must pass.
//  3. Subject: the user exists, is not suspended, their access has not ended,
//     and they are a current member of the team they act within, if any.
//  4. Kind: the action is built in or held by some role of the catalog, and may
//     be asked of this kind of resource. For the host's own kinds the catalog
//     says what may: see [role.Kind]. A kind that is misspelt, that the catalog
//     does not declare, or that is used in the place of another, is denied to
//     everybody.
//  5. Capability: the user's role holds the action. At a report their [Level]
//     takes the place of their role; an action of the host's own needs both.
//  6. Reach: the resource exists and the subject can reach it. An account is
//     reached if the role sees all data, or one of the user's teams has a data
//     group that matches it. No team, no group or no match is no data.
//  7. A session acts within one team: it narrows accounts and report grants to
//     that team's and the user's own, for every role, and never widens.
//  8. Guard: users do not act on themselves or on a role that their role does
//     not manage, the last lasting holder of a role that must be held stays,
//     and a role that is full takes nobody in.
//  9. A report is shared person by person or team by team, whatever the roles.
//     Of several grants the highest counts. Opening a report never widens what
//     data a user sees.
//  10. A share link answers one question, as its maker would be answered now,
//     in the scope the maker made it in: [ViewReport] at a report, or the link
//     action of a kind at a thing of that kind.
//  11. An item of the host's own belongs to an account, and is reached when
//     that is, or to the company as a whole: its kind says which. One that lacks
//     the account that its kind wants is denied, and so is one that names an
//     account if its kind belongs to the company.
//  12. To leave entries out of a document grants nothing, as no entry denies. So
//     a document that has problems may be loaded in part, if the program asks
//     for that and takes the list of what is missing.
//
// # Zero values
//
// Everything zero is denied: the zero [Subject], Action and [Resource], and all
// that is asked of the zero or a nil [Policy]. The zero [Decision] denies, the
// zero [Level] is no access, the zero [View] sees nothing.
//
// # Concurrency
//
// A Policy, its Directory and a View may be used by any number of goroutines at
// once. Reading takes no locks. An [Edit] belongs to one goroutine; any number
// of them may start from one Policy.
//
// # Errors
//
// A document's problems come as a [*document.Error], all at once and each with
// its path, the id of its entry and its line; [Config.Partial] loads the rest of
// such a document. A change that an Edit cannot make comes as an [*Error]
// from [Edit.Policy]. Both wrap [ErrInvalid], [ErrUnknown], [ErrTaken] or an
// error of packages datagroup, role or team. A denial is no error;
// [Decision.Err] makes one of it, a [*DeniedError].
package access
