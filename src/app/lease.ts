/** How long a host is believed to live after it was last heard of, in milliseconds. */
export const LEASE_MS = 4_000;
