package console

import "github.com/ambit-authz/ambit/access"

// RoutePaths returns the paths of all pages.
func RoutePaths() []string {
	var all []string
	for _, r := range routes() {
		all = append(all, r.Path)
	}
	return all
}

// FormNames returns the names of all forms.
func FormNames() []string {
	var all []string
	for _, f := range forms() {
		all = append(all, f.Name)
	}
	return all
}

// KeysOf returns the parameters that say what a form is about, and "new" if it
// draws an id.
func KeysOf(name string) []string {
	for _, f := range forms() {
		if f.Name == name {
			return f.Keys
		}
	}
	return nil
}

// DenialWords returns how the pages say a reason.
func DenialWords(reason access.Reason) string { return denialText(reason).English }
