# The catalog declares what there is besides accounts and reports: campaigns are in
# an account, budgets belong to the company.

story Tom edits what is in the accounts of the Americas, and all budgets
team americas sees us-search us-social
sees  tom at least us-search
allow tom campaign.edit account:us-search
allow tom campaign.edit campaign:spring in account:us-social
allow tom campaign.edit budget:2027 because role
matrix
  subjects  tom mia ida
  actions   campaign.edit
  resources campaign:herbst in account:de-search   budget:2027
  allow mia campaign.edit campaign:herbst in account:de-search
  allow tom mia campaign.edit budget:2027
end

story What nothing is asked of is denied to everybody
deny ada campaign.edit keyword:k1 in account:us-search because unknown-kind
deny ada campaign.edit report:q3 because wrong-kind
deny ada campaign.edit campaign:spring because account-required
deny ada campaign.edit budget:2027 in account:us-search because malformed-resource
