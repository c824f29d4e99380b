import type { SourcePenalties } from '../auth/source-penalties';

/**
 * The listeners' access to the penalties of sources (rule K1); answered from memory, at TCP accept.
 */
export type SourceGuard = Pick<SourcePenalties, 'admit' | 'penalize'>;
