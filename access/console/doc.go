// Package console has pages for a company, to be mounted beside a host's own:
// who there is, who sees what and why, what is due, and every change that people
// make by hand, with who would gain and who would lose before it is made.
//
//	pages, err := console.New(acme, &console.Config{User: session.User, Prefix: "/admin"})
//	…
//	mux.Handle("/admin/", pages)
//
// # Where to begin
//
//   - [New] with a [Config], of which only User is required: it says who is signed
//     in, by your own session. The example is a small service.
//   - to look like your own pages: Config.Templates. Copy the file layout.html of
//     this package, which has what stands around every page ("top" and "bottom"),
//     and change it.
//   - in your own words or language: [Texts] and Config.Texts. What
//     the lint says of one finding, what would help somebody, why a change is
//     refused, and titles of roles are not among them: they are not the console's.
//
// To invite people, the company needs the Deliver and Origin of its
// company.Config, and your service a page where the person who has the link
// accepts: the example JoinPage of package company is one. Without Deliver the
// console offers no invitations.
//
// # Rules
//
//  1. Everybody who is active sees their own role, teams, accounts and reports.
//     The lists of people, teams, data groups and invitations are for holders of
//     access.ViewDirectory, the register, what is due, the history and the reasons
//     of decisions for those of access.ReadAudit, reviews for those of
//     access.RunReview, and what accounts may have values for is for those of
//     access.AddSource. Nothing is decided by hiding: each page asks when it is
//     asked for.
//  2. The pages offer what the reader may do, as far as that can be asked before
//     anything is typed. Whether they may do what they typed is for
//     company.Company.Do to say, and its text is shown.
//  3. Each change is shown before it is made: who would gain and who would lose
//     what, or why it would be refused. It is made as the signed-in user, on the
//     condition that what it reads is as it was when the form was opened. A form
//     that is refused comes back with all that was typed.
//  4. A reader is told of others what they may know: names of people, teams and
//     data groups need access.ViewDirectory, the log or the review that they are in,
//     or the right to edit the very name. An account is named to those who see it, a
//     report to those who read it, and both to holders of access.ReadAudit. The rest
//     is counted.
//  5. An account, a report or a link that is out of reach is answered like one that
//     does not exist: 404. The name of the company is for active users only. A reader
//     who shares a report, and has no right to the lists, types the exact id of a team
//     or a person, or an address. Whether the share comes about tells them whether
//     there is one, and that is all they learn.
//  6. A form is accepted from a page of this very host only, and only from the user
//     that it was made for. Every page works without scripts, and runs the console's
//     own only. Every page forbids storing and framing.
//  7. All times are in UTC. A last day counts as a whole.
//  8. Lists have 50 rows on a page, in the order of ids, and can be searched.
//
// # Zero values
//
// The zero [Config] lacks User, which New requires. Each field says what its zero
// value means.
//
// # Concurrency
//
// What New returns may be used by any number of goroutines at once, if the
// functions of its Config may. Each answer shows the company at one moment.
//
// # Errors
//
// New returns what is wrong with a Config. What fails later is told to
// Config.OnError, and the reader gets a page that says no more than that.
package console
