story Kinds that the catalog does not declare
deny tom campaign.edit campain:spring in account:us-search
deny tom campaign.edit keyword:k1
deny tom campaign.edit invitation:i1
deny tom keyword.edit keyword:k1

story Places
allow tom campaign.edit campaign:spring
allow tom campaign.edit campaign:spring in account:us-serch
allow tom campaign.edit budget:b in account:us-search
allow tom campaign.edit account:us-search in account:us-search
allow tom campaign.edit campaign:spring in team:americas
allow tom campaign.edit campaign:spring in
allow tom campaign.edit campaign in account:us-search
allow tom campaign.edit campaign:spring, in account:us-search

story What a kind is not asked
deny tom user.invite budget:b
deny tom account.view budget:b
deny tom report.view campaign:spring in account:us-search
deny tom campaign.edit company
deny tom campaign.edit team:americas

story Another reason than the one that is meant
deny tom campaign.edit campain:spring in account:us-search because wrong-kind
deny tom user.invite budget:b because unknown-kind
deny tom campaign.edit budget:b in account:us-search because out-of-reach
deny tom campaign.edit campaign:spring because malformed-resource
deny tom campaign.edit keyword:k1 in account:us-serch because unknown-kind
deny tom report.view report:q3 in account:us-serch because malformed-resource

story In a matrix
matrix
  subjects  tom
  actions   campaign.edit user.invite
  resources campain:spring in account:us-search  campaign:spring  budget:b in account:us-search  company
  allow tom campaign.edit campaign:spring
  allow tom campaign.edit company
end
