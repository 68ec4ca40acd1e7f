-- safe-from: 3
-- The planner's statistics are samples of what stands in columns, kept in the catalogue: a wrapped key or a vector would stay there after the row is
-- gone. Nothing is looked up by these columns, so no sample is taken of them. Naming the type again, as it is, drops the samples of before.
ALTER TABLE subject_keys ALTER COLUMN wrapped TYPE text, ALTER COLUMN wrapped SET STATISTICS 0;
ALTER TABLE note_vectors ALTER COLUMN vector TYPE text, ALTER COLUMN vector SET STATISTICS 0;
ALTER TABLE inbox ALTER COLUMN body TYPE text, ALTER COLUMN body SET STATISTICS 0;
ALTER TABLE identity_aliases ALTER COLUMN sealed TYPE text, ALTER COLUMN sealed SET STATISTICS 0;
ALTER TABLE contacts ALTER COLUMN sealed_external_id TYPE text, ALTER COLUMN sealed_external_id SET STATISTICS 0,
  ALTER COLUMN sealed_email TYPE text, ALTER COLUMN sealed_email SET STATISTICS 0,
  ALTER COLUMN sealed_name TYPE text, ALTER COLUMN sealed_name SET STATISTICS 0,
  ALTER COLUMN sealed_title TYPE text, ALTER COLUMN sealed_title SET STATISTICS 0;
