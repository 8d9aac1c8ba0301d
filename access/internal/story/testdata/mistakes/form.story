story Words are missing, or too many
allow tom account.view
allow tom
allow
deny tom account.view account:us-search since out-of-reach
sees tom
sees tom nothing us-search
sees tom us-search nothing
sees
sees link
sees tom us-search and us-social
at
at noon
at 2027-02-30
at 2027-01-01
allow tom account.view account:us-search
at 2027-01-01T01:00:00+01:00
team
team the americas
company x
matrix x
end
allow tom campaign.edit campaign:spring in
team americas
allow link l1 report.view report:q3
deny tom account.view
matrix
  subjects
  subjects link
  actions
  resources us-search
end
matrix
  subjects tom
  actions account.view
  resources account:us-search us-search
  allow
  allow link
  allow tom
  allow tom account.view
  allow tom account.view us-search
end
