-- safe-from: 3
-- What is kept for a time only: the ids of processed messages, and attempts that have ended. Both are found by age, which is the order in which they
-- were written, so an index of ranges of pages is enough and costs next to nothing.
CREATE INDEX inbox_age ON inbox USING brin (received_on);
CREATE INDEX executions_age ON executions USING brin (lease_until_on);
GRANT DELETE ON inbox, executions TO gatehouse_runtime;
