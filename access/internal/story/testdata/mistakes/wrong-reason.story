story A denial must not come from a slip of the pen
deny tom account.view company
deny tom user.invite account:us-search
deny tom campaign.edit campaign:spring
deny tom account.view us-search
deny tom report.view report:q3 in account:us-search
deny tom campaign.edit campagin:spring in account:us-search

story Unless that is what it is about
deny tom account.view company because wrong-kind
deny tom campaign.edit campaign:spring because account-required
deny ghost account.view account:us-search because unknown-user
deny tom campaign.edit campagin:spring in account:us-search because unknown-kind
deny tom report.view report:q3 in account:us-search because malformed-resource
