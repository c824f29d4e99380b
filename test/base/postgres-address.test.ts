import { parsePostgresAddress } from '../../src/base/postgres-address';

describe('an address of a PostgreSQL database', () => {
  test.each([
    ['postgres://board@db/board', [{ host: 'db', port: 5432 }]],
    [
      'postgres://board:p%40ss@a.example.org:6432,b.example.org,[fd00::1]:7000/board?target_session_attrs=read-write',
      [
        { host: 'a.example.org', port: 6432 },
        { host: 'b.example.org', port: 5432 },
        { host: 'fd00::1', port: 7000 },
      ],
    ],
    [
      'postgresql://board@localhost:6000/board?host=/run/a,/run/b',
      [
        { host: '/run/a', port: 6000 },
        { host: '/run/b', port: 6000 },
      ],
    ],
  ])('names each server: %s', (address, places) => {
    const found = parsePostgresAddress(address);
    expect(found.places).toEqual(places);
    expect([found.user, found.database]).toEqual(['board', 'board']);
  });

  test.each([
    ['postgres://board:secret@a,,b/board', 'is no address'],
    ['postgres://board:secret@a:1x,b/board', 'is no address'],
    ['postgres://board:secret@a/board?host=/run/a,', 'names no host'],
    ['postgres://board:secret@a,b/board?target_session_attrs=any', 'but read-write'],
    ['postgres://board:secret@a,b', 'names no database'],
  ])('is refused without showing the password: %s', (address, why) => {
    const error = (() => {
      try {
        return parsePostgresAddress(address) && undefined;
      } catch (thrown) {
        return thrown as Error;
      }
    })();
    expect(error?.message).toContain(why);
    expect(error?.message).not.toContain('secret');
  });
});
