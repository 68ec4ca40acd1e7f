-- safe-from: 3
-- A message that cannot be processed is parked, and what comes later for its actor waits behind it, in order, until somebody decides. `held_for`
-- names the actor from then until the message is processed. An older program does not keep that order, and loses nothing.
ALTER TABLE inbox ADD COLUMN held_for text;
ALTER TABLE inbox DROP CONSTRAINT inbox_state_check;
ALTER TABLE inbox ADD CONSTRAINT inbox_state_check CHECK (state IN ('pending', 'processed', 'parked', 'skipped'));
UPDATE inbox SET held_for = tenant || '/' || (body::json #>> '{actor,kind}') || '/' || (body::json #>> '{actor,id}') WHERE state = 'parked';
CREATE INDEX inbox_held ON inbox (partition, held_for, state) WHERE held_for IS NOT NULL;
