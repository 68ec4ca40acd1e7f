/**
 * Where the trace of one life is found. Its ids follow from tenant and correlation, which every event, permit and timer carries, so a host
 * that goes on with a life after days or a restart adds to the same trace without anything being passed on or stored for it.
 */
import { createHash } from 'node:crypto';

export interface LifeIds {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** Of the span under which all others of the life stand, 16 digits. */
  readonly rootSpanId: string;
}

export function lifeIdsOf(tenant: string, correlation: string): LifeIds {
  const digest = createHash('sha256').update(`gatehouse trace\n${tenant}\n${correlation}`).digest('hex');
  return { traceId: digest.slice(0, 32), rootSpanId: digest.slice(32, 48) };
}
