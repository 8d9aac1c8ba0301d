package console

import (
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/admission"
)

// plainError is a page that only says why there is no other.
type plainError struct {
	status int
	text   phrase
}

func (e *plainError) Error() string { return e.text.English }

func (e *plainError) page() *answer {
	return &answer{Status: e.status, Template: "refused.html", Title: refusalTitle(e.status), Data: refusal{Status: e.status, Text: e.text}}
}

// refuseOrigin answers a form that did not come from a page of this host. It may
// be an attack, or a proxy that the console was not told of, so the host is told.
func (c *console) refuseOrigin(w http.ResponseWriter, v *visit, err error) {
	told := fmt.Errorf("console: form from another origin: %w: Origin %q, Host %q, Sec-Fetch-Site %q; Config.Origins has %q",
		err, v.Header.Get("Origin"), v.Host, v.Header.Get("Sec-Fetch-Site"), c.Origins)
	if c.OnError != nil {
		c.OnError(v.Context(), told)
	} else {
		slog.Default().WarnContext(v.Context(), told.Error())
	}
	plain := &plainError{http.StatusForbidden, say("This form came from another address than this page's. Open the page again.")}
	c.write(w, v, plain.page())
}

// refusalTitle is the heading of the page of a failure.
func refusalTitle(status int) phrase {
	switch status {
	case http.StatusBadRequest:
		return say("This cannot be understood")
	case http.StatusUnauthorized:
		return say("You are not signed in")
	case http.StatusForbidden:
		return say("You may not do this")
	case http.StatusNotFound:
		return say("There is no such page")
	case http.StatusMethodNotAllowed:
		return say("This page only shows")
	case http.StatusRequestEntityTooLarge:
		return say("That was too much")
	case http.StatusServiceUnavailable:
		return say("There is no answer at the moment")
	case http.StatusNotImplemented:
		return say("This cannot be done here")
	}
	return say("Something is wrong here")
}

// refusalText says what to do about a failure.
func refusalText(f admission.Failure) phrase {
	switch f.Status {
	case http.StatusUnauthorized:
		return say("Nothing was changed. Sign in and try again: what you typed is kept.")
	case http.StatusForbidden:
		return denialText(f.Public.Reason)
	case http.StatusNotFound:
		return say("It does not exist, or it is not for you to see.")
	case http.StatusMethodNotAllowed:
		return say("Open it by a link.")
	case http.StatusRequestEntityTooLarge:
		return say("Shorten what you typed, and send it again.")
	case http.StatusServiceUnavailable:
		return say("Try again in a moment.")
	case http.StatusBadRequest:
		return phrase{}
	}
	return say("It is not your fault, and somebody has been told. Try again later.")
}

// denialText says in words what the reason of a denial means to the person who
// is denied.
func denialText(reason access.Reason) phrase {
	switch reason {
	case access.ReasonUnknownUser, access.ReasonNoSubject:
		return say("You are not a user here. Ask somebody who invites people.")
	case access.ReasonSuspended:
		return say("Your access is suspended. Ask somebody who manages users.")
	case access.ReasonEnded:
		return say("Your access has ended. Ask somebody who manages users.")
	case access.ReasonNoCapability:
		return say("Your role does not let you do this.")
	case access.ReasonNoLevel, access.ReasonLevelTooLow:
		return say("The report is not shared with you at a level that allows this.")
	case access.ReasonUnknownResource, access.ReasonOutOfReach:
		return say("It does not exist, or it is not for you to see.")
	case access.ReasonAboveCeiling:
		return say("The role is not one of those that you manage.")
	case access.ReasonSelf:
		return say("Nobody may do this to themselves. Somebody else can.")
	case access.ReasonLastHolder:
		return say("This is the last person who holds the role. Give the role to somebody else first.")
	case access.ReasonIneligibleTarget:
		return say("This can be handed only to somebody who is active, whose access has no end, and whose role you manage.")
	case access.ReasonRoleFull:
		return say("As many people have this role as may have it.")
	}
	return say("This is not allowed.")
}

// sentence makes a sentence of an error text.
func sentence(text string) string {
	if text == "" {
		return ""
	}
	first, size := utf8.DecodeRuneInString(text)
	text = string(unicode.ToUpper(first)) + text[size:]
	if strings.HasSuffix(text, "?") || strings.HasSuffix(text, ".") {
		return text
	}
	return text + "."
}
