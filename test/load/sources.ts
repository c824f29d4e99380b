import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { SourcePenalties } from '../../src/throttle/source-penalties';
import { systemRandom } from '../../src/base/random';
import { SourceCounter } from '../../src/base/event-counters';
import { configSchema } from '../../src/config/schema';
import { ConnectionLimiter } from '../../src/throttle/connection-limiter';
import { openAccounts } from '../support/accounts';
import { atScale, MIB, mib, type Part } from './part';

const SOURCES = 1_000_000;
const MAX_MIB = 64;

export const sources: Part = {
  name: 'sources',
  promise: 'a million IPv6 sources cost 64 MiB at most in penalties, counters and admission (L19)',
  async run(scene) {
    const count = atScale(scene, SOURCES);
    const accounts = await openAccounts();
    const config = configSchema.parse({});
    const isExempt = (): boolean => false;
    const { db, log, fake: clock } = accounts;
    const guard = await SourcePenalties.open({ db, clock, log, isExempt });
    const pages = new SourceCounter(clock, 600_000);
    const limiter = new ConnectionLimiter({
      ...{ config: () => config, clock, random: systemRandom, guard, isExempt },
      isKnown: () => false,
      mostConnections: undefined,
    });
    const beforeBytes = collected();
    for (let at = 0; at < count; at++) {
      const ip = `2001:db8:${(at >>> 16).toString(16)}:${(at & 0xffff).toString(16)}::1`;
      const result = limiter.accept({ remoteIp: ip, end: () => undefined });
      guard.penalize(ip, 'auth-failure');
      pages.count(ip, 10);
      if (result.ok) result.slot.release();
      // Those who came long ago are over, as they would be.
      if (at % 10_000 === 0) await clock.advance(100);
    }
    const more = collected() - beforeBytes;
    scene.say(
      `${count} sources: ${guard.size} remembered, ` +
        `${mib(more)} more memory in use (heap and buffers, after a collection)`,
    );
    if (more > MAX_MIB * MIB) scene.broken(`more than ${MAX_MIB} MiB`);
    if (guard.size > 65_536) scene.broken('more sources are remembered than may be');
    await guard.close();
    await accounts.close();
  },
};

/** Memory in use once all garbage is gone. */
function collected(): number {
  setFlagsFromString('--expose_gc');
  (runInNewContext('gc') as () => void)();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
