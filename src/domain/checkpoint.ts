/** How checkpoints are named. The name is all that identifies one, so it goes into addresses and commands as it is. */
import { z } from 'zod';

export const checkpointNameSchema = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9._-]{0,63}$/u,
    'must be 1 to 64 lower-case letters, digits, dots, dashes and underscores, such as before-new-crm',
  );
