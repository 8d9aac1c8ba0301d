// Package model is a naive reference for package access: SPEC.md §2 to §6 as
// loops over plain maps. Tests compare a real [access.Policy] with it.
//
// Only tests, and models that build on this one, may import it; a guard of
// package access says so. It takes types from package access (a level, a
// decision, an edit) and none of the code that decides. It answers every
// question by looking at everything, and keeps no index that could be wrong.
//
//	w := model.New(model.HostCatalog())
//	w.SetUser("u1", model.User{Email: "u1@x.test", Role: "chief"})
//	d := w.Decide(model.InCompany("u1"), "report.create", model.Resource{Kind: "company"})
//
// Where to begin:
//   - the state: [World], [New], [World.Clone], [World.Compile]
//   - questions: [World.Decide], [World.View], [Subject], [Resource], [World.Questions]
//   - changes: [World.SetUser] and the other methods of World that return
//     whether the change can be made; [Change] is one for a World and an Edit
//   - random worlds, questions and changes: [Draw]
//   - what a random test reached: [Branches]
//
// A World is for one goroutine at a time.
package model
