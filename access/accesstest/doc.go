// Package accesstest tests a policy with go test, in words that the people whose
// access it is about can read and review. The smallest test is a story, a file
// named tom.story beside the test:
//
//	story Tom works for the Americas
//	sees tom us-search us-social
//	deny tom account.view account:de-search because out-of-reach
//
// and a test that compares the policy with all stories:
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
// # Where to begin
//
//   - [Run] compares the policy with stories. Most programs begin with it.
//   - [Coverage] lists the parts of the policy that no story would miss.
//   - [Lock] keeps who may do what in a file beside the policy, so that a review
//     shows whose access changes.
//   - [NoNewAccess] refuses a policy that allows more than another one. Package
//     [github.com/ambit-authz/ambit/access/diff] has the same as data.
//   - [Company], [SignIn], [Subject] and [Clock] are for tests of your own
//     handlers: a company in a few lines, who asks, and a time that stands still.
//     The first example has all four.
//
// # Story files
//
// A story file has a name that ends in .story:
//
//	# Everything after a # is a comment.
//	story Tom works for the Americas
//	at 2027-01-01
//	allow tom account.view account:us-search
//	deny  tom account.view account:de-search because out-of-reach
//	sees  tom us-search us-social
//	opens tom q3
//	team americas sees us-search us-social
//	team americas
//	deny  tom source.edit account:us-search because no-capability
//
//	story Only Ada changes sources
//	matrix
//	  subjects   tom mia ada
//	  actions    source.edit source.remove
//	  resources  account:us-search account:de-search
//	  allow ada source.edit source.remove account:us-search account:de-search
//	end
//
// These are the lines:
//
//	story TITLE                                     begins a story
//	at DAY                                          sets the time of the following lines: 2027-01-01, which begins in UTC, or RFC 3339
//	team TEAM                                       asks the following lines in sessions within that team
//	company                                         asks the following lines at company level again
//	allow SUBJECT ACTION RESOURCE [because REASON]  the policy allows it
//	deny SUBJECT ACTION RESOURCE [because REASON]   the policy denies it
//	sees SUBJECT ACCOUNT...                         the subject sees exactly these accounts; or everything
//	sees SUBJECT nothing [because REASON]           the subject sees no account
//	sees SUBJECT at least ACCOUNT...                the subject sees these accounts, and maybe others
//	opens SUBJECT REPORT...                         the subject may view exactly these reports; or everything
//	opens SUBJECT nothing [because REASON]          the subject may view no report
//	opens SUBJECT at least REPORT...                the subject may view these reports, and maybe others
//	team TEAM sees ACCOUNT...                       the team's data groups match exactly these accounts; or everything, or nothing
//	team TEAM sees at least ACCOUNT...              the team's data groups match these accounts, and maybe others
//	matrix                                          begins a matrix, which has these lines:
//	  subjects SUBJECT...
//	  actions ACTION...
//	  resources RESOURCE...
//	  allow SUBJECT... ACTION... RESOURCE...        the policy allows these, every combination of them
//	  end                                           and denies all other combinations
//
// A SUBJECT is the id of a user, or link and the id of a share link, or nobody. A
// REASON is the code of an [access.Reason]. A RESOURCE is written as
// [access.Resource.UnmarshalText] reads it. It has a kind that is built in, as company,
// account:us-1 and report:q3 have, or one that the catalog declares: campaign:c1 in
// account:us-1 if its things are in an account, budget:b1 if they belong to the
// company. Resources of every kind may stand wherever there is a RESOURCE.
//
// Put a word in double quotes, as in Go, if it has a space, has or begins with a
// quote of any form, begins with #, or ends in a comma or a semicolon. In quotes
// link, nobody, nothing, everything, in, at, sees and because are ids like any
// other.
//
// What a team sees depends on no user, time or session, so a line about it may
// stand anywhere in a story, and no at or team above it has a bearing on it. A
// list with at least is not compared with what else there is, so it stays true
// when an account is added.
//
// # Rules
//
//  1. Every story is a subtest with its title as the name, in the order of the
//     files' names. Each title is used once; as in a subtest's name, a space
//     equals a _.
//  2. Nothing is skipped silently. These are mistakes: a line that cannot be
//     read, an at or team with no question under it, a story without a question,
//     a file without a story, a file named a.story.txt, a directory without a
//     file. Only what editors and merges leave beside a file is passed over, as
//     .a.story.swp, #a.story#, a.story~ and a.story.orig are. A story with a
//     mistake fails, and is not compared with the policy. What many lines have in
//     common, such as a user who is suspended or an id that nothing has, is told
//     once and first, with all their lines. Up to a hundred texts of a story are
//     reported, with file and line.
//  3. What a line names must exist, and its action must be one that is asked of
//     such a resource. A misspelled id is denied everything, so a deny of it
//     would hold for the wrong reason.
//  4. A line may name something unknown, or a resource that the action is not
//     asked of, only if it expects that, as in deny zoe … because unknown-user and
//     deny tom … because wrong-kind. The same is true of a subject who is
//     denied everything: one who is suspended, ended or not-a-member of the team,
//     and a link that is link-ended, link-expired, or link-paused since that is true
//     of its maker. Matrices give no reasons, so they have no such subjects.
//  5. A line that repeats another line of its story is a mistake. So is an allow
//     of what any line of any story denies, and the other way round.
//  6. A line without an at must hold at all times: both while nothing has ended
//     and after everything with an end has ended. So no test begins to fail on
//     some day, and the policy's own clock is not read.
//  7. A matrix does not ask an action of a resource that it is never asked of.
//     But each action must go with some resource of the matrix, and each resource
//     with some action.
//  8. In an allow line of a matrix the first word is a subject. The next word that
//     is among the actions of the matrix ends the subjects, and the next one that
//     is not begins the resources. A line that could be read in two ways, because
//     a word is among the subjects and the actions, is a mistake.
//  9. The limits are 1 MiB for a file, 16 KiB for a line, 1,000 files, 10,000
//     questions for a matrix and 100,000 for the matrices of a file. Lines may
//     end as on Windows. Other control characters are mistakes, those for the
//     direction of writing included.
//  10. A test that reads a policy from outside its module must run with -count=1:
//     go test does not see that such a file changed, and repeats its last result.
//
// # Zero values
//
// For stories a nil policy is that of an empty company, in which no name exists.
// [Lock] and [NoNewAccess] refuse a nil policy. A nil file system is a mistake.
// [Company] without facts is an empty company, and takes a nil Config.
//
// # Concurrency
//
// Call everything here from the goroutine of the test. A policy is only read, so
// several tests may share it. What [Subject] and [Clock] return, and [SignIn], may
// be called from any goroutine.
//
// # Errors
//
// Whatever is wrong fails the test. Nothing returns an error, and nothing panics.
package accesstest
