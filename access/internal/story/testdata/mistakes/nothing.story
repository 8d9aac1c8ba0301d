story That asks nothing
# allow tom account.view account:us-search

story
sees ada everything

story With settings for nobody
at 2027-01-01
at 2027-01-02
team americas
company
team europe
sees mia de-search
at 2028-01-01
