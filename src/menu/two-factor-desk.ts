import type { Enrollment } from '../auth/enrollment';
import type { TwoFactorDesk } from './services';

/** The second factor's screen and auth/enrollment, put together. */
export function createTwoFactorDesk(parts: { readonly enrollment: Enrollment }): TwoFactorDesk {
  const { enrollment } = parts;
  return {
    async sendLink(user, type, actor) {
      const begun = await enrollment.begin(user.id, type, { actor, mail: true });
      if (begun.kind === 'begun') return 'sent';
      const isTold = begun.kind === 'no-address' || begun.kind === 'too-many';
      return isTold ? begun.kind : 'not-now';
    },
    pending: (userId, sessionId) => enrollment.pendingFor(userId, sessionId),
    async dropPending(userId, actor) {
      await enrollment.removePending(userId, actor);
    },
    async disable(userId, actor) {
      await enrollment.disable(userId, actor);
    },
    newBackupCodes: async (userId, actor) =>
      (await enrollment.regenerateBackupCodes(userId, actor)) ?? [],
    backupCodesLeft: async (userId) => (await enrollment.status(userId)).backupCodesLeft,
  };
}
