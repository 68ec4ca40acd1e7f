import { describe, expect, it } from 'vitest';

import { EGRESS, EGRESS_BLOCKS, EGRESS_DESTINATIONS, isEgressBlocked } from './egress.ts';
import type { EgressSpec } from './egress.ts';

describe('what leaves', () => {
  it('can be blocked wherever the installation can do without it', () => {
    const blockable = EGRESS_DESTINATIONS.flatMap((destination) => {
      const spec: EgressSpec = EGRESS[destination];
      const fields = Object.entries(spec.fields).flatMap(([name, field]) =>
        field.needed ? [] : [`${destination}.${name}`],
      );
      return spec.blockable ? [destination, ...fields] : [];
    });
    expect(EGRESS_BLOCKS.toSorted()).toEqual(blockable.toSorted());
  });

  it('is kept back as a field with its destination, and as a field alone', () => {
    expect(isEgressBlocked({}, 'mail')).toBe(false);
    expect(isEgressBlocked({ egress: { blocked: [] } }, 'mail.recipient_name')).toBe(false);
    expect(isEgressBlocked({ egress: { blocked: ['mail'] } }, 'mail.recipient_name')).toBe(true);
    expect(isEgressBlocked({ egress: { blocked: ['mail.recipient_name'] } }, 'mail')).toBe(false);
    expect(isEgressBlocked({ egress: { blocked: ['mail.recipient_name'] } }, 'mail.recipient_name')).toBe(true);
  });
});
