package console

import (
	"sync"

	"github.com/ambit-authz/ambit/access"
)

// The tables are made once, as the laws ask for them at every link.
var (
	allRoutes = sync.OnceValue(routes)
	allForms  = sync.OnceValue(forms)
)

// RoutePaths returns the paths of all pages.
func RoutePaths() []string {
	var all []string
	for _, r := range allRoutes() {
		all = append(all, r.Path)
	}
	return all
}

// FormNames returns the names of all forms.
func FormNames() []string {
	var all []string
	for _, f := range allForms() {
		all = append(all, f.Name)
	}
	return all
}

// KeysOf returns the parameters that say what a form is about, and "new" if it
// draws an id.
func KeysOf(name string) []string {
	for _, f := range allForms() {
		if f.Name == name {
			return f.Keys
		}
	}
	return nil
}

// DenialWords returns how the pages say a reason.
func DenialWords(reason access.Reason) string { return denialText(reason).English }

// MenuPaths returns the paths of the pages of the navigation.
func MenuPaths() []string {
	var all []string
	for _, r := range routes() {
		if r.Menu.is() {
			all = append(all, r.Path)
		}
	}
	return all
}

// ActionWords returns how the pages say an action.
func ActionWords(a access.Action) string { return texts(nil).plain(actionText(a)) }
