/** What the broker has done so far. */
export interface BrokerCounts {
  accepted: number;
  delivered: number;
  replies: number;
  retries: number;
  deadLettered: number;
  undelivered: number;
  /** Accepted and not yet delivered. */
  pending: number;
}

export function noCounts(): BrokerCounts {
  return { accepted: 0, delivered: 0, replies: 0, retries: 0, deadLettered: 0, undelivered: 0, pending: 0 };
}
