"""Jobs as resources: their states, order, leases, records and results. This file imports nothing."""
