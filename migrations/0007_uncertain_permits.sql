-- safe-from: 3
-- Permits of which nobody knows whether they were used, for those who find out.
CREATE INDEX permits_uncertain ON permits (tenant, granted_at, id) WHERE state = 'uncertain';
