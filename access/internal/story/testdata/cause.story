story Tom's day
sees  tom us-search us-social
opens tom q3
allow tom account.view account:us-search because team
deny  tom account.view account:de-search because out-of-reach
allow tom campaign.edit campaign:spring in account:us-search
allow tom campaign.edit campaign:summer in account:us-social
team americas
allow tom account.view account:us-search

story Mia's day
allow mia account.view account:us-search
matrix
  subjects  mia tom
  actions   account.view campaign.edit
  resources account:us-search account:de-search
  allow mia account.view campaign.edit account:us-search account:de-search
  allow tom account.view campaign.edit account:us-search
end
sees  mia at least us-search us-social
allow mia report.share-creator report:q3
team americas sees us-search us-social
team americas
sees  mia us-search us-social
allow mia account.view account:us-search
allow mia campaign.edit account:us-social

story Who has the link
at 2027-01-01
allow link l1 report.view report:q3
sees  link l1 us-search us-social de-search
opens link l1 q3

story What the link shows
at 2027-01-01
sees link l1 us-search us-social de-search
