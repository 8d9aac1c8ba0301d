# Harbor's agency sees Harbor, and that until the contract ends.

story The agency sees Harbor in all countries
at 2027-06-30T23:59:59Z
sees vic us-hotels ca-hotels uk-hotels de-hotels
deny vic report.create company because no-capability

story The contract ends
at 2027-07-01
sees  vic nothing because ended
opens vic nothing because ended
deny  vic account.view account:us-hotels because ended

story The Harbor report was promised until March
at 2027-02-28
opens vic harbor
deny  vic report.explore report:harbor because level-too-low
at 2027-03-01
opens vic nothing
