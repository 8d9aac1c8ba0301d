// Package invite says what an invitation is: an offer to one mailbox, what may
// become of it, and what proves that one was sent it.
//
//  1. An invitation is bound to one address. Package team says which addresses
//     there are and which two are one mailbox; its documentation has the
//     vectors.
//  2. It is accepted with two proofs: a [Secret], which only the message to that
//     address has, and a [Proof] that an identity provider verified it.
//  3. Sending anew and changing what is offered make a new generation with a new
//     secret. The old one is dead from that moment.
//  4. Of a secret only a [Digest] is kept. It is bound to a [Claim]: purpose,
//     company, invitation, generation and mailbox. For any other it proves
//     nothing.
//  5. Ends are exclusive and compared when somebody asks. No job must run for an
//     invitation to expire.
//  6. What is accepted, declined or revoked stays so.
//  7. A message is data: who invites whom to what, and a link whose origin the
//     host configured. Escape what is in it for wherever it is written.
//  8. A file of invitations is read row by row, each with a [Code] of its own.
//
// The package knows meaning, not storage: who may send an invitation, and that
// an address has one at a time, is decided where they are kept.
//
// # States
//
// What [State.Next] says about a command in a state: the next state, or the
// error. For send, it is the state of the invitation that was sent to the
// address last.
//
//	          send        resend       amend        accept       decline      revoke
//	none      pending     ErrNone      ErrNone      ErrNone      ErrNone      ErrNone
//	pending   ErrPending  pending      pending      accepted     declined     revoked
//	expired   pending     pending      ErrExpired   ErrExpired   ErrExpired   revoked
//	accepted  pending     ErrAccepted  ErrAccepted  ErrAccepted  ErrAccepted  ErrAccepted
//	declined  pending     ErrDeclined  ErrDeclined  ErrDeclined  ErrDeclined  ErrDeclined
//	revoked   pending     ErrRevoked   ErrRevoked   ErrRevoked   ErrRevoked   ErrRevoked
//
// Send makes another invitation and leaves the one before as it is.
//
// # Zero values
//
// The zero [Secret] proves nothing, the zero [Digest] matches nothing, not even
// the zero Secret, and the zero [Proof] proves no address. The zero [State] is
// that there is no invitation, the zero [Command] does nothing, and the zero
// [Code] is that of a row nobody looked at. The zero [Terms] are not valid: they
// have no address. A zero end is never.
//
// # Concurrency
//
// Everything here is a value and may be used by any number of goroutines.
// Functions keep nothing and change none of their arguments.
//
// # Errors
//
// Errors wrap one of the sentinels of this package, or the error of the reader
// that was passed. A file that cannot be read gives an [*Error], which has the
// line; a row has a [Code] to branch on, and an error for people. No error has a
// secret in it, or any part of one.
package invite
