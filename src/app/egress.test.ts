import { describe, expect, it } from 'vitest';

import type { Bus } from '../actors/bus.port.ts';
import { asId } from '../domain/ids.ts';
import type { TenantId } from '../domain/ids.ts';
import type { Message } from '../domain/message.ts';
import { DEFAULT_POLICY } from '../domain/policy.ts';
import { Egress, hostOf } from './egress.ts';

const OPEN = asId<TenantId>('open');
const CLOSED = asId<TenantId>('closed');
const LOST = asId<TenantId>('lost');
const NOWHERE = { mail: null, embeddings: null, telemetry: null, broker: null, database: null };

function egressAt(now: () => number, blocked: () => readonly ('broker' | 'telemetry')[]): Egress {
  return new Egress(
    NOWHERE,
    (tenant) =>
      tenant === LOST
        ? Promise.reject(new Error('the database is away'))
        : Promise.resolve({
            hash: 'h',
            policy: { ...DEFAULT_POLICY, egress: { blocked: tenant === CLOSED ? [...blocked()] : [] } },
          }),
    now,
  );
}

describe('egress', () => {
  it('keeps messages of a tenant that blocks the broker out of it, and those of one whose policy is not known', async () => {
    const published: string[] = [];
    const bus: Bus = {
      publish: (messages) => {
        published.push(...messages.map(({ tenant }) => tenant));
        return Promise.resolve();
      },
      subscribe: () => Promise.reject(new Error('nobody listens')),
      drop: () => Promise.resolve(),
      close: () => Promise.resolve(),
    };
    const guarded = egressAt(
      () => 0,
      () => ['broker'],
    ).guarded(bus);
    await guarded.publish([OPEN, CLOSED, LOST, OPEN].map((tenant) => ({ tenant }) as Message));
    expect(published).toEqual(['open', 'open']);
  });

  it('knows of a block within a second', async () => {
    let now = 0;
    let blocked: readonly 'telemetry'[] = [];
    const egress = egressAt(
      () => now,
      () => blocked,
    );
    expect([...(await egress.traced([OPEN, CLOSED]))]).toEqual(['open', 'closed']);
    blocked = ['telemetry'];
    now = 1_000;
    expect([...(await egress.traced([OPEN, CLOSED]))]).toEqual(['open', 'closed']);
    now = 1_001;
    expect([...(await egress.traced([OPEN, CLOSED]))]).toEqual(['open']);
    expect(await egress.isBlocked(CLOSED, 'telemetry')).toBe(true);
  });

  it('names hosts without what opens them', () => {
    expect(hostOf('smtp://user:secret@mail.example:587/x')).toBe('mail.example:587');
    expect(hostOf('nats://a.example:4222')).toBe('a.example:4222');
    expect(hostOf(null)).toBeNull();
  });
});
