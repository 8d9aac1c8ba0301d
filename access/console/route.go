package console

import (
	"slices"

	"github.com/ambit-authz/ambit/access"
)

// route is a page. A row of the table says all that is fixed about it.
type route struct {
	Path   string                        // below the prefix
	Menu   phrase                        // its name in the navigation; none is not there
	Under  section                       // where it stands there
	Rights []access.Action               // at the company, of which one is needed; none is every active user
	All    bool                          // all of them are needed
	Also   []access.Action               // at the company, of which one is needed besides; none is none
	Show   func(*visit) (*answer, error) // makes the page, or says with an error of package admission why there is none
	Posts  bool                          // it takes what a form sends
}

// section is a part of the navigation. The zero section has no heading, and comes
// first.
type section int

const (
	companySection section = iota + 1
	dataSection
	sharingSection
	oversightSection
)

// sections are the headings of the navigation, each at the place of its section.
func sections() []phrase {
	return []phrase{{}, say("Company"), say("Data"), say("Sharing"), say("Oversight")}
}

// routes are all pages, in the order of the navigation. What a page shows of
// one thing is for its Show to ask.
func routes() []route {
	return slices.Concat(
		[]route{
			{Path: "/", Menu: say("You"), Show: showHome},
			{Path: "/change", Show: showChange, Posts: true},
		},
		peopleRoutes(),
		invitationRoutes(),
		teamRoutes(),
		groupRoutes(),
		accountRoutes(),
		attributeRoutes(),
		pictureRoutes(),
		reportRoutes(),
		linkRoutes(),
		whyRoutes(),
		viewAsRoutes(),
		lintRoutes(),
		suggestRoutes(),
		registerRoutes(),
		piecesRoutes(),
		dueRoutes(),
		reviewRoutes(),
		historyRoutes(),
		settingsRoutes(),
	)
}

// readers of the lists of users, invitations, teams and data groups.
var readDirectory = []access.Action{access.ViewDirectory}
