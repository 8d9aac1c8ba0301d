// Package accesstest tests a policy with `go test`, in words that those whose
// access it is about can read and review.
//
// [Run] asks a policy what story files say of it:
//
//	//go:embed policy.json all:stories
//	var files embed.FS
//
//	func TestPolicy(t *testing.T) {
//		data, err := files.ReadFile("policy.json")
//		if err != nil {
//			t.Fatal(err)
//		}
//		policy, err := access.Load(data, nil)
//		if err != nil {
//			t.Fatal(err)
//		}
//		accesstest.Run(t, policy, files)
//		accesstest.Coverage(t, policy, files, 90)
//	}
//
// A story file has a name that ends in .story and looks like this:
//
//	# Everything behind a # is a comment.
//	story Tom works for the Americas
//	at 2027-01-01
//	allow tom account.view account:us-search
//	deny  tom account.view account:de-search because out-of-reach
//	sees  tom us-search us-social
//	opens tom q3
//	team americas
//	deny  tom source.edit account:us-search because no-capability
//
//	story Nobody but Ada changes sources
//	matrix
//	  subjects   tom mia ada
//	  actions    source.edit source.remove
//	  resources  account:us-search account:de-search
//	  allow ada source.edit   account:us-search account:de-search
//	  allow ada source.remove account:us-search account:de-search
//	end
//
// [Coverage] tells which parts of the policy no story would miss. [Lock] keeps
// who may do what in a file beside the policy, so that a review shows whose
// access changes, and [NoNewAccess] refuses a policy that gives more than another.
// Where the other one lies outside of the module, test with -count=1: go test does
// not see that it changes, and would tell what it found the last time.
//
// # Lines
//
//	story TITLE                                     begins a story
//	at DAY                                          the following lines are asked then: 2027-01-01, which begins in UTC, or RFC 3339
//	team TEAM                                       the following lines are asked in sessions within that team
//	company                                         the following lines are asked at company level again
//	allow SUBJECT ACTION RESOURCE [because REASON]  the policy allows it
//	deny SUBJECT ACTION RESOURCE [because REASON]   the policy denies it
//	sees SUBJECT ACCOUNT...                         these are the accounts the subject sees, all of them; or everything
//	sees SUBJECT nothing [because REASON]           the subject sees no account
//	opens SUBJECT REPORT...                         these are the reports the subject may view, all of them; or everything
//	opens SUBJECT nothing [because REASON]          the subject may view no report
//	matrix                                          begins a matrix; these stand in it:
//	  subjects SUBJECT...
//	  actions ACTION...
//	  resources RESOURCE...
//	  allow SUBJECT ACTION RESOURCE...              the policy allows these
//	  end                                           and denies every other subject every other action at every other resource
//
// A SUBJECT is the id of a user, or link and the id of a share link, or nobody.
// A RESOURCE is written as [access.ParseResource] reads it: company,
// account:us-1, "campaign:c1 in account:us-1". A REASON is the code of an
// [access.Reason]. A word with a space, a quote, or a # at its beginning stands
// in double quotes, as in Go; in quotes link, nobody, nothing, everything, in
// and because are ids like any other.
//
// # Rules
//
//  1. Every story is a subtest with its title for a name, in the order of the
//     files' names. A title is used once; as in that name, a space is a _.
//  2. Nothing is passed over. A line that cannot be read, an at or team that
//     nothing is asked under, a story that asks nothing, a file without a
//     story, a file named a.story.txt and a directory without a file are
//     mistakes, and a story with a mistake fails. They are told with file and
//     line, up to a hundred of a story.
//  3. What a line names must exist, and the action be one that is asked of such
//     a resource: a misspelt id is denied everything, so a deny of one would
//     pass for the wrong reason. Only a line that says so, because unknown-user,
//     is free to name an unknown user, and so with the other reasons. Likewise
//     a line that denies must say so if the subject is denied everything, because
//     he is suspended, ended, or not-a-member of the team, or the link link-ended
//     or link-expired. A matrix cannot say it, and so has no such subject.
//  4. A line that says again what its story said is a mistake, and so is an allow
//     of what a line of any story denies, or the other way round.
//  5. Without an at a line must hold at any time: as long as nothing has ended,
//     and when everything that has an end is over. So no test begins to fail
//     because some day has come. The policy's own clock is not asked.
//  6. In a matrix, an action and a resource that do not go together are not
//     asked, but each must go with another one.
//  7. Files are limited to 1 MiB, lines to 16 KiB, a directory to 1,000 files,
//     a matrix to 10,000 questions and a file's to 100,000. Line ends may be
//     those of Windows; other control characters, those for the direction of
//     writing included, are mistakes.
//
// # Zero values
//
// To stories a nil policy is that of an empty company, in which no name exists. A
// nil file system is a mistake.
//
// # Concurrency
//
// Everything here belongs to the goroutine of its test. The policy is only read,
// and may be shared with other tests.
//
// # Errors
//
// What is wrong fails the test, and there is no other way to learn of it. No
// error is returned, and nothing panics.
package accesstest
