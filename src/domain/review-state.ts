/** What can become of a review. */
export const REVIEW_STATES = ['open', 'approved', 'edited', 'rejected', 'cancelled', 'expired'] as const;
export type ReviewState = (typeof REVIEW_STATES)[number];
