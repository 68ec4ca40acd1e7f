-- safe-from: 3
-- What a restored installation must remember: that it was restored, and which effects of after the backup are known only from the journals that
-- hosts keep outside the database. An older program keeps no journal: back up again when the last one is gone.

CREATE TABLE restores (
  id text PRIMARY KEY,
  -- When the backup was taken, by the clock of its database.
  backup_on timestamptz NOT NULL,
  -- Hosts that were alive in the backup: each must have left a journal.
  hosts text[] NOT NULL,
  restored_on timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- Null while the installation is paused.
  reconciled_on timestamptz
);
-- Asked for at every attempt.
CREATE INDEX restores_open ON restores (id) WHERE reconciled_on IS NULL;
GRANT SELECT ON restores TO gatehouse_app, gatehouse_runtime;

-- A permit whose effect is known only from a journal. When the same message is sent again it leads to the same permit, which must not be used twice.
CREATE TABLE recovered_effects (
  tenant text NOT NULL,
  permit text NOT NULL,
  restore text NOT NULL,
  at bigint NOT NULL,
  result text NOT NULL CHECK (result IN ('sent', 'uncertain')),
  receipt text,
  detail text NOT NULL,
  PRIMARY KEY (tenant, permit),
  CHECK ((result = 'sent') = (receipt IS NOT NULL))
);
ALTER TABLE recovered_effects ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant_rows ON recovered_effects USING ((tenant || '') = ANY ((SELECT gatehouse_tenants())::text[])) WITH CHECK (tenant = ANY ((SELECT gatehouse_tenants())::text[]));
GRANT SELECT ON recovered_effects TO gatehouse_app, gatehouse_runtime;

-- Why an attempt at a permit must not be made; null when it may be. As in 0002, and: not while a restored installation is paused, and not when the
-- effect was recovered from a journal.
CREATE OR REPLACE FUNCTION gatehouse_execution_fault(tenant text, permit text, at bigint, fingerprint text) RETURNS TABLE (fault text) LANGUAGE sql STABLE AS $$
  SELECT CASE
    WHEN p.id IS NULL THEN format('there is no permit %s', $2)
    WHEN p.state NOT IN ('granted', 'claimed') THEN format('permit %s is %s', $2, p.state)
    WHEN $3 < p.granted_at OR $3 > p.expires_at THEN format('permit %s is not valid at %s', $2, $3)
    WHEN $4 <> p.fingerprint THEN format('content differs from permit %s', $2)
    WHEN s.value IS NULL OR s.value = 'stopped' THEN format('the kill switch of %s is engaged or unknown', $1)
    WHEN r.permit IS NOT NULL THEN format('permit %s was used before the restore', $2)
    WHEN EXISTS (SELECT FROM restores WHERE reconciled_on IS NULL) THEN 'the installation was restored from a backup and is not reconciled'
  END
  FROM (SELECT 1) one
    LEFT JOIN permits p ON p.tenant = $1 AND p.id = $2
    LEFT JOIN actor_state s ON s.tenant = $1 AND s.kind = 'tenant' AND s.id = $1
    LEFT JOIN recovered_effects r ON r.tenant = $1 AND r.permit = $2
$$;
