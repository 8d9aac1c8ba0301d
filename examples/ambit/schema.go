package main

import _ "embed"

// documentSchema is the JSON Schema of a policy document, for editors. It accepts
// every document that is in order. What it cannot say, such as that a user of a
// team exists, ambit check finds.
//
//go:embed schema.json
var documentSchema []byte

// schema writes the JSON Schema of the document.
func schema(c *call) (int, error) {
	_, err := c.out.Write(documentSchema)
	return statusYes, err
}
