package console_test

import (
	"net/http"
	"strings"
	"testing"
)

func TestGroups(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.get("uma", "/groups").want(t, http.StatusOK, "United States us country = 'US' 1", "Germany de country = 'DE' 1")
	s.get("uma", "/groups?find=GERM").want(t, http.StatusOK, "Germany").lacks(t, "United States")
	s.get("uma", "/groups?find=mars").want(t, http.StatusOK, "No data group is found.").lacks(t, "do=datagroup.create")
	s.get("dan", "/groups").want(t, http.StatusOK, "Make a data group")
	s.get("dan", "/group?id=us").want(t, http.StatusOK, "2 accounts match", "google 1 0", "meta 1 0", "us-1", "us-2", "West",
		"Edit the name or filter", "Delete the data group").lacks(t, "might match")
	s.get("uma", "/group?id=us").want(t, http.StatusOK, "West", "2 accounts match").lacks(t, "do=datagroup")
	s.get("uma", "/group?id=mars").want(t, http.StatusNotFound)
	s.get("eve", "/groups").want(t, http.StatusForbidden)
	s.get("tom", "/group?id=us").want(t, http.StatusForbidden)
}

func TestGroupForms(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.do("dan", "datagroup.create", in("name", "Google", "filter", "source = 'google'")).
		want(t, http.StatusOK, "Done: Make a data group", "No team has it", "2 accounts match")
	s.refused("dan", "datagroup.create", in("name", "", "filter", "nothing")).want(t, http.StatusUnprocessableEntity, "Give it a name")
	s.refused("dan", "datagroup.create", in("name", "Typo", "filter", "sorce = 'google'")).
		want(t, http.StatusUnprocessableEntity, "Line 1, column 1: there is no attribute sorce. Did you mean source?", "sorce = 'google'")
	s.refused("dan", "datagroup.create", in("name", "Typo", "filter", "source = 'google' and\n  country > 'US'")).want(t, http.StatusUnprocessableEntity, "Line 2, column 11: country is of type string")
	s.refused("dan", "datagroup.create", in("name", "Fine", "filter", "campaign = 'x'")).want(t, http.StatusUnprocessableEntity, "Line 1, column 1: attribute campaign: ")
	s.refused("dan", "datagroup.edit", in("filter", strings.Repeat("x", 20_000)), "group", "us").want(t, http.StatusUnprocessableEntity)

	form := s.fill("dan", "datagroup.edit", in("filter", "country = 'US' and source = 'google'"), "group", "us")
	form.Set("step", "check")
	s.post("dan", "/change", form).want(t, http.StatusOK, "Accounts that match 1", "from google 1", "It can only match less than before.")
	s.do("dan", "datagroup.edit", in("name", "US", "filter", "country = 'US' and source = 'google'", "reason", "narrower"), "group", "us").
		want(t, http.StatusOK, "Done: Edit the name or filter", "1 account matches")
	s.do("dan", "datagroup.delete", in("reason", "gone"), "group", "us").want(t, http.StatusOK, "Done: Delete the data group").lacks(t, "id=us")
	s.get("dan", "/change?do=datagroup.edit&group=us").want(t, http.StatusNotFound)
	s.get("uma", "/change?do=datagroup.edit&group=de").want(t, http.StatusForbidden)
	s.get("eve", "/change?do=datagroup.create").want(t, http.StatusForbidden)
}

// TestCompared has an answer for each way in which two filters differ.
func TestCompared(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for filter, want := range map[string]string{
		"country in ('US')":                    "It means the same as before.",
		"country = 'US' and source = 'google'": "It can only match less than before.",
		"country in ('US', 'DE')":              "It can only match more than before.",
		"country = 'DE'":                       "It can match accounts that it did not, and leave out others.",
	} {
		form := s.fill("dan", "datagroup.edit", in("filter", filter), "group", "us")
		form.Set("step", "check")
		p := s.post("dan", "/change", form)
		if !strings.Contains(p.text, want) {
			t.Errorf("%s: %d %q is missing in %s", filter, p.status, want, p.text)
		}
	}
}
