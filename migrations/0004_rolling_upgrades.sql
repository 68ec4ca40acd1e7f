-- safe-from: 3
-- The newest program that has written states of this partition, as the sum of its machines' versions. An older program cannot read them and leaves
-- the partition to others.
ALTER TABLE partition_leases ADD COLUMN generation integer NOT NULL DEFAULT 0;

-- Where the process of a host runs, so that the next process there can tell that it is gone.
ALTER TABLE hosts ADD COLUMN machine text, ADD COLUMN pid integer;
