package text

import "testing"

func TestActor(t *testing.T) {
	for id, want := range map[string]string{
		"ann": "ann", "systematic": "systematic", "system": "system", "nobody-1": "nobody-1", "": "",
		"system scim": `"system scim"`, "invitee bob@x.test": `"invitee bob@x.test"`, "nobody": `"nobody"`,
		`"system scim"`: `"\"system scim\""`,
	} {
		if got := Actor(id); got != want {
			t.Errorf("Actor(%q) = %s, want %s", id, got, want)
		}
	}
}
