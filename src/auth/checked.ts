import type { RejectReason } from './login';

/** The outcome of one credential. What a caller may be told of it, and nothing else. */
export type Checked<T> =
  | { readonly kind: 'accepted'; readonly value: T }
  | { readonly kind: 'rejected'; readonly reason: RejectReason; readonly retryAfterMs?: number };
