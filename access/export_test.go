package access

// DecideGenerally is [Policy.Decide] by the steps alone, without the short way.
func DecideGenerally(p *Policy, s Subject, a Action, r Resource) Decision {
	q := question{p: p.ready(), Decision: &Decision{Subject: s, Action: a, Resource: r}}
	q.decide()
	return *q.Decision
}

// DecideShortly is [Policy.Decide] by the short way alone, and reports whether that
// decides.
func DecideShortly(p *Policy, s Subject, a Action, r Resource) (d Decision, decides bool) {
	d.Subject, d.Action, d.Resource = s, a, r
	decides = p.ready().decidePlain(&d, s.id, r.id)
	return d, decides
}
