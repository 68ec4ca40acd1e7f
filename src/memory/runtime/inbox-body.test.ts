import { expect, it } from 'vitest';

import { asId } from '../../domain/ids.ts';
import type { Message } from '../../domain/message.ts';
import { keyOfBytes } from '../vault/cipher.ts';
import { subjectKeyOf, SubjectVault } from '../vault/subject-vault.ts';
import { inboxBody, sealerOf } from './inbox-body.ts';

/** An approval has no sealed part: its text stands with the draft. What may be learnt from travels beside it. */
const APPROVAL: Message = {
  tenant: asId('acme'),
  source: 'review',
  id: 'rev_1',
  scope: asId('acc_1'),
  partition: 1,
  actor: { kind: 'action', id: 'act_1' },
  refs: { account: asId('acc_1'), person: asId('per_1'), domain: null, suppressionKeys: [], hasAddress: true },
  at: 1,
  sealed: null,
  profiles: [],
  causation: null,
  correlation: null,
  batch: null,
  history: false,
  contentDigest: '',
  type: 'action.reviewed',
  data: {
    decision: 'approve',
    by: 'person:rea',
    by_kind: 'person',
    fingerprint: 'f',
    reason: null,
    edited_fingerprint: null,
    edited_share: 0,
  },
};
const LEARNT: Message = { ...APPROVAL, example: { subject: 'Our talk', body: 'Would a short call help?' } };

// Nothing is wrapped here, so the vault needs no wrapping key.
const vault = new SubjectVault(null as never);
const ref = { tenant: APPROVAL.tenant, subject: 'per_1' };
const keys = new Map([[subjectKeyOf(ref), keyOfBytes(Buffer.alloc(32, 7))]]);

it('seals a text to learn from with the key of whom it was written to', () => {
  expect(sealerOf(APPROVAL)).toBeNull();
  expect(sealerOf(LEARNT)).toEqual(ref);
  const body = inboxBody(vault, keys, LEARNT);
  expect(body).not.toContain('short call');
  const { personal } = JSON.parse(body) as { readonly personal: string };
  expect(vault.openWith(keys, ref, 'inbox:review\nrev_1', personal)).toContain('short call');
});

it('leaves it out when that person was erased', () => {
  const body = JSON.parse(inboxBody(vault, new Map(), LEARNT)) as object;
  expect(body).not.toHaveProperty('personal');
  expect(body).not.toHaveProperty('example');
});
