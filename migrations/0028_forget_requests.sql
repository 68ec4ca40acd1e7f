-- safe-from: 3
-- What channels that remember people elsewhere are asked about somebody who was erased. An older program asks nobody; a newer one asks later.
CREATE TABLE forget_requests (
  tenant text NOT NULL,
  subject text NOT NULL,
  -- The channel by its own name.
  channel text NOT NULL,
  attempts integer NOT NULL DEFAULT 0,
  made_on timestamptz NOT NULL DEFAULT now(),
  -- When it is asked next.
  due_on timestamptz NOT NULL DEFAULT now(),
  -- Why the last attempt brought no receipt. Never what the channel said, because that may name the person.
  fault text CHECK (fault IN ('unreachable', 'refused', 'blocked')),
  -- The channel's own name for what it did; null as long as it has not confirmed.
  receipt text,
  confirmed_on timestamptz,
  PRIMARY KEY (tenant, subject, channel),
  CHECK ((receipt IS NULL) = (confirmed_on IS NULL))
);
CREATE INDEX forget_requests_open ON forget_requests (due_on) WHERE receipt IS NULL;

-- The address of an erased person for channels that know people by that, sealed with a key of its own. Goes with the last request that needs it.
CREATE TABLE forget_addresses (
  tenant text NOT NULL,
  subject text NOT NULL,
  sealed text NOT NULL,
  kept_on timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant, subject)
);
ALTER TABLE forget_addresses ALTER COLUMN sealed SET STATISTICS 0;

DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['forget_requests', 'forget_addresses'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format(
      'CREATE POLICY tenant_rows ON %I USING ((tenant || '''') = ANY ((SELECT gatehouse_tenants())::text[])) WITH CHECK (tenant = ANY ((SELECT gatehouse_tenants())::text[]))',
      name);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO gatehouse_runtime', name);
    EXECUTE format('GRANT SELECT ON %I TO gatehouse_app', name);
  END LOOP;
END $$;
