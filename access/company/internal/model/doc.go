// Package model is a company as SPEC §7–9 describes it, in the plainest form:
// maps, loops, and no index. The tests of package company compare a real
// company with it, and only tests may import it.
//
//	c := model.New(model.Catalog{Roles: roles}, now)
//	c.Users["ann"] = model.User{Email: "ann@x.test", Role: "admin"}
//	answer := c.Do(model.Request{User: "ann", Changes: changes}, config, now)
//
// Where to begin:
//   - the state: [Company], which has the World of the model of package access
//   - §7, changes: [Company.Do] says what must come of a [Request]. There is a
//     file for each kind of object, and types.go has what holds for a type
//   - §8, invitations: what they need is in invitation.go, the commands are in
//     command.go; [Company.OnHold], [Company.Offer] and [Company.Row]
//   - §9, events: [Answer.Recorded] is what the event of a request has; every
//     [Step] of every [Event] is kept, with the company before and after it
//   - §9, register: [Company.Register] and [Company.Pieces] walk that history from
//     its beginning, and so does [Company.Reviews]; [Company.Begin] begins it
//
// Questions to Decide are put to the model of package access. No secret is kept:
// which ones were sent, the test says ([Config].Sent).
//
// A Company is for one goroutine at a time.
package model
