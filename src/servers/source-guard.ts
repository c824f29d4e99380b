import type { SourcePenalties } from '../auth/source-penalties';

/** What the listeners ask and tell of a source (rule K1); answered from memory, at TCP accept. */
export type SourceGuard = Pick<SourcePenalties, 'admit' | 'penalize'>;
