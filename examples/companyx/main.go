// Companyx prints who sees what in a company, and answers single questions with their explanation.
//
// The company comes from a policy document: the path given as argument, or else the embedded companyx.json, a company with
// accounts in six countries, a data group for each country, and nine teams that hold them. From the top of the module:
//
//	go run ./examples/companyx
//	go run ./examples/companyx -as mia -do account.view -on account:de-search
//	go run ./examples/companyx -h
//
// It shows how a service loads a policy from a file: access.Load reports all that is wrong with the document at once, Policy.Document
// lists what exists, and the policy gives every answer in the output.
package main

import (
	_ "embed"
	"os"
)

//go:embed companyx.json
var companyx []byte

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}
