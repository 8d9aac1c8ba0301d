package persist

// Token is the right to change nodes in place. One edit makes one Token, hands
// it to every mutating call it makes, and drops it when it is done.
//
// Every node records the Token that made it. A mutating call changes a node in
// place if the node was made with the same Token, and otherwise writes to a
// copy that it makes its own. So an edit pays for each node once, however often
// it comes back to it; two edits from one base have different Tokens, and
// neither sees what the other writes; and the base never changes, since nobody
// holds the Tokens it was made with any more. Dropping the Token is what
// freezes a container: there is no call for it.
//
// A container must not be read by another goroutine, copied for keeps, or
// handed to another Token while the Token it was last changed with is still in
// use; such a copy may or may not see later writes. A nil Token is not allowed
// in any call that changes something.
type Token struct {
	_ byte // two Tokens must have two addresses, which values of size zero need not
}

// NewToken returns a Token that is equal to no other, however long the other
// has been out of use: nodes keep the Token they were made with alive.
func NewToken() *Token {
	return new(Token)
}
