story Ida is to see it for good
allow ida account.view account:us-search

story Ida must never see it
team americas
deny ida account.view account:us-search

story Ida and the Americas
sees ida us-search us-social

story The link is for good
allow link l1 report.view report:q3

story Ida stays
at 2027-07-01
allow ida account.view account:us-search
