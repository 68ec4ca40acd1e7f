-- safe-from: 3
-- An outcome may be corrected and retracted, and its link says which window it lies in. An older program writes rows without the new columns.

ALTER TABLE outcomes DROP CONSTRAINT outcomes_status_check;
ALTER TABLE outcomes ADD CONSTRAINT outcomes_status_check CHECK (status IN ('linked', 'unlinked', 'preceding', 'retracted'));
ALTER TABLE outcomes
  -- When the decision was made: the window begins there.
  ADD COLUMN decided_at bigint,
  ADD COLUMN sequence text,
  ADD COLUMN play text,
  -- Null for outcomes of before this migration.
  ADD COLUMN window_source text CHECK (window_source IN ('outcome', 'policy', 'catalogue')),
  ADD COLUMN recorded_at bigint,
  ADD COLUMN corrected boolean NOT NULL DEFAULT false;

-- From what led to an outcome to the outcome.
CREATE INDEX outcomes_decision ON outcomes (tenant, decision) WHERE decision IS NOT NULL;
CREATE INDEX outcomes_action ON outcomes (tenant, action) WHERE action IS NOT NULL;
CREATE INDEX outcomes_occurred ON outcomes (tenant, occurred_at, id);
