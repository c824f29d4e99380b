import { BbsError } from './errors';

/** What an address of a PostgreSQL database says. */
export interface PostgresAddress {
  /** A name, an address, or the folder of a socket, which begins with a slash. */
  readonly host: string;
  readonly port: number;
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly database: string;
  /** Where the tables are; the role's own search path where nothing is said. */
  readonly schema: string | undefined;
}

const PARAMETERS = ['host', 'schema'];

/** Throws CONFIG_INVALID, which never shows the address: it has a password. */
export function parsePostgresAddress(address: string): PostgresAddress {
  const wrong = (why: string): BbsError =>
    new BbsError(
      'CONFIG_INVALID',
      `database.connection ${why}; it is like postgres://user:password@host:5432/database`,
    );
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    throw wrong('is no address');
  }
  if (url.protocol !== 'postgres:' && url.protocol !== 'postgresql:')
    throw wrong('does not begin with postgres://');
  for (const name of url.searchParams.keys()) {
    if (PARAMETERS.includes(name)) continue;
    const hint = name.startsWith('ssl') ? ', but database.tls' : '';
    throw wrong(`takes no ${JSON.stringify(name)}${hint}`);
  }
  let parts: readonly string[];
  try {
    const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
    parts = [host, url.username, url.password, url.pathname.slice(1)].map(decodeURIComponent);
  } catch {
    throw wrong('has a % without two digits after it');
  }
  const [host = '', user = '', password = '', database = ''] = parts;
  // A folder with a socket fits into no other part, and an address with a user needs some host.
  const place = url.searchParams.get('host') ?? host;
  if (place === '') throw wrong('names no host');
  if (database === '') throw wrong('names no database');
  return {
    host: place,
    port: url.port === '' ? 5432 : Number(url.port),
    user: user === '' ? undefined : user,
    password: password === '' ? undefined : password,
    database,
    schema: url.searchParams.get('schema') ?? undefined,
  };
}
