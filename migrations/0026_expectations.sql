-- safe-from: 3
-- Whoever writes says how many rows must be as they were read. The database sees to it, so the commit need not wait for the count.

CREATE FUNCTION gatehouse_expect(what text, touched bigint, expected bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF touched <> expected THEN
    RAISE EXCEPTION '%: % of % rows were as the plan expected; nothing was written', what, touched, expected USING ERRCODE = 'serialization_failure';
  END IF;
END $$;
