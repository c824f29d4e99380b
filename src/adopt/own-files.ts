/*
 * The files that 'sallyport adopt' writes itself. Each includes the old board's own, which stays as it
 * was, and what it says comes before what it includes.
 */

const CONFIG_COMMENT = `Made by 'sallyport adopt'. What stands here comes before the file of the old board
that is included, which is as it was. Write what you change here or there.`;

const MARKS_COMMENT = `Made by 'sallyport adopt'. These menus show art before callers sign in. Without the mark
callers are turned away there. Take out each that is not meant for everybody.`;

/** A config.hjson that includes the old one and corrects the values at these dotted paths. */
export function configText(
  includes: readonly string[],
  values: ReadonlyMap<string, string>,
): string {
  return withComment(CONFIG_COMMENT, { includes, ...nest(values) });
}

/** A menu file that includes the old one and marks these menus as part of the login area. */
export function marksText(menuFile: string, names: readonly string[]): string {
  const menus = Object.fromEntries(names.map((name) => [name, { config: { area: 'login' } }]));
  return withComment(MARKS_COMMENT, { includes: [menuFile], menus });
}

function withComment(comment: string, value: object): string {
  const [open = '{', ...rest] = JSON.stringify(value, undefined, 2).split('\n');
  const lines = comment.split('\n').map((line) => `  // ${line}`);
  return [open, ...lines, ...rest, ''].join('\n');
}

/** `a.b: 1` as `{ a: { b: 1 } }`. */
function nest(values: ReadonlyMap<string, string>): Record<string, unknown> {
  const root: Record<string, unknown> = {};
  for (const [key, value] of values) {
    const steps = key.split('.');
    let at = root;
    for (const step of steps.slice(0, -1)) at = (at[step] ??= {}) as Record<string, unknown>;
    at[steps.at(-1) ?? ''] = value;
  }
  return root;
}
