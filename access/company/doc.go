// Package company keeps a company: it changes only by changes that were
// authorised and recorded, and any past state can be rebuilt.
//
//	acme, err := company.Found(ctx, log, company.Founding{
//		ID: "acme", Name: "Acme",
//		Founder: team.User{ID: "ann", Email: team.MustParseAddress("ann@example.com")},
//	}, nil)
//	…
//	by := company.By{Actor: company.User("ann"), Reason: "joins the west"}
//	receipt, err := acme.Do(ctx, by, company.AddMember{Team: "west", User: "bob"})
//	decision := acme.Policy().Decide(access.User("bob"), access.ViewAccount, access.Account("us-1"))
//
// # Where to begin
//
// Most programs use [Open], [Company.Do] and [Company.Policy] only. A new company
// begins with [Found]. The example Story is a whole program.
//
//   - a company: [Found], [Founding], [Open], [Config], [SystemConfig], [Limits]
//   - asking: [Company.Policy], [Company.Decide], [Company.DecideContext],
//     [Company.Holdings]
//   - changing: [Company.Do], [By], [User], [System], [Invitee]; fields of a
//     change: [Optional], [To], [None], [AccountEdit], [Person]
//   - asking before changing: [Company.WhatIf]
//   - what came of it: [Receipt], [Undelivered], [Error], [Refusal]; [Outcome] with
//     [Bounded], [Impact], [UserImpact], [LostMembership], [LostGrant],
//     [Verification]
//   - observing: [Config.Observer], [Config.Refused] with [Attempt],
//     [Company.Panics]
//   - invitations: [Company.Offer], [Company.Invitation], [Company.Invitations],
//     [Company.WhyOnHold], [Company.SendsInvitations], [Company.UndeliveredInvitations],
//     [Company.DeliverPending], [InvitationLimits]; from a file:
//     [Company.PlanInvitations], [Company.SendInvitations]
//   - share links: [Company.LinkSubject]
//   - who has access, since when, by whom, why, until when: [Moment.Register],
//     [Moment.Row], [Moment.Pieces]; what is due: [Moment.Due]; [Company.Now],
//     [Company.At] and [Company.AsOf] return the [Moment]; the settings then:
//     [Moment.Name], [Moment.Limits], [Moment.SeatsTaken], [Moment.ReviewMonths]
//   - reviews: [Moment.Reviews], [Moment.Review], [Moment.ReviewItems],
//     [Moment.Findings]; [Company.WriteEvidence], [CheckEvidence]
//   - the log: [Company.History] with [HistoryQuery] returns each [Entry];
//     [ReadChanges], [Founded], [FoundedPart]; [Company.Checkpoint], [Company.Keep],
//     [Company.Health]
//   - many companies in one [audit.Store]: package companies; [Keys] is the index by
//     which an address finds them, [Company.Proven] says what it is in one of them
//   - several processes: [Company.Follow], [Company.Sync], [Company.WaitFor];
//     what changes: [Company.Updates] with [Update]; in one transaction with your
//     own rows: [Company.DoIn], [Pending]
//
// The changes, of which [ChangeTypes] returns all:
//
//   - users: [AddUser], [EditUser], [ChangeAddress], [SetRole], [SetEnd],
//     [SuspendUser], [ReinstateUser], [RemoveUser], [TransferOwnership]
//   - invitations: [Invite], [ResendInvitation], [AmendInvitation],
//     [RevokeInvitation], [AcceptInvitation], [DeclineInvitation],
//     [RecordDelivery], [RedeliverInvitation]
//   - teams: [CreateTeam], [EditTeam], [DeleteTeam], [AddMember], [SetMemberEnd],
//     [RemoveMember], [AttachGroup], [DetachGroup]
//   - data groups: [CreateGroup], [EditGroup], [DeleteGroup]
//   - accounts: [ConnectAccounts], [UpdateAccounts], [DisconnectAccounts]
//   - attributes: [DeclareAttribute], [RetypeAttribute], [DropAttribute]
//   - reports: [CreateReport], [RenameReport], [ShareReport], [UnshareReport],
//     [NameCreator], [DeleteReport]
//   - share links: [MakeLink], [RevokeLink]
//   - reviews: [ScheduleReviews], [OpenReview], [DecideItem], [CloseReview]
//   - the company: [SetCompanyName], [SetLimits], [ReplaceCatalog], [CorrectClock]
//
// # Rules
//
//  1. Every change is a typed value, such as [SetRole] or [AddMember]. There is
//     no other way to change a company.
//
//  2. [Company.Do] makes one or more changes as one event: all or none. They
//     apply in order, each judged on the state that the earlier ones left.
//
//  3. A user's change is asked of Decide, at company level and at the time of
//     the event. An argument that matters is one more question: a new role is
//     asked at that role.
//
//  4. Users may not raise themselves. They may not be the target of their own
//     change of users, add themselves to a team, prolong their membership, share
//     a report with themselves, or take over reports of somebody they remove. If
//     they may make a change at all, they may use it to give something up. Their
//     own name they may always change.
//
//  5. Nobody may give access for longer than they have it. An actor whose access
//     ends may reinstate, extend, add to a team and share up to that end only,
//     and nobody may share a report for longer than it is shared with them at
//     that level. They set a role only on somebody whose access ends no later, or
//     who has all of it already. Bringing an end nearer is always allowed by this
//     rule.
//
//  6. Sharing a report only raises: neither level nor end goes down. A membership
//     or a grant that has ended counts as none.
//
//  7. A change never takes a role below its MinHolders or above its MaxHolders.
//     The minimum counts holders who are neither suspended nor have an end. A
//     report keeps a creator without an end, if anybody but the actor can be one;
//     if nobody can, its last one may still be removed, and [NameCreator] names
//     another later. Users, together with the invitations
//     that can still be accepted, never exceed the seats. That is checked after
//     every change, even of a system. What a document broke may stay broken, but not
//     get worse.
//
//  8. An edit says only what it changes: what an [Optional] field leaves out
//     stays, and taking something away is said with [None]. A change that would
//     change nothing is refused, so that the log has only real changes. If a
//     system repeats what is so already, that change is passed over and listed in
//     the [Receipt]; if only part of it is so, it is refused. To remove what was
//     removed is a repeat, an id never seen is an error. Changes of users, invitations and
//     memberships need a reason, except from an [Invitee].
//
//  9. Ids of users, teams, data groups, reports, invitations and links are never
//     used again.
//
//  10. A system of the host's makes the types of change that it is configured
//     for, without questions to Decide, and gives the roles that it may give.
//     Rules 6 to 9 apply to it too. Only a system adds a user without an
//     invitation, replaces the role catalog, or corrects the clock.
//
//  11. For a company it is the later of the clock and its last event, for those
//     who ask as for the guards of a change: a clock set back revives nothing. If
//     the last event is ahead of the clock by more than [Config.ClockSkew], nothing
//     is written until a clock is set right or a system makes a [CorrectClock].
//     Replay reads no clock: it repeats what is structural, derives the outcomes
//     again, and asks nobody, so a log means the same for ever.
//
//  12. The event is appended before the state changes. If the append fails,
//     nothing changed. If nobody can say whether it failed, nothing is written
//     until that is known.
//
//  13. What an actor read can be made a condition, [By.Since]: if what one of the
//     changes reads was changed since, all are refused.
//
//  14. People come by invitation: [Invite] an address. There is a user only once
//     the person accepts, with the secret of the latest message and the proof
//     that a trusted issuer verified that very address. Package invite says what
//     may be done in which state.
//
//  15. One guard stands before every way to access by invitation: sending,
//     re-sending, amending, sending from a file, giving a lost message out again,
//     taking over, and accepting. At acceptance it asks whether the sponsor could
//     send these terms then. While they could not, the invitation is on hold; see
//     [Company.WhyOnHold].
//
//  16. A secret is given once: that of an invitation to [Config.Deliver], that of
//     a share link to its maker. What is kept and recorded is a digest. A person
//     who is refused is told the same whatever is wrong: a [*Refusal].
//
//  17. A message that was not delivered was not sent: no cool-down follows, and
//     its invitation is listed until it is delivered, also after a restart, by
//     [Company.UndeliveredInvitations]. A delivery is recorded for that. What is
//     not recorded in time, because a process ended in between, is given out again
//     by [Company.DeliverPending], with a new secret: each message is delivered at
//     least once, one secret at most opens an invitation, and of several processes
//     the one whose event is stored delivers it.
//
//  18. A share link shows what its maker may see at that moment, in the scope
//     that it was made in. [Company.LinkSubject] makes a secret a subject, and
//     Decide answers for it.
//
//  19. A removal always works, whatever the person holds, but for the last holder
//     of a role, and is final: whatever was sent to them, to any address that they
//     had, lets nobody in. What an event lists because others made it is
//     [Bounded].
//
//  20. Observers see what was asked and what was refused, after the answer. They
//     change nothing, even if they panic.
//
//  21. A register says of every user and every open invitation since when, by
//     whom, why and until when. Anyone who came by an invitation was added by its
//     sponsor, for the reason that was given when they became it. What nobody
//     changed since the founding is so since then.
//
//  22. A piece of access names the events that it rests on: without any of them
//     the log would be invalid, or the piece would be gone or another one. Any
//     other event may be missing, if the log stays valid, and changes nothing of
//     it.
//
//  23. A review freezes who has access, and every row is an item of it. Deciding
//     about one, to keep, to reduce or to revoke, changes nothing: that is done by
//     other changes, which the review finds by their events. Who decides is not
//     who the item is about, and neither made nor sponsored what raised it since
//     it was last reviewed. A change of the row after the decision reopens the
//     item. No review closes by itself, and what it has left to be done is found.
//
//  24. How old the answers of a process may be that follows a log of others is
//     bounded: beyond [Config.MaxAge] it has no policy, and denies everything.
//
//  25. An event that is appended in a transaction of the host's is part of the
//     company once the log has it, and not before. Meanwhile others wait.
//
//  26. A log that is shorter than the checkpoint that [Config.Keeper] has, or
//     another one there, is not opened.
//
//  27. A founding is one event or several, by one actor, that nothing comes between.
//     The last of them opens the company: before it there is none to ask, to
//     change or to look back at.
//
//  28. A snapshot saves Open the replay up to an event, and is no authority: the
//     log must have that event, and without the snapshot the company is the same.
//
//  29. A [Company.WhatIf] judges as a Do would now and does nothing: its error is
//     that of the Do, and the policy after it the one that the Do leaves. It is
//     told to the observers, so that nobody can probe unseen.
//
// A change never adds to its actor's capabilities, end of access or report
// levels, except at a report that they create, nor to their accounts, except by
// those that somebody who sees all data connects. The grant of a successor, or of
// a creator who is named, has no end, even if the actor's access has one: a report
// must keep a creator.
//
// All this holds for one user id. With a second one a user manager can have every
// role that they may grant, and two users who collude can do what both can. It
// does not bind the host either, whose documents and systems ask nobody.
//
// # The log
//
// The log that you pass has one [audit.Event] for each Do: who made the changes,
// why, and in Targets the resources they concern, such as "user:bob". If messages
// of it were delivered, one more follows, by the system "delivery". Each
// [audit.Change] has as Type the name that errors show, such as
// "team.add-member", and as Data the JSON of the value that you passed, with its
// outcomes and without secrets. What is personal (names and addresses of people,
// notes about them) stands under one key of it, "personal". The first event has one change,
// "company.found". If the document is large, the next ones have more of it, each
// in one change, "company.found-part", and the last of them opens the company.
//
// [ReadChanges] turns the changes of an event back into Go values, and
// [Company.History] reads the log as such: what concerns somebody, what somebody
// did, in which time. The types of the log, and what each does:
//
//	company.found         Founded              begins the company, with its document
//	company.found-part    FoundedPart          has more of a large document
//	company.set-name      SetCompanyName       names the company
//	company.set-limits    SetLimits            sets or lifts limits, such as seats
//	catalog.replace       ReplaceCatalog       replaces the role catalog
//	clock.correct         CorrectClock         sets time back to the clock
//	owner.transfer        TransferOwnership    hands the first role over
//	user.add              AddUser              adds a user without an invitation
//	user.edit             EditUser             edits the name
//	user.change-address   ChangeAddress        gives a user another e-mail address
//	user.set-role         SetRole              gives a user another role
//	user.suspend          SuspendUser          takes all access away for a time
//	user.reinstate        ReinstateUser        gives it back
//	user.set-expiry       SetEnd               sets, moves or lifts the end of access
//	user.remove           RemoveUser           removes a user for good
//	team.create           CreateTeam           makes a team
//	team.edit             EditTeam             edits name or description
//	team.delete           DeleteTeam           deletes a team, with what hangs on it
//	team.add-member       AddMember            adds a user to a team
//	team.set-member-end   SetMemberEnd         sets, moves or lifts the end of a membership
//	team.remove-member    RemoveMember         takes a user out of a team
//	team.attach-group     AttachGroup          gives a team a data group
//	team.detach-group     DetachGroup          takes a data group from a team
//	datagroup.create      CreateGroup          makes a data group
//	datagroup.edit        EditGroup            edits name or filter
//	datagroup.delete      DeleteGroup          deletes it, also from its teams
//	source.add            ConnectAccounts      connects accounts
//	source.edit           UpdateAccounts       changes values of accounts
//	source.remove         DisconnectAccounts   disconnects accounts
//	attribute.declare     DeclareAttribute     declares an attribute of accounts
//	attribute.retype      RetypeAttribute      changes its type
//	attribute.drop        DropAttribute        drops it
//	report.create         CreateReport         makes a report, with its creator
//	report.set            RenameReport         renames a report
//	report.name-creator   NameCreator          gives a report without a creator one
//	report.delete         DeleteReport         deletes a report, with its grants
//	report.share          ShareReport          shares a report with a user or a team
//	report.unshare        UnshareReport        takes a grant back
//	link.make             MakeLink             makes a share link
//	link.revoke           RevokeLink           ends a share link
//	invitation.send       Invite               invites an address
//	invitation.resend     ResendInvitation     sends a new message, with a new secret
//	invitation.amend      AmendInvitation      changes what is offered, and sends it
//	invitation.revoke     RevokeInvitation     takes an invitation back
//	invitation.delivered  RecordDelivery       records that a message was delivered
//	invitation.redeliver  RedeliverInvitation  gives a lost message out again
//	invitation.accept     AcceptInvitation     makes the invited person a user
//	invitation.decline    DeclineInvitation    closes an invitation at the person's wish
//
//	review.schedule       ScheduleReviews      says after how many months a review is due
//	review.open           OpenReview           opens a review of everybody who has access
//	review.decide         DecideItem           decides about an item of a review
//	review.close          CloseReview          closes a review
//
// # Zero values
//
// The zero [Actor] may change nothing. The zero [Limits] bound nothing. The zero
// [Config] takes the time and randomness from the operating system, knows no
// systems, has no observer and sends no invitations.
//
// # Concurrency
//
// A [Company] is safe for any number of goroutines. Reading takes no locks.
// Writers take turns within a process. Between processes that share a log the
// log decides, and the one that comes second judges again. What another process
// appended is not known here before a [Company.Sync], which [Company.Follow] calls,
// or a Do that comes second: until then access that it took away is still allowed,
// and a Do that it made possible may be refused. So run Follow, with
// [Config.MaxAge] as the bound, and where an answer must know of a change, let
// [Company.WaitFor] wait for its number.
//
// # Errors
//
// Errors are an [*Error]. A refusal by Decide wraps a [*access.DeniedError];
// any other refusal wraps a variable of this package, and where Decide finds that
// a user, role, team or data group does not exist, both. Nothing is stored then.
// [ErrUncertain] is the one case in which something may be.
//
// The text of an Error is for the person who is refused. It names nothing that
// they may not know of: "denied: out-of-reach" does not tell whether there is such
// a report, and "user "bbo" does not exist; did you mean "bob"?" is said to those
// who may read the directory. Put [Error.Detail] into your own log: it has the rest.
package company
