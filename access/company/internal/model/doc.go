// Package model is a company as SPEC §7–9 describes it, in the plainest form:
// maps, loops, and no index. The tests of [company] hold a company against it.
//
//   - §7, changes: [Company.Do] says of a request what must come of it. There is
//     a file for each kind of object: users, teams, reports, data, links.
//   - §8, invitations: invitation.go, and what is offered and on hold.
//   - §9, events: [Answer.Recorded] is what the event of a request must record.
//
// It keeps no log, and no secret: which secrets were sent is asked of the test
// ([Config].Sent). Only questions to Decide and the matching of filters are not
// modelled here. Both have a model of their own, and a [Company] asks a policy
// compiled of its own document.
//
// Nothing but tests may import this package. A Company is not safe for
// concurrent use.
package model
