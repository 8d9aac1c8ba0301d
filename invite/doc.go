// Package invite says what an invitation is: an offer to one mailbox, what may
// become of it, and what proves that somebody was sent it.
//
//	rows, err := invite.ReadCSV(file, nil)                                // terms of many invitations
//	proof, err := invite.Verified(address, "https://id.example", "", now) // from the sign-in of the person who accepts
//	link := message.Link()                                                // in the mail that the host sends
//
// # Where to begin
//
// Most programs write [Terms], receive a [Message] to send, and hand over a
// [Proof] and a [Secret] when a person accepts. Package company does the rest. In
// groups:
//
//   - what is offered: [Terms]; from a file: [ReadCSV] with [Row], [Code],
//     [CSVConfig]
//   - what is sent: [Message], [Offer], [Message.Link]
//   - what proves it: [Secret], [ParseSecret], [Proof], [Verified]
//   - what is kept: [Invitation], [ID], [Sponsor], [State], [Digest]
//   - only a store of invitations, such as package company, needs [State.Next],
//     [Command], [NewSecret], [Secret.Digest], [Claim] and [Purpose]
//
// # Rules
//
//  1. An invitation is bound to one address. Package team says which addresses
//     there are and which two are one mailbox.
//  2. It is accepted with two proofs: a [Secret], which only the message to
//     that address has, and a [Proof] that an identity provider verified it.
//  3. Re-sending an invitation, and amending what it offers, makes a new
//     generation with a new secret. The old secret proves nothing from that
//     moment.
//  4. Of a secret only a [Digest] is kept. It is bound to a [Claim]: purpose,
//     company, invitation, generation and mailbox. For any other it proves
//     nothing.
//  5. Ends are exclusive and compared on every question. No job must run for an
//     invitation to expire.
//  6. What is accepted, declined or revoked stays so.
//  7. A message that was not delivered was not sent. Giving it out again makes a
//     new generation, too, and leaves the [Sponsor] and the offer as they are.
//  8. A message is data: who invites whom to what, and a link whose origin the
//     host configured. Escape the texts in it for wherever you write them.
//  9. A file of invitations is read row by row, each with a [Code] of its own.
//     What spreadsheets write and nobody means is passed over. Any text may begin
//     with a sign that starts a formula: escape it where you write a file for a
//     spreadsheet.
//  10. In JSON, what is personal in the [Terms] stands under one key, "personal".
//
// The package knows meaning, not storage: the store decides who may send an
// invitation, and that an address has one at a time.
//
// # States
//
// [State.Next] returns the next state after a command, or an error, by this
// table. For send, the state is that of the invitation sent last to the
// address.
//
//	          send        resend       amend        accept       decline      revoke       redeliver
//	none      pending     ErrNone      ErrNone      ErrNone      ErrNone      ErrNone      ErrNone
//	pending   ErrPending  pending      pending      accepted     declined     revoked      pending
//	expired   pending     pending      ErrExpired   ErrExpired   ErrExpired   revoked      ErrExpired
//	accepted  pending     ErrAccepted  ErrAccepted  ErrAccepted  ErrAccepted  ErrAccepted  ErrAccepted
//	declined  pending     ErrDeclined  ErrDeclined  ErrDeclined  ErrDeclined  ErrDeclined  ErrDeclined
//	revoked   pending     ErrRevoked   ErrRevoked   ErrRevoked   ErrRevoked   ErrRevoked   ErrRevoked
//
// Send makes another invitation and leaves the one before as it is.
//
// # Zero values
//
// The zero [Secret] proves nothing, the zero [Digest] matches nothing, not even
// the zero Secret, and the zero [Proof] proves no address. The zero [State] is
// that there is no invitation, the zero [Command] does nothing, and the zero
// [Code] is that of a row that was not looked at. The zero [Terms] are not
// valid: they have no address. A zero end never comes.
//
// # Concurrency
//
// Everything here is a value and may be used by any number of goroutines.
// Functions keep nothing and change none of their arguments.
//
// # Errors
//
// Every error is an [*Error]. It wraps one of the sentinels of this package, or
// the error of the reader that you passed, and has the line where a file could
// not be read. A row has a [Code] to branch on, and an error for people. No
// error has a secret in it, or any part of one.
package invite
