// Package story reads story files, which say in words what a policy should
// answer, and compares them with a policy. Everything it finds is data: it does
// not know package testing, and prints nothing. Package accesstest documents the
// files and reports what is found here:
//
//	suite := story.Read(policy, files)
//	for _, s := range suite.Stories {
//		for _, failure := range s.Failures(policy) {
//			fmt.Println(failure)
//		}
//	}
//	fmt.Println(story.Cover(policy, suite))
//
// # Where to begin
//
//   - [Read] parses and checks the files: [Suite], [Story].
//   - [Story.Failures] compares one story with a policy: [Failure], [Texts].
//   - [Cover] finds the parts of the policy that no story would miss: [Coverage].
//   - [Facts] reads a small company for a test from a few lines, and [ParseDay] a
//     time.
//
// # Rules
//
//  1. A file is parsed without a policy: the parser knows lines and words.
//  2. A parsed story is then checked against one policy: what it names must
//     exist, and no two lines may contradict each other.
//  3. A story with a mistake is not compared with the policy.
//  4. Finding a failure is cheap. Its text may cost a hundred times as much, so
//     it is made only when somebody asks for it.
//
// # Zero values
//
// The zero Suite has no stories. The zero Story and a nil policy are valid: a nil
// policy is that of an empty company.
//
// # Concurrency
//
// A Suite is not changed after Read returns it, so several goroutines may use it
// at once.
//
// # Errors
//
// [Facts] and [ParseDay] alone return one. A file that cannot be read is a
// [Failure].
package story
