/** Mistakes that can be built into the simulated database, to prove that the invariants notice them. */
export const PLANTED_BUGS = {
  'ack-before-commit': 'a batch is answered before it is committed',
  'no-epoch-check': 'a commit does not check the epochs of its partitions',
  'permit-reuse': 'a claim neither marks the permit nor keeps a single attempt',
  'stale-guards': 'cooldowns are read before the locks are taken, and written without comparing versions',
  'claim-again': 'an attempt whose worker is gone is claimed by the next one',
  'unlocked-peers': 'guards that a merge joined are read without their locks',
  'unsorted-locks': 'guards are locked in the order of arrival',
} as const satisfies Record<string, string>;
export type PlantedBug = keyof typeof PLANTED_BUGS;
