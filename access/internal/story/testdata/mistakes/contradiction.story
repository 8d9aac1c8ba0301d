story One thing and its opposite
allow tom account.view account:us-search
deny  tom account.view account:us-search
sees  ada us-search us-social
deny  ada account.view account:us-social
allow ada account.view account:de-search
matrix
  subjects  tom
  actions   account.view
  resources account:us-search account:de-search
end

story Later in the file
deny tom account.view account:us-search

story At one time
at 2027-01-01T01:00:00+01:00
allow ida account.view account:us-search

story At the same time, said otherwise
at 2027-01-01
deny ida account.view account:us-search
