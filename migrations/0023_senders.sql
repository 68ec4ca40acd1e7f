-- safe-from: 3
-- Messages that were sent, by sender and hour, so that it can be told how many of them bounced. Each partition counts for itself: its
-- owner writes its rows with the batch, and no two owners write the same row.

CREATE TABLE sender_sends (
  tenant text NOT NULL,
  channel text NOT NULL,
  sender text NOT NULL,
  -- The beginning of the hour, in milliseconds.
  hour bigint NOT NULL,
  partition smallint NOT NULL,
  sent integer NOT NULL CHECK (sent > 0),
  PRIMARY KEY (tenant, channel, sender, hour, partition)
);
ALTER TABLE sender_sends ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant_rows ON sender_sends USING ((tenant || '') = ANY ((SELECT gatehouse_tenants())::text[])) WITH CHECK (tenant = ANY ((SELECT gatehouse_tenants())::text[]));
GRANT SELECT ON sender_sends TO gatehouse_app, gatehouse_runtime;
GRANT INSERT, UPDATE, DELETE ON sender_sends TO gatehouse_runtime;
