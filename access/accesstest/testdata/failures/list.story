story Lists that are too long or too short
sees  tom us-search de-search
sees  ada nothing
opens mia everything
at 2027-01-01T09:30:00Z
sees  tom nothing
