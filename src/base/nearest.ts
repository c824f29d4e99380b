/**
 * The candidate that a person most likely meant by `name`, or undefined when none is similar.
 * Letter case is ignored; an error (a wrong, missing, extra or swapped letter) costs one.
 */
export function nearestName(name: string, candidates: Iterable<string>): string | undefined {
  const wanted = name.slice(0, MAX_NAME_CHARACTERS).toLowerCase();
  let nearest: string | undefined;
  let fewest = allowedErrors(wanted.length) + 1;
  for (const candidate of candidates) {
    const errors = editDistance(
      wanted,
      candidate.slice(0, MAX_NAME_CHARACTERS).toLowerCase(),
      fewest,
    );
    if (errors < fewest && errors < candidate.length) {
      nearest = candidate;
      fewest = errors;
    }
  }
  return nearest;
}

// Names in a sysop's file have a few dozen letters; longer ones would only take time.
const MAX_NAME_CHARACTERS = 64;

/** One error for each three letters; beyond three it is another name, and a wrong hint leads to the next mistake. */
function allowedErrors(length: number): number {
  return Math.min(3, Math.max(1, Math.round(length / 3)));
}

/** Optimal string alignment distance; stops with `limit` as soon as the result cannot be lower. */
function editDistance(from: string, to: string, limit: number): number {
  if (Math.abs(from.length - to.length) >= limit) return limit;
  let beforeLast: readonly number[] = [];
  let last: readonly number[] = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1];
      let cost = Math.min(
        at(last, column) + 1,
        at(current, column - 1) + 1,
        at(last, column - 1) + (same ? 0 : 1),
      );
      const swapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      if (row > 1 && column > 1 && swapped) cost = Math.min(cost, at(beforeLast, column - 2) + 1);
      current.push(cost);
    }
    if (Math.min(...current) >= limit) return limit;
    beforeLast = last;
    last = current;
  }
  return at(last, to.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}
