/** When a review ends by itself: after so much working time, or, without such a term, by the calendar. */
import type { Instant } from '../domain/instant.ts';
import type { Policy } from '../domain/policy.ts';
import { reviewTermsOf } from '../domain/review-terms.ts';
import { afterWorkingTime } from './working-time.ts';

export function reviewExpiry(policy: Pick<Policy, 'review' | 'review_ttl_ms'>, at: Instant): Instant {
  const { working_hours: hours, expiry_ms: term } = reviewTermsOf(policy);
  return term === undefined ? at + policy.review_ttl_ms : afterWorkingTime(hours, at, term);
}
