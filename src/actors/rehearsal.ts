/** What the gate would say if a message were processed now. Nothing is written. */
import { gateFactsSchema, gateRequestSchema } from '../domain/gate.ts';
import type { Verdict } from '../domain/gate.ts';
import type { Message } from '../domain/message.ts';
import type { Policy } from '../domain/policy.ts';
import { evaluateGate } from '../policies/gate.ts';
import type { Host } from './host.ts';

/** Null when the message would not come before the gate. Throws what the processing would throw. */
export async function rehearsedVerdict(host: Host, first: Message, policy: Policy): Promise<Verdict | null> {
  let message: Message | undefined = first;
  let plan = await host.rehearse(message);
  // What is merged into another is judged as the other.
  while ((message = plan.outgoing.find(({ type }) => type === 'action.proposed')) !== undefined)
    plan = await host.rehearse(message);
  const [row] = plan.processed;
  if (row !== undefined && row.error !== null) throw new Error(row.error);
  const part = plan.parts.at(-1);
  if (part === undefined) return null;
  const { request, facts } = JSON.parse(part.body) as { request: unknown; facts: unknown };
  return evaluateGate(gateRequestSchema.parse(request), gateFactsSchema.parse(facts), policy);
}
