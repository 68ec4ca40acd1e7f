-- safe-from: 7
-- Erasure of a person: hosts forget keys that another one destroyed, and the further names of a person are deleted.
CREATE INDEX subject_keys_destroyed ON subject_keys (destroyed_on) WHERE destroyed_on IS NOT NULL;
GRANT DELETE ON identity_aliases TO gatehouse_runtime;
