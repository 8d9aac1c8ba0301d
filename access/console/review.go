package console

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/team"
)

// runReviews are the readers of reviews.
var runReviews = []access.Action{access.RunReview}

func reviewRoutes() []route {
	return append(listRoutes(route{Path: "/review", Rights: runReviews, Show: showReview}, saveReview),
		route{Path: "/reviews", Menu: say("Reviews"), Under: oversightSection, Rights: runReviews, Show: showReviews},
		route{Path: "/review/evidence", Rights: []access.Action{access.RunReview, access.ReadAudit}, All: true, Show: saveEvidence},
	)
}

// A page of a review shows so many items, as each open one has a form, and so many
// findings.
const (
	itemsSize    = 20
	findingsSize = 50
)

// reviewsPage is all reviews.
type reviewsPage struct {
	Reviews []reviewView
	Open    bool // one of them is
	Offers  []offer
}

// reviewView is a review as a page shows it.
type reviewView struct {
	audit.Review
	Opener, Closer string
	IsOpen         bool
}

func (v *visit) reviewView(r audit.Review) reviewView {
	return reviewView{r, v.actor(r.OpenedBy), v.actor(r.ClosedBy), r.Closed.IsZero()}
}

// showReviews answers with all reviews, the latest first.
func showReviews(v *visit) (*answer, error) {
	var p reviewsPage
	for r := range v.moment.Reviews() {
		p.Reviews = append(p.Reviews, v.reviewView(r))
		p.Open = p.Open || r.Closed.IsZero()
	}
	slices.Reverse(p.Reviews)
	p.Offers = v.offers("reviews")
	return &answer{Template: "reviews.html", Title: say("Reviews"), Data: p}, nil
}

// reviewPage is a review to work through.
type reviewPage struct {
	Review   reviewView
	All      bool // not only what is open
	Open     int  // how many items are open
	Items    []itemView
	Findings []findingView
	More     int // findings that are not listed
	Files    []saved
	Next     string
	Evidence string // the link to it; "" for those who may not read the log
	Offers   []offer
}

// itemView is an item, with what its form sends.
type itemView struct {
	audit.ReviewItem
	Row           registerRow
	Name          string
	Link          string // to the page of the person; "" if there is none, or not for the reader
	ReviewerName  string
	DecisionText  phrase
	Changed, Done ref
	Own           bool   // it is about the reader, who cannot decide about it
	Send          []sent // nil if the item is not open
}

// ref is an event that a page refers to. There is no link for those who may not
// read the log.
type ref struct {
	Seq  uint64
	Link string
}

// findingView is what a review has left to be done, as a page shows it.
type findingView struct {
	audit.Finding
	What         phrase
	DecisionText phrase
	Name         string
	Link         string
	Event        ref
}

// showReview answers with a review: what is open, unless all of it is asked for.
func showReview(v *visit) (*answer, error) {
	id := v.asked("id")
	review, ok := v.moment.Review(id)
	if !ok {
		return nil, missing("review", id)
	}
	p := reviewPage{Review: v.reviewView(review), Files: v.files("/review"), Offers: v.offers("review", "review", id)}
	p.All = v.asked("all") != "" || !p.Review.IsOpen
	if !p.Review.IsOpen && v.mayRead(readAudit) {
		p.Evidence = v.link("/review/evidence", "id", id)
	}
	v.addFindings(&p)
	v.addItems(&p)
	return &answer{Template: "review.html", Title: say("Review %s", id), Data: p}, nil
}

// addFindings adds what is left to be done, and counts what is open. Before a
// review is closed, that an item is open is no news.
func (v *visit) addFindings(p *reviewPage) {
	for f := range v.moment.Findings(p.Review.ID) {
		if f.Kind == audit.FindingOpen || f.Kind == audit.FindingDrift {
			p.Open++
		}
		switch {
		case f.Kind == audit.FindingOpen && p.Review.IsOpen:
		case len(p.Findings) == findingsSize:
			p.More++
		default:
			shown := findingView{Finding: f, What: describeFinding(f), DecisionText: decisionText(f.Decision), Link: v.accessLink(userOf(f.Row)), Event: v.ref(f.Event)}
			if f.Row != "" {
				shown.Name = v.rowNamed(f.Row)
			}
			p.Findings = append(p.Findings, shown)
		}
	}
}

// addItems adds a part of the items.
func (v *visit) addItems(p *reviewPage) {
	query := company.RowQuery{After: v.asked("after"), Limit: itemsSize + 1, Open: !p.All}
	for item := range v.moment.ReviewItems(p.Review.ID, query) {
		if len(p.Items) == itemsSize {
			p.Next = v.with("after", p.Items[itemsSize-1].Row.Key())
			break
		}
		shown := itemView{
			ReviewItem: item, Row: v.registerRow(v.moment, item.Row), Name: cmp.Or(item.Row.Name, item.Row.User, item.Row.Email),
			Link: v.accessLink(item.Row.User), ReviewerName: v.actor(item.Reviewer), DecisionText: decisionText(item.Decision),
			Changed: v.ref(item.Changed), Done: v.ref(item.Done),
			Own: team.UserID(item.Row.User) == v.reader,
		}
		if p.Review.IsOpen && item.Decision == "" && !shown.Own {
			shown.Send = v.sends("review.decide", "review", p.Review.ID, "row", item.Row.Key(), "after", v.asked("after"))
		}
		p.Items = append(p.Items, shown)
	}
}

// sends returns what a form on another page than its own sends along, with the
// parameters that say of what, in pairs.
func (v *visit) sends(name string, pairs ...string) []sent {
	all := []sent{{"do", name}, {"for", string(v.reader)}, {"since", seqText(v.moment.Checkpoint().Seq)}}
	for i := 0; i+1 < len(pairs); i += 2 {
		all = append(all, sent{pairs[i], pairs[i+1]})
	}
	return all
}

// ref refers to an event.
func (v *visit) ref(seq uint64) ref {
	if seq == 0 || !v.mayRead(readAudit) {
		return ref{Seq: seq}
	}
	return ref{seq, v.link("/event", "seq", seqText(seq))}
}

// accessLink leads to what somebody has, "" for nobody, and for those who may not
// read it.
func (v *visit) accessLink(user string) string {
	if user == "" || !v.mayRead(readAudit) {
		return ""
	}
	return v.link("/access", "id", user)
}

// saveReview answers with all items of a review as a file.
func saveReview(v *visit, f format) (*answer, error) {
	id := v.asked("id")
	if _, ok := v.moment.Review(id); !ok {
		return nil, missing("review", id)
	}
	return save(f, "review-"+id, audit.ReviewList(v.moment.ReviewItems(id, company.RowQuery{})))
}

// saveEvidence answers with the evidence of a closed review, an archive that has
// the log in it.
func saveEvidence(v *visit) (*answer, error) {
	id := v.asked("id")
	if review, ok := v.moment.Review(id); !ok || review.Closed.IsZero() {
		return nil, missing("closed review", id)
	}
	var archive bytes.Buffer
	if err := v.console.company.WriteEvidence(v.Context(), &archive, id); err != nil {
		return nil, err
	}
	return &answer{File: &file{Name: "evidence-" + id + ".zip", Type: "application/zip", Data: archive.Bytes()}}, nil
}
