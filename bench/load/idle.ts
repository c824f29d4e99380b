import { LeanCaller } from '../lean-caller';
import { PASSWORD } from '../population';
import { readArgument, say } from '../processes';

export interface IdleOrder {
  readonly way: 'telnet' | 'ssh';
  readonly port: number;
  readonly callers: number;
  readonly atOnce: number;
  /** Heard by each before the next is dialled. */
  readonly word: string;
  /** For SSH; several calls of one account would take each other over. */
  readonly names?: readonly string[];
}

/** So many callers, who then sit there until this process is ended. */
async function main(): Promise<void> {
  const { way, port, callers, atOnce, word, names } = readArgument<IdleOrder>();
  const kept: LeanCaller[] = [];
  let dialled = 0;
  const startedMs = performance.now();
  const lane = async (): Promise<void> => {
    while (dialled < callers) {
      const username = names?.[dialled % names.length] ?? 'idle';
      dialled += 1;
      const caller =
        way === 'telnet'
          ? await LeanCaller.telnet(port)
          : await LeanCaller.ssh(port, { username, password: PASSWORD });
      await caller.hears(word);
      kept.push(caller);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  say({ callers: kept.length, seconds: (performance.now() - startedMs) / 1000 });
  // Open sockets keep the process alive.
}

void main();
