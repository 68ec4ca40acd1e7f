-- safe-from: 3
-- Views for brains, as they were when they were last refreshed. All of it follows from other tables and can be made again; it holds opaque ids only.

CREATE TABLE brain_views (
  tenant text NOT NULL,
  name text NOT NULL,
  -- What it is about: an account, or the dimension by which it is grouped.
  key text NOT NULL,
  refreshed_at bigint NOT NULL,
  -- When somebody read it last: what nobody reads is not refreshed by itself.
  read_at bigint NOT NULL,
  body text NOT NULL,
  PRIMARY KEY (tenant, name, key)
);
CREATE INDEX brain_views_due ON brain_views (name, refreshed_at);

DO $$
BEGIN
  ALTER TABLE brain_views ENABLE ROW LEVEL SECURITY;
  -- The concatenation keeps the planner from using an index for this condition alone.
  CREATE POLICY tenant_rows ON brain_views USING ((tenant || '') = ANY ((SELECT gatehouse_tenants())::text[]))
    WITH CHECK (tenant = ANY ((SELECT gatehouse_tenants())::text[]));
  GRANT SELECT ON brain_views TO gatehouse_app, gatehouse_runtime;
  GRANT INSERT, UPDATE, DELETE ON brain_views TO gatehouse_runtime;
END $$;
