// Package console has pages for a company, to be mounted beside a host's own:
// who there is, who sees what and why, what is due, and every change that people
// make by hand, with who would gain and who would lose before it is made.
//
//	pages, err := console.New(acme, &console.Config{User: session.User, Prefix: "/admin"})
//	…
//	mux.Handle("/admin/", pages)
package console
