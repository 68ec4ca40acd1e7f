-- safe-from: 3
-- Sessions of people in the console, and the one-time links that begin them. Only digests of their secrets are kept.

CREATE TABLE sign_in_links (
  tenant text NOT NULL,
  secret_hash text NOT NULL,
  identity text NOT NULL,
  role text NOT NULL CHECK (role IN ('viewer', 'reviewer', 'operator', 'admin', 'auditor')),
  authorities text[] NOT NULL,
  made_by text NOT NULL,
  created_on timestamptz NOT NULL DEFAULT now(),
  expires_on timestamptz NOT NULL,
  used_on timestamptz,
  PRIMARY KEY (tenant, secret_hash),
  FOREIGN KEY (tenant, identity) REFERENCES identities
);

-- What the person may do is that of the link: somebody may sign in with less than they have elsewhere.
CREATE TABLE sessions (
  tenant text NOT NULL,
  id text NOT NULL,
  secret_hash text NOT NULL UNIQUE,
  identity text NOT NULL,
  role text NOT NULL CHECK (role IN ('viewer', 'reviewer', 'operator', 'admin', 'auditor')),
  authorities text[] NOT NULL,
  created_on timestamptz NOT NULL DEFAULT now(),
  expires_on timestamptz NOT NULL,
  revoked_on timestamptz,
  PRIMARY KEY (tenant, id),
  FOREIGN KEY (tenant, identity) REFERENCES identities
);

DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['sign_in_links', 'sessions'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format(
      'CREATE POLICY tenant_rows ON %I USING ((tenant || '''') = ANY ((SELECT gatehouse_tenants())::text[])) WITH CHECK (tenant = ANY ((SELECT gatehouse_tenants())::text[]))',
      name);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO gatehouse_app', name);
  END LOOP;
END $$;
