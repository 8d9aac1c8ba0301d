// Package diff compares two policies: who gains and who loses, what, by which
// route, and for how long.
//
//	for gain := range diff.Compare(old, next).Gains() {
//		fmt.Println(gain)
//	}
//
// prints what a change of a policy allows that was denied before it:
//
//	tom may act in team lab until 2027-01-01T00:00:00Z
//	tom sees account de-lab, us-lab until 2027-01-01T00:00:00Z (team lab, data group tests)
//
// Each line is also a value, a [Right], so that a page can show it in another way,
// and a program can ask for approval of what it gives.
//
// # Where to begin
//
//   - Most programs use [Compare], [Diff.Gains] and [Diff.Losses] only.
//   - In brief, within limits: [Diff.Summary], with [Limits] and a [Total] of each
//     side.
//   - A gain or loss: [Right], with its [Kind] and its [Route].
//   - How many accounts users gain and lose, at one time: [CountAccounts].
//   - What the change of a data group's filter can do to any account there may be:
//     [FilterChanges].
//   - Whether two policies are of one company at all: [Doubts].
//   - What one policy decides, in words: [Describe].
//
// # Rules
//
//  1. The comparison is exact. At any time, the next policy allows a question that
//     the old one denies if and only if a gain covers that question at that time.
//     A gain covers a question of its subject about one of its actions at one of
//     its resources, from From until Until.
//  2. Some gains cover more than their own resources. A right at an account covers
//     what belongs to the account. A right at company level covers the user's
//     sessions. A ReportLevel covers all actions at the report, and a TeamSession
//     covers everything in the session. The policy still decides which of these
//     are allowed.
//  3. Losses are the gains of the opposite comparison, value for value.
//  4. Only ids are compared. A new team is a gain of everybody who may edit teams.
//     New users gain all that they may do.
//  5. Ends count whether or not they are past. No clock is read: the result
//     depends on the two policies only, and not on the day. [CountAccounts] is the
//     exception; it is about the time of the policies.
//  6. The order is fixed, see [Diff.Gains]. What is equal but for the resources is
//     one Right.
//
// # Zero values
//
// The zero Diff has no gains and no losses. The zero Right is no right. The zero
// [FilterEffect] is [Unknown]. A nil policy is that of an empty company, so
// Compare(nil, policy) lists all that a policy allows.
//
// # Concurrency
//
// A Diff is safe for concurrent use, and so are several iterations over one Diff.
//
// # Errors
//
// Any two policies can be compared, so nothing returns an error. [Doubts] says
// whether comparing them makes sense.
package diff
