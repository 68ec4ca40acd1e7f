/** What the rows of all event types are made of. */
import { z } from 'zod';

export const ACTOR_KINDS = ['tenant', 'account', 'lead', 'action', 'trust', 'play', 'sequence'] as const;
export const actorKindSchema = z.enum(ACTOR_KINDS);
export type ActorKind = z.infer<typeof actorKindSchema>;

export const instant = z.number();
export const by = z.string();
export const reasonText = z.string().max(2_000);

export const spec = <Shape extends z.ZodType>(
  actors: readonly ActorKind[],
  title: string,
  data: Shape,
  version = 1,
) => ({
  actors,
  title,
  data,
  version,
});
