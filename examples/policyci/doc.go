// Package policyci is a directory in which a team keeps its policy, with all
// that a pull request needs to be reviewed by somebody who does not read code:
//
//	policy.json     the policy document
//	stories/        what people can and cannot do, in their own words
//	access.lock     who may do what, written by the test and read in the review
//	policy_test.go  the whole of the Go code: it runs the stories, compares the
//	                lock, measures the coverage, and refuses unmeant gains
//	ci.yml          the same in GitHub Actions
//
// It holds nothing to import. To try it:
//
//	go test ./examples/policyci           # does the policy say what it should?
//	go test ./examples/policyci -update   # then read the difference of access.lock
//
// To see what a mistake looks like, change policy.json and test again. Five are
// made in mistakes_test.go; what they are answered stands below testdata.
//
// A pull request that takes access away passes. One that gives some fails in
// TestNoNewAccess, with the names of those who gain and by which route, until
// somebody who may says that it is meant: with the label grants-access. That test
// reads a file outside of the module, so ci.yml runs it with -count=1.
package policyci
