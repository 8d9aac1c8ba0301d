story Who is denied everything is denied this for the wrong reason
team europe
deny tom account.view account:us-search
sees tom nothing
opens tom nothing
matrix
  subjects  mia tom
  actions   account.view
  resources account:de-search account:us-search
  allow mia account.view account:de-search
end
company
at 2027-07-01
deny link l1 report.view report:q3
sees link l1 nothing
deny link l1 report.view report:board
deny nobody account.view account:us-search

story Unless that is what it is about
team europe
deny tom account.view account:us-search because not-a-member
sees tom nothing because not-a-member
opens tom nothing because not-a-member
company
sees ghost nothing because unknown-user
deny nobody account.view account:us-search
deny link l1 report.explore report:q3
sees ida us-search because ended
sees tom nothing because out-of-reach
sees tom nothing because suspened

story A title and the same with_another letter
sees ada everything

story A title and the same with another letter
sees аda everything
