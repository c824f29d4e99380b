import { createGate } from '../../src/auth/gate';
import { listAudit } from '../../src/store/audit';
import { openDesk, PASSWORD, STRANGER, tryPassword, type Desk } from '../support/gate-desk';

let desk: Desk;
beforeEach(async () => {
  desk = await openDesk();
});
afterEach(() => desk.close());

test('more sign-ins at once than there is room for are busy, and nothing is looked up or written for them (rule K3)', async () => {
  await desk.addAccount('joe');
  const gate = createGate({ ...desk, floorMs: 0, mostAtOnce: 2 });
  const call = (): Promise<string> =>
    tryPassword(gate.begin({ server: 'ssh', secure: true, remoteIp: STRANGER, node: 1 }), PASSWORD);
  const hashes = desk.hashes.started;
  const results = await Promise.all(Array.from({ length: 50 }, call));
  expect(results.filter((result) => result === 'accepted')).toHaveLength(2);
  expect(results.filter((result) => result === 'busy')).toHaveLength(48);
  expect(desk.hashes.started - hashes).toBe(2);
  const rows = await desk.db.run((sql) => listAudit(sql, { limit: 100 }));
  expect(rows.filter(({ kind }) => kind === 'password')).toHaveLength(2);
  expect(desk.logLines.filter((line) => line.includes('"reason":"busy"'))).toHaveLength(48);
  // The room is free again afterwards.
  expect(await call()).toBe('accepted');
});
