story Lists that are too long or too short
sees  tom us-search de-search
sees  ada nothing
opens mia everything
at 2027-01-01T09:30:00Z
sees  tom nothing

story Nothing for another reason
sees ida nothing because suspended
at 2027-07-01
sees ida nothing because ended
opens link l1 nothing because link-ended
