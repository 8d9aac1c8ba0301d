// Package company keeps a company: it changes only by changes that were
// authorised and recorded, and any past state can be rebuilt.
//
//  1. Every change is a typed value, such as [SetRole] or [AddMember]. There is
//     no other way to change a company.
//  2. [Company.Do] makes one or more of them as one event: all or none. They
//     apply in order, each judged on the state the earlier ones left.
//  3. A user's change is asked of Decide, at company level and at the time of
//     the event. An argument that matters is one more question: a new role is
//     asked at that role.
//  4. Nobody raises himself: nobody is the target of his own change of users,
//     adds himself to a team, prolongs his membership, shares a report with
//     himself, or takes over reports while anybody else could. Giving something
//     up is allowed to who may make that change.
//  5. Nobody gives longer than he has. An actor whose access ends reinstates,
//     extends, adds to a team and shares no further than that end, and nobody
//     shares a report for longer than it is shared with him at that level.
//     Shortening is no giving: anybody's end may be brought nearer.
//  6. Sharing a report only raises: neither level nor end goes down.
//  7. A role keeps the holders it must have, counting those neither suspended
//     nor with an end, and gets no more than it may. A report keeps a creator
//     without an end. There are never more users and invitations that can still
//     be accepted than seats. That is checked after every change, whoever acts;
//     what a document broke may stay broken, but not get worse.
//  8. A change that would change nothing is refused, so that the log holds only
//     real changes. Changes of users, invitations and memberships need a reason.
//  9. Ids of users, teams, data groups, reports, invitations and links are never
//     used again.
//  10. A system of the host's makes the types of change it is configured for,
//     unasked; rules 6 to 9 hold for it too. Only a system adds a user without
//     an invitation or replaces the role catalog.
//  11. The event's time is the later of now and the last event's, and every
//     guard uses it. Replay reads no clock: it repeats what is structural and
//     asks nobody, so a log means the same for ever.
//  12. The event is appended before the state changes. If the append fails,
//     nothing changed; if nobody can say whether it failed, nothing is written
//     until that is known.
//  13. People come by invitation: [Invite] an address, and there is a user only
//     once the person accepts, with the secret of the message sent last and the
//     proof that a trusted issuer verified that very address. Package invite
//     says what may be done in which state.
//  14. One guard stands before every way to access by invitation: sending,
//     sending anew, amending, a file in bulk, taking over, and accepting. At
//     acceptance it asks whether the sponsor could send these terms then. While
//     he could not, the invitation is on hold; see [Company.WhyOnHold].
//  15. A secret is given once: that of an invitation to [Config.Deliver], that of
//     a share link to its maker. What is kept and recorded is a digest. A person
//     who is refused is told one thing only, whatever is wrong: a [*Refusal].
//  16. What a share link shows is what its maker may see then, in the scope he
//     made it in. [Company.LinkSubject] makes a secret a subject, and Decide answers
//     for it.
//
// A change never adds to its actor's capabilities, end of access or report
// levels, nor to his accounts, except by a report he creates or takes over
// because nobody else can, and by accounts that somebody who sees all data
// connects. A successor's grant has no end, even if the actor's access has one:
// a report must keep a creator. All this does not reach beyond one user
// id: with a second one a user manager can hold every role he may grant, and
// two who collude can do what both can. Nor does it bind the host, whose
// documents and systems ask nobody.
//
// # Zero values
//
// The zero [Actor] may change nothing. The zero [Limits] bound nothing, and the
// zero [Config] takes the time and randomness from the operating system, knows
// no systems, has no observer and sends no invitations.
//
// # Concurrency
//
// A [Company] is safe for any number of goroutines. Reading takes no locks.
// Writers take turns within a process; between processes that share a log the
// log decides, and whoever comes second judges anew. What another process
// appended is not known here before a [Company.Sync], or a Do that comes second:
// until then access it took away is still allowed, and a Do may be refused that
// it made possible. Call Sync as often as that must not last.
//
// # Errors
//
// Errors are an [*Error]. A refusal by Decide wraps a [*access.DeniedError];
// any other refusal wraps one of the variables of this package. Nothing is
// stored then. [ErrUncertain] is the one case in which something may be.
package company
