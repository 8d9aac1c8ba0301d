package console_test

import (
	"net/http"
	"testing"
)

func TestSetRole(t *testing.T) {
	s := newSite(t)
	s.do("ann", "user.set-role", in("role", "editor", "reason", "new job"), "user", "tom").
		want(t, http.StatusOK, "Done: Give another role. It is event 2 of the log.", "Editor")
	s.get("ann", "/person?id=tom&done=user.set-role&event=1").lacks(t, "Done")
	s.get("uma", "/person?id=tom&done=user.set-role&event=2").lacks(t, "Done")
	s.get("tom", "/people").want(t, http.StatusForbidden, "Your role does not let you do this.")
	s.get("ann", "/people?find=tom").want(t, http.StatusOK, "Tom Team").lacks(t, "Mia")
	s.get("ann", "/").want(t, http.StatusOK, "Ann Admin", "3 accounts")
}
