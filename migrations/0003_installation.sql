-- Not breaking. All hosts of an installation need the same master key: what one seals the others must open, and ids follow from it. Only a hash
-- under the key is kept, by which a host with another key is refused.
CREATE TABLE installation (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  key_check text NOT NULL
);
