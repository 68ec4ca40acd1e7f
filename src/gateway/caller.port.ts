/** Who asks, and how lists are asked for: what every group of services has in common. */
import type { Actor } from '../domain/authority.ts';
import type { TenantId } from '../domain/ids.ts';

/** Who calls, for which tenant. */
export interface Caller extends Actor {
  readonly tenant: TenantId;
  readonly keyId: string;
}

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next_cursor: string | null;
}

export interface PageQuery {
  readonly limit: number;
  readonly cursor: string | null;
}
