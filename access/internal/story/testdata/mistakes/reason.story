story A reason is a code, and one of the verb's
deny  tom account.view account:de-search because out-of-rech
deny  tom account.view account:new because there-is-none
allow tom account.view account:us-search because out-of-reach
deny  tom account.view account:us-search because
