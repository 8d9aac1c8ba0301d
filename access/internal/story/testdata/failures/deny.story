story A deny that is allowed, or has another reason
deny mia account.view account:de-search
deny tom report.explore report:q3 because no-level
deny link l1 report.view report:board because out-of-reach
