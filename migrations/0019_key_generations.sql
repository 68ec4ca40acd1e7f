-- safe-from: 3
-- The keys that wrap the keys of people come in generations. When everything is wrapped with a newer one, the older key can be destroyed, and with it
-- every copy of a wrapped key that lies in the write-ahead log, in old pages or in old backups. An older program knows the first generation only; the
-- first rotation is refused while one lives.

CREATE TABLE key_generations (
  number integer PRIMARY KEY,
  -- By which the key itself is recognised where it is kept: in files, or in GATEHOUSE_MASTER_KEY.
  id text NOT NULL UNIQUE,
  -- The secret of the installation, sealed with this key.
  secret text,
  made_on timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- From then on new keys are wrapped with it: every host has it.
  active_on timestamptz,
  -- From then on nothing new is.
  retired_on timestamptz,
  -- From then on nothing in the database is wrapped with it, and nobody needs it.
  emptied_on timestamptz,
  -- From then on no living host has it.
  destroyed_on timestamptz,
  CHECK ((secret IS NULL) = (emptied_on IS NOT NULL))
);
ALTER TABLE key_generations ALTER COLUMN secret SET STATISTICS 0;

-- Of an erased person: the last generation that their key was wrapped with.
ALTER TABLE subject_keys ADD COLUMN generation integer NOT NULL DEFAULT 1;
-- Ids of the generations whose keys a host has.
ALTER TABLE hosts ADD COLUMN key_generations text[] NOT NULL DEFAULT '{}';

GRANT SELECT ON key_generations TO gatehouse_app, gatehouse_runtime;
-- Whoever adds a key takes a share lock on the generation that wraps it, which needs the right to change some column.
GRANT UPDATE (made_on) ON key_generations TO gatehouse_runtime;
