import { createRequire } from 'node:module';
import { BbsError, toError } from '../base/errors';
import { isLoopback } from '../base/source';
import type { TfsAccount } from './tfs-import';

/** The part of the mysql2 package that is used; it is not among this program's own. */
interface Driver {
  createConnection(options: Readonly<Record<string, unknown>>): Promise<Connection>;
}

interface Connection {
  query(statement: {
    readonly sql: string;
    readonly timeout: number;
  }): Promise<readonly [readonly Readonly<Record<string, unknown>>[], unknown]>;
  end(): Promise<void>;
  destroy(): void;
}

const DRIVER = 'mysql2/promise';
const CONNECT_MS = 10_000;
const QUERY_MS = 60_000;
/** As many as a file may have. */
const MOST_ROWS = 1_000_000;
const STATEMENT = `SELECT id, name, email, secret FROM accounts ORDER BY id LIMIT ${MOST_ROWS + 1}`;

/** Where the password is taken from where the address has none, as other clients of MySQL do. */
const PASSWORD_VARIABLE = 'MYSQL_PWD';

/**
 * Reads the accounts from a database of The Forgotten Server at `mysql://user@host:port/database`, or by
 * `?socket=/run/mysqld/mysqld.sock`; over a network by TLS alone. Nothing is written there. Throws USAGE for an
 * address that is none, PREREQUISITE_MISSING without the driver, and UNREACHABLE where the database refuses or
 * does not answer.
 */
export async function readTfsDatabase(
  address: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<readonly TfsAccount[]> {
  const options = readAddress(address, env[PASSWORD_VARIABLE]);
  const driver = loadDriver();
  let connection: Connection | undefined;
  try {
    connection = await driver.createConnection({ ...options, connectTimeout: CONNECT_MS });
    const [rows] = await connection.query({ sql: STATEMENT, timeout: QUERY_MS });
    await connection.end();
    if (rows.length > MOST_ROWS)
      throw new BbsError('USAGE', `there are more than ${MOST_ROWS} accounts; take them by --csv`);
    return rows.map((row) => ({
      line: Number(row['id']),
      name: textOf(row['name']),
      email: textOf(row['email']),
      secret: textOf(row['secret']),
    }));
  } catch (error) {
    connection?.destroy();
    if (error instanceof BbsError) throw error;
    const { message } = toError(error);
    throw new BbsError('UNREACHABLE', `the database of --dsn: ${message}`, { cause: error });
  }
}

/** Throws USAGE; the address itself is not said, for it may hold a password. */
function readAddress(
  address: string,
  otherPassword: string | undefined,
): Readonly<Record<string, unknown>> {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const database = decode(url?.pathname.slice(1));
  const unknown = [...(url?.searchParams.keys() ?? [])].find((key) => key !== 'socket');
  const user = decode(url?.username);
  const isWhole = url?.protocol === 'mysql:' && url.hostname !== '' && user !== '';
  if (!isWhole || database === '' || unknown !== undefined) {
    throw new BbsError(
      'USAGE',
      '--dsn is an address like mysql://user@127.0.0.1:3306/tfs, with ?socket=FILE for a Unix socket',
    );
  }
  const password = decode(url.password) || otherPassword;
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const socketPath = url.searchParams.get('socket');
  const isHere = socketPath !== null || host === 'localhost' || isLoopback(host);
  return {
    ...{ user, database },
    ...(password === undefined ? {} : { password }),
    ...(socketPath === null ? { host, port: Number(url.port || 3306) } : { socketPath }),
    // Secrets come over it.
    ...(isHere ? {} : { ssl: { minVersion: 'TLSv1.2' } }),
  };
}

function decode(part = ''): string {
  try {
    return decodeURIComponent(part);
  } catch {
    // A percent sign that begins no character: taken as it is.
    return part;
  }
}

function loadDriver(): Driver {
  try {
    return createRequire(__filename)(DRIVER) as Driver;
  } catch (error) {
    throw new BbsError(
      'PREREQUISITE_MISSING',
      'the driver mysql2 is not installed beside this program (npm install mysql2); --csv needs none',
      { cause: error },
    );
  }
}

/** Text, or the bytes of a column whose order is by bytes; NULL is nothing. */
function textOf(value: unknown): string {
  if (Buffer.isBuffer(value)) return value.toString('utf8').trim();
  return typeof value === 'string' ? value.trim() : '';
}
