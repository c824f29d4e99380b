import type { Steps } from '../base/steps';
import type { Finding, MenuEntry, MenuSet } from '../menu/load/menu-entry';

/**
 * Rings of menus that show nothing, ask nothing and wait for nothing: a caller who enters one would
 * never see a screen again. A ring with conditions on it is a warning, one without an error.
 */
export function* findSilentLoops(set: MenuSet): Steps<readonly Finding[]> {
  const findings: Finding[] = [];
  const done = new Set<string>();
  for (const start of set.menus.keys()) {
    const ring = yield* findRing(start, set, done);
    if (ring === undefined) continue;
    const [first] = ring;
    const certain = ring.every((menu) => menu.next?.options.length === 1 && isPlain(menu));
    if (first === undefined) continue;
    const way = [...ring, first].map(({ name }) => name).join(' -> ');
    findings.push({
      severity: certain ? 'error' : 'warning',
      rule: 'silent-loop',
      place: first.next?.place ?? first.place,
      subject: first.name,
      text: `menus without a screen lead round in a ring: ${way}`,
    });
  }
  return findings;
}

/** Walks silent menus depth first, without recursion: a chain may be as long as the board has menus. */
function* findRing(
  start: string,
  set: MenuSet,
  done: Set<string>,
): Steps<readonly MenuEntry[] | undefined> {
  const way: { readonly menu: MenuEntry; readonly next: string[] }[] = [];
  const onWay = new Set<string>();
  let ring: readonly MenuEntry[] | undefined;
  const enter = (name: string): void => {
    const menu = set.menus.get(name);
    if (menu === undefined || !isSilent(menu)) return;
    if (onWay.has(name)) {
      const from = way.findIndex((step) => step.menu === menu);
      ring ??= way.slice(from).map((step) => step.menu);
      return;
    }
    if (done.has(name)) return;
    done.add(name);
    onWay.add(name);
    way.push({ menu, next: nextMenus(menu) });
  };
  enter(start);
  yield;
  for (let top = way.at(-1); top !== undefined; top = way.at(-1)) {
    yield;
    const name = top.next.pop();
    if (name !== undefined) {
      enter(name);
      continue;
    }
    way.pop();
    onWay.delete(top.menu.name);
  }
  return ring;
}

function nextMenus({ next }: MenuEntry): string[] {
  return (next?.options ?? []).flatMap(({ value }) => (value.kind === 'menu' ? value.name : []));
}

function isSilent(menu: MenuEntry): boolean {
  const { pause, nextTimeoutMs } = menu.config;
  const waits = pause !== undefined || nextTimeoutMs !== undefined;
  return menu.autoNext && !waits && menu.art === undefined && menu.module.kind === 'standard';
}

function isPlain(menu: MenuEntry): boolean {
  return (
    menu.next?.options.every(({ acs }) => acs === undefined) === true && menu.acs === undefined
  );
}
