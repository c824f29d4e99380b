import type { RejectReason } from './login';

/** The outcome of one credential: only what the caller may learn of it. */
export type Checked<T> =
  | { readonly kind: 'accepted'; readonly value: T }
  | { readonly kind: 'rejected'; readonly reason: RejectReason; readonly retryAfterMs?: number };
