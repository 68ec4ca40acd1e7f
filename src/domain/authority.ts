/**
 * What a person may decide in the business (authority) and what an identity may do in the software (role). The two are separate:
 * an admin of the software does not sign for Finance.
 */
import { z } from 'zod';

import type { Brain } from './brain.ts';

export const AUTHORITIES = ['SLM', 'FLM', 'RevOps', 'CRO', 'CFO', 'CEO', 'Finance', 'Legal', 'AM', 'CSM'] as const;
export const authoritySchema = z.enum(AUTHORITIES);
export type Authority = z.infer<typeof authoritySchema>;

export const ROLES = ['viewer', 'reviewer', 'operator', 'admin', 'auditor', 'agent', 'brain'] as const;
export const roleSchema = z.enum(ROLES);
export type Role = z.infer<typeof roleSchema>;

/** What each role may do. The gateway asks here and nowhere else. */
export const PERMISSIONS = {
  read: ['viewer', 'reviewer', 'operator', 'admin', 'auditor', 'agent'],
  ingest: ['operator', 'admin', 'agent'],
  propose: ['operator', 'admin', 'agent'],
  review: ['reviewer', 'operator', 'admin'],
  operate: ['operator', 'admin'],
  administer: ['admin'],
  audit: ['auditor', 'operator', 'admin'],
  /** To write a log of one's own reasoning and drafts, and nothing else. */
  reason: ['brain'],
  /** What brains found. Services must never depend on it, so agents have no part in it. Source: BrainAnalysisLog, access. */
  read_reasoning: ['reviewer', 'operator', 'admin', 'auditor', 'brain'],
} as const satisfies Record<string, readonly Role[]>;
export type Permission = keyof typeof PERMISSIONS;

export function roleMay(role: Role, permission: Permission): boolean {
  return (PERMISSIONS[permission] as readonly Role[]).includes(role);
}

/** Who did something: named in every review, mode change and policy change. */
export interface Actor {
  readonly identity: string;
  readonly kind: 'person' | 'agent' | 'system' | 'brain';
  readonly role: Role;
  /** What the person may decide in the business; nothing when left out. */
  readonly authorities?: readonly Authority[] | undefined;
  /** Which brain it is; null for everybody else. */
  readonly brain?: Brain | null | undefined;
}
