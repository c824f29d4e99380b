import { firstMenuOf, listLoginServers, valueAt } from '../../src/config/login-servers';
import { configSchema, defaultConfig } from '../../src/config/schema';
import { WAYS_IN, WAY_IN_NAMES } from '../../src/protocols/ways-in';

/** The dotted keys of the sections that have a port, as the schema has them. */
function sectionsWithPort(section: object, before: string): readonly string[] {
  return Object.entries(section).flatMap(([key, value]) => {
    if (typeof value !== 'object' || value === null) return [];
    const path = `${before}.${key}`;
    return 'port' in value ? [path] : sectionsWithPort(value as object, path);
  });
}

test('every login server of the schema is a way in of the table', () => {
  const sections = sectionsWithPort(defaultConfig().loginServers, 'loginServers');
  expect([...sections].sort()).toEqual(
    listLoginServers(defaultConfig())
      .map(({ path }) => path)
      .sort(),
  );
});

test.each(WAY_IN_NAMES)('the menus that calls by %s begin at are keys of the schema', (way) => {
  for (const { key } of WAYS_IN[way].firstMenus) {
    expect(valueAt(defaultConfig(), key)).toEqual(expect.any(String));
  }
});

test('a call begins at the menu of its way in, and by SSH at another one without an account', () => {
  const config = configSchema.parse({
    loginServers: {
      telnet: { firstMenu: 'byTelnet' },
      ssh: { firstMenu: 'bySsh', firstMenuNewUser: 'applying' },
    },
  });
  expect(WAY_IN_NAMES.map((way) => [way, firstMenuOf(config, way)])).toEqual([
    ['telnet', 'byTelnet'],
    ['rlogin', 'byTelnet'],
    ['ssh', 'bySsh'],
    ['wss', 'byTelnet'],
    ['ws', 'byTelnet'],
  ]);
  expect(firstMenuOf(config, 'ssh', { signedIn: false })).toBe('applying');
  expect(firstMenuOf(config, 'rlogin', { signedIn: true })).toBe('bySsh');
});
