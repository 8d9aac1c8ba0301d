package company

// Person is what a change has about a person that is theirs. In the log it
// stands under one key, "personal", so that it can be kept apart from the rest.
type Person struct {
	Name  string `json:"name,omitempty"`
	Email string `json:"email,omitempty"`
}

// IsZero reports whether nothing is said about the person.
func (p Person) IsZero() bool { return p == Person{} }
