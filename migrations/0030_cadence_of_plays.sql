-- safe-from: 3
-- Most touches belong to no play, so the indexes by play, sequence and proposal leave them out: each cost every touch an entry that nothing looks for.
-- The programs of before ask by equal names, which these indexes answer as well.
DROP INDEX cadence_by_play;
DROP INDEX cadence_by_sequence;
DROP INDEX cadence_by_proposal;
CREATE INDEX cadence_by_play ON cadence_event_log (tenant, play_id, at, partition, seq) WHERE play_id IS NOT NULL;
CREATE INDEX cadence_by_sequence ON cadence_event_log (tenant, sequence, at, seq) WHERE sequence IS NOT NULL;
CREATE INDEX cadence_by_proposal ON cadence_event_log (tenant, originating_proposal_id, at, partition, seq) WHERE originating_proposal_id IS NOT NULL;
