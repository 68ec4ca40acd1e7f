/** What waits on a running server, over its REST interface. */
import type { PauseView, ReviewServices, ScheduleServices } from '../gateway/review.port.ts';
import { queryOf, withoutNulls } from './query.ts';

type Call = <Result>(method: string, path: string, body?: unknown) => Promise<Result>;

const part = encodeURIComponent;

export function httpReviews(call: Call): ReviewServices {
  const of = (id: string) => `/v1/reviews/${part(id)}`;
  return {
    listReviews: (_caller, { limit, ...query }) =>
      call('GET', `/v1/reviews${queryOf({ limit: String(limit), ...query })}`),
    getReview: (_caller, id) => call('GET', of(id)),
    decideReview: (_caller, id, input) => call('POST', `${of(id)}/decisions`, withoutNulls(input)),
    summarizeReviews: () => call('GET', '/v1/reviews/summary'),
    reserveReview: (_caller, id) => call('POST', `${of(id)}/reservation`),
    letGoReview: (_caller, id) => call('DELETE', `${of(id)}/reservation`),
    snoozeReview: (_caller, id, input) => call('POST', `${of(id)}/snooze`, withoutNulls(input)),
    assignReview: (_caller, id, input) => call('POST', `${of(id)}/assignment`, input),
    undoReview: (_caller, id, input) => call('POST', `${of(id)}/undo`, withoutNulls(input)),
    previewReviews: (_caller, input) => call('POST', '/v1/reviews/bulk/preview', input),
    decideReviews: (_caller, input) => call('POST', '/v1/reviews/bulk', withoutNulls(input)),
    decideSequence: (_caller, sequence, input) =>
      call('POST', `/v1/sequences/${part(sequence)}/decisions`, withoutNulls(input)),
  };
}

export function httpSchedule(call: Call): ScheduleServices {
  const of = (action: string) => `/v1/scheduled/${part(action)}`;
  return {
    listScheduled: (_caller, { limit, ...query }) =>
      call('GET', `/v1/scheduled${queryOf({ limit: String(limit), ...query })}`),
    getScheduled: (_caller, action) => call('GET', of(action)),
    cancelScheduled: (_caller, action, reason) => call('POST', `${of(action)}/cancel`, { reason }),
    moveScheduled: (_caller, action, input) => call('POST', `${of(action)}/move`, withoutNulls(input)),
    sendNow: (_caller, action, input) => call('POST', `${of(action)}/send-now`, withoutNulls(input)),
    listPauses: async () => (await call<{ items: readonly PauseView[] }>('GET', '/v1/pauses')).items,
    setPause: (_caller, { value, ...input }) =>
      call('POST', '/v1/pauses', { ...input, ...(input.scope === 'tenant' ? {} : { value }) }),
    releasePause: (_caller, id) => call('DELETE', `/v1/pauses/${part(id)}`),
  };
}
