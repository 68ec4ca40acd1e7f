/** How a timeline is read. */
import type { TenantId } from '../../domain/ids.ts';
import type { Timeline } from '../../domain/timeline.ts';

export interface TimelineReader {
  /** Of an account or a person without account; an empty one when nothing ever happened. */
  timeline(tenant: TenantId, scope: string): Promise<Timeline>;
}
