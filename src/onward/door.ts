import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { resolve } from 'node:path';
import type { Clock } from '../base/clock';
import { BbsError, toError } from '../base/errors';
import type { FarSide } from './connect';

/** Runs a door in a terminal of its own or beside a socket, with limits, and ends all that it started. */
const RUNNER = resolve(__dirname, '..', '..', 'misc', 'door-run.py');

/** After the end of a call the runner has so long to end the door: 0.2 s, 2 s and 2 s for three signals. */
const END_MS = 6_000;
/** How long a door with `io: socket` may take to connect. */
const CONNECT_MS = 15_000;

/** Exit code where a door could not be started. */
export const NOT_STARTED = 126;

/** What a door is run with. Every word of `argv` reaches it as it is; no shell reads it. */
export interface DoorJob {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** `stdio`: in a terminal; `socket`: the door connects to a port on loopback. */
  readonly io: 'stdio' | 'socket';
  /** 0 for no limit. */
  readonly limits: {
    readonly cpuSeconds: number;
    readonly memoryBytes: number;
    readonly files: number;
  };
  readonly size: () => { readonly columns: number; readonly rows: number };
}

interface DoorOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** What the door's runner says when it fails. */
  readonly onTrouble: (text: string) => void;
}

/** A door that runs. `far` carries its bytes; once that is closed, `ended` resolves when nothing of it is left. */
interface RunningDoor {
  readonly far: FarSide;
  /** With its exit code; 126 where it could not be started, undefined where a signal ended it. */
  readonly ended: Promise<number | undefined>;
}

interface DoorPort {
  readonly port: number;
  /** Of the door: the first that comes. */
  readonly connection: Promise<Socket>;
  /** Takes no more connections. */
  close(): void;
  /** Likewise, and ends the one that has come: no door will use it. */
  drop(): void;
}

/**
 * A free port on loopback to which a door with `io: socket` connects; it is in the arguments as `{srvPort}`. The first
 * connection is the door's, and any other one is closed.
 */
export async function openDoorPort(): Promise<DoorPort> {
  const server = createServer({ noDelay: true });
  let first: Socket | undefined;
  const connection = new Promise<Socket>((done) => {
    server.on('connection', (socket) => {
      socket.on('error', () => undefined);
      if (first === undefined) done((first = socket));
      else socket.destroy();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const close = (): void => void server.close();
  const drop = (): void => {
    close();
    first?.destroy();
  };
  return { port, connection, close, drop };
}

/**
 * Starts a door. Rejects with UNREACHABLE where its runner cannot be started, or where it does not connect in
 * time; with the signal's reason where that aborts first.
 */
export async function startDoor(
  job: DoorJob,
  options: DoorOptions & { readonly port?: DoorPort | undefined },
): Promise<RunningDoor> {
  const { columns, rows } = job.size();
  const child = spawn(
    'python3',
    [
      RUNNER,
      JSON.stringify({
        ...{ argv: job.argv, cwd: job.cwd, columns, rows, ...job.limits },
        io: job.io === 'socket' ? 'socket' : 'pty',
      }),
    ],
    // Of the board's own environment nothing reaches a door: keys may be in it.
    { env: { ...job.env }, stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'] },
  );
  const [data, control] = [child.stdio[3], child.stdio[4]] as unknown as [Socket, Socket];
  for (const pipe of [data, control]) pipe.on('error', () => undefined);
  const ended = watch(child, data, options);
  const spawned = new Promise<void>((done, fail) => {
    child.once('spawn', done);
    child.once('error', (error) =>
      fail(new BbsError('UNREACHABLE', `python3, which runs doors: ${error.message}`)),
    );
  });
  try {
    await spawned;
    const stream = job.io === 'socket' ? await connected(options, ended) : data;
    // With a socket, the end of the door's connection is the end of its run.
    if (stream !== data) stream.once('close', () => data.destroy());
    const resized = (): void => {
      const size = job.size();
      if (control.writable) control.write(`${size.columns} ${size.rows}\n`);
    };
    return { far: Object.assign(stream, { resized }), ended };
  } catch (error) {
    data.destroy();
    options.port?.drop();
    throw error;
  } finally {
    options.port?.close();
  }
}

/** Resolves once the runner has ended; it is killed where it takes too long after the call. */
function watch(
  child: ChildProcess,
  data: Socket,
  { clock, onTrouble }: DoorOptions,
): Promise<number | undefined> {
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => (said = `${said}${chunk.toString()}`.slice(-2_000)));
  return new Promise((done) => {
    let cancel = (): void => undefined;
    data.once('close', () => {
      cancel = clock.after(END_MS, () => {
        child.kill('SIGTERM');
        cancel = clock.after(END_MS, () => child.kill('SIGKILL'));
      });
    });
    child.once('error', () => done(NOT_STARTED));
    child.once('exit', (code) => {
      cancel();
      data.destroy();
      if (said !== '') onTrouble(said.trim());
      done(code ?? undefined);
    });
  });
}

/** The connection of the door to its port: the first one, and no other. */
function connected(
  { clock, signal, port }: DoorOptions & { readonly port?: DoorPort | undefined },
  ended: Promise<unknown>,
): Promise<Socket> {
  return new Promise((done, fail) => {
    const settle = (act: () => void): void => {
      cancel();
      signal.removeEventListener('abort', onAbort);
      act();
    };
    const onAbort = (): void => settle(() => fail(toError(signal.reason)));
    const late = (why: string): void => settle(() => fail(new BbsError('UNREACHABLE', why)));
    const cancel = clock.after(CONNECT_MS, () => late('the door has not connected'));
    signal.addEventListener('abort', onAbort, { once: true });
    void ended.then(() => late('the door ended before it connected'));
    void port?.connection.then((socket) => settle(() => done(socket)));
    if (signal.aborted) onAbort();
  });
}
