import type { DriftSighting } from '../store/factors';

/** Maximum clock error that can be learned, in steps of 30 s: half a day (rule A5). */
export const DRIFT_REACH = 1500;

const SIGHTINGS = 3;

type DriftLesson =
  | { readonly kind: 'watch'; readonly trail: readonly DriftSighting[] }
  | { readonly kind: 'learned'; readonly drift: number; readonly lastPosition: number };

/**
 * Evaluates one more code of an authenticator whose clock is off. Three different codes on
 * consecutive steps with the same skew, plus or minus one, set the drift; anything else starts over
 * (rule A5).
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
  // A repeated code is ignored.
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
