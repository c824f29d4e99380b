import type { DriftSighting } from '../store/factors';

/** How far a clock may be off for its drift to be learned, in steps: half a day (rule A5). */
export const DRIFT_REACH = 1500;

const SIGHTINGS = 3;

export type DriftLesson =
  | { readonly kind: 'watch'; readonly trail: readonly DriftSighting[] }
  | { readonly kind: 'learned'; readonly drift: number; readonly lastPosition: number };

/**
 * Takes one more code of a clock that is off. Three different codes on consecutive steps with the same
 * skew, give or take one, teach it; anything else starts over (rule A5).
 */
export function learnDrift(
  trail: readonly DriftSighting[],
  seen: { readonly nowStep: number; readonly positions: readonly number[] },
): DriftLesson {
  const [position] = seen.positions;
  if (position === undefined) return { kind: 'watch', trail: [] };
  const last = trail.at(-1);
  const follows =
    last === undefined ? undefined : seen.positions.find((at) => continues(last, at, seen));
  // The same code again teaches nothing, and is no reason to start over.
  if (last !== undefined && seen.positions.includes(last.step)) return { kind: 'watch', trail };
  const sighting = { step: follows ?? position, skew: (follows ?? position) - seen.nowStep };
  const now = follows === undefined ? [sighting] : [...trail, sighting];
  if (now.length < SIGHTINGS) return { kind: 'watch', trail: now };
  const sum = now.reduce((total, { skew }) => total + skew, 0);
  return { kind: 'learned', drift: Math.round(sum / now.length), lastPosition: sighting.step };
}

function continues(last: DriftSighting, at: number, seen: { readonly nowStep: number }): boolean {
  return at === last.step + 1 && Math.abs(at - seen.nowStep - last.skew) <= 1;
}
