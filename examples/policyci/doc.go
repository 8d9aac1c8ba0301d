// Package policyci is a directory in which a team keeps its policy. It has all
// that people who do not read code need to review a pull request:
//
//	policy.json     the policy document
//	stories/        what people can and cannot do, in their own words
//	access.lock     who may do what, written by the test and read in the review
//	policy_test.go  all of the Go code: it runs the stories, compares the lock,
//	                measures the coverage, and refuses gains that nobody meant
//	ci.yml          the same in GitHub Actions
//
// There is nothing to import. To try it:
//
//	go test ./examples/policyci           # does the policy say what it should?
//	go test ./examples/policyci -update   # then read the difference of access.lock
//
// To see what a mistake looks like, change policy.json and test again. The file
// mistakes_test.go makes five; their output is in testdata.
//
// A pull request that takes access away passes. One that gives access fails in
// TestNoNewAccess, with the names of those who gain it and by which route, until a
// person with that right adds the label grants-access. That test reads a file
// outside of the module, so ci.yml runs it with -count=1.
package policyci
