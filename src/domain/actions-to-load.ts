/** Which actions have to be read besides what messages are about: outcomes follow from what was executed, and that stands with the action. */
import type { ActorKind } from './event-types.ts';
import type { Carried, RememberedDecision } from './identity.ts';
import type { TenantId } from './ids.ts';
import { actorKey, actorKeysOf } from './keys.ts';
import type { Message } from './message.ts';

/** What the state of an account or person remembers of decisions and outcomes. */
interface Remembering {
  readonly decisions: readonly RememberedDecision[];
  readonly joined?: readonly { readonly carried: Pick<Carried, 'decisions'> }[] | undefined;
  readonly outcome_log?: readonly unknown[] | undefined;
}

interface ActionRef {
  readonly tenant: TenantId;
  readonly id: string;
}

/** Whether only its action knows if it was executed. Decisions of before executions were remembered count as executed when they were made. */
export function isOpen({ action, message, executed_at }: RememberedDecision): boolean {
  return action !== null && message !== undefined && executed_at === undefined;
}

/** Whether processing it needs to know what was executed for its account or person, also when no outcome of theirs is remembered. */
function asksForExecutions({ type }: Message): boolean {
  return type.startsWith('outcome.') || type.startsWith('identity.');
}

/** `actors` are those that the messages name, by `actorKey`. */
export function actionsToLoad(
  messages: readonly Message[],
  actors: ReadonlyMap<
    string,
    { readonly tenant: TenantId; readonly kind: ActorKind; readonly context: Readonly<Record<string, unknown>> }
  >,
): readonly ActionRef[] {
  const asking = new Set(
    messages
      .filter(asksForExecutions)
      .flatMap((message) => actorKeysOf(message).map(({ kind, id }) => actorKey(message.tenant, kind, id))),
  );
  const wanted = new Map<string, ActionRef>();
  for (const [key, { tenant, kind, context }] of actors) {
    if (kind !== 'lead' && kind !== 'account') continue;
    const { decisions, joined = [], outcome_log: log = [] } = context as unknown as Remembering;
    if (!asking.has(key) && log.length === 0) continue;
    for (const decision of [...decisions, ...joined.flatMap(({ carried }) => carried.decisions)])
      if (decision.action !== null && isOpen(decision))
        wanted.set(actorKey(tenant, 'action', decision.action), { tenant, id: decision.action });
  }
  return [...wanted].filter(([key]) => !actors.has(key)).map(([, action]) => action);
}
