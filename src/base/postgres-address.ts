import { BbsError } from './errors';

/** A PostgreSQL database, and how it is reached. */
export interface PostgresServer {
  /** `postgres://user:password@host:port/database`, as `parsePostgresAddress` reads it. */
  readonly address: string;
  /** Most connections at once. */
  readonly pool: number;
  readonly tls: {
    readonly enabled: boolean;
    readonly rejectUnauthorized: boolean;
    /** PEM text of the authorities that are believed, in place of the usual ones; empty for those. */
    readonly ca: string;
  };
}

/** Where a server listens. */
export interface PostgresPlace {
  /** A name, an address, or the folder of a socket, which begins with a slash. */
  readonly host: string;
  readonly port: number;
}

/** What an address of a PostgreSQL database says. */
export interface PostgresAddress {
  /** One, or several of which one at a time takes writes. */
  readonly places: readonly [PostgresPlace, ...PostgresPlace[]];
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly database: string;
  /** Where the tables are; the role's own search path where nothing is said. */
  readonly schema: string | undefined;
}

const PARAMETERS = ['host', 'schema', 'target_session_attrs'];

/** Scheme, user with password, hosts with ports, and the rest. */
const PARTS = /^([a-z]+:\/\/)([^/?#]*@)?([^/?#]*)(.*)$/s;

/** Throws CONFIG_INVALID, which never shows the address: it has a password. */
export function parsePostgresAddress(address: string): PostgresAddress {
  const wrong = (why: string): BbsError =>
    new BbsError(
      'CONFIG_INVALID',
      `database.connection ${why}; it is like postgres://user:password@host:5432/database`,
    );
  const [, scheme = '', login = '', hosts = '', rest = ''] = PARTS.exec(address) ?? [];
  let urls: readonly URL[];
  try {
    urls = hosts.split(',').map((host) => new URL(`${scheme}${login}${host}${rest}`));
  } catch {
    throw wrong('is no address');
  }
  const [url] = urls;
  if (url === undefined) throw wrong('is no address');
  if (url.protocol !== 'postgres:' && url.protocol !== 'postgresql:')
    throw wrong('does not begin with postgres://');
  for (const name of url.searchParams.keys()) {
    if (PARAMETERS.includes(name)) continue;
    const hint = name.startsWith('ssl') ? ', but database.tls' : '';
    throw wrong(`takes no ${JSON.stringify(name)}${hint}`);
  }
  // As addresses of other programs have it; nothing else is of use to a board.
  const target = url.searchParams.get('target_session_attrs') ?? 'read-write';
  if (target !== 'read-write' && target !== 'primary')
    throw wrong(`takes no target_session_attrs but read-write`);
  let parts: readonly string[];
  let names: readonly string[];
  try {
    names = urls.map(({ hostname }) => decodeURIComponent(hostname.replace(/^\[(.*)\]$/, '$1')));
    parts = [url.username, url.password, url.pathname.slice(1)].map(decodeURIComponent);
  } catch {
    throw wrong('has a % without two digits after it');
  }
  const [user = '', password = '', database = ''] = parts;
  // A folder with a socket fits into no other part, and an address with a user needs some host.
  const folders = url.searchParams.get('host')?.split(',');
  const ports = urls.map(({ port }) => (port === '' ? 5432 : Number(port)));
  const [first, ...others] = (folders ?? names).map((host, at) => ({
    host,
    port: ports[at] ?? ports[0] ?? 5432,
  }));
  if (first === undefined || [first, ...others].some(({ host }) => host === ''))
    throw wrong('names no host');
  if (database === '') throw wrong('names no database');
  return {
    places: [first, ...others],
    user: user === '' ? undefined : user,
    password: password === '' ? undefined : password,
    database,
    schema: url.searchParams.get('schema') ?? undefined,
  };
}

/** Host and port as messages name them, so that a wrong port is seen. */
export function placeOf({ host, port }: PostgresPlace): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
