import { birthdateProblem } from '../menu/run/validators';
import type { Say } from '../texts/texts';
import type { PropertyValues } from '../store/properties';

/** A property that people fill in about themselves. */
export type PersonalProperty =
  'real_name' | 'birthdate' | 'sex' | 'location' | 'affiliation' | 'about' | 'web_address';

/** Fields of the contract's forms (A7) by argName, and the property each one is kept in. */
export const PERSONAL_FIELDS: Readonly<Record<string, PersonalProperty>> = {
  realName: 'real_name',
  birthdate: 'birthdate',
  sex: 'sex',
  location: 'location',
  affils: 'affiliation',
  about: 'about',
  web: 'web_address',
};

type PersonalData =
  | { readonly kind: 'data'; readonly properties: PropertyValues }
  | { readonly kind: 'refused'; readonly property: PersonalProperty; readonly text: string };

/** What was typed, in the form in which it is kept; a field left empty is no property. */
export function readPersonalData(
  say: Say,
  typed: Readonly<Partial<Record<PersonalProperty, string>>>,
  nowMs: number,
): PersonalData {
  const problem = birthdateProblem(say, typed.birthdate ?? '', nowMs);
  if (problem !== undefined) return { kind: 'refused', property: 'birthdate', text: problem };
  const properties = Object.entries(typed).map(([property, text]): [string, string | undefined] => {
    const kept = keep(property, text.trim());
    return [property, kept === '' ? undefined : kept];
  });
  return { kind: 'data', properties: Object.fromEntries(properties) };
}

function keep(property: string, text: string): string {
  switch (property) {
    case 'birthdate':
      return keepDate(text.replace(/[^0-9]/g, ''));
    case 'sex':
      return text.toUpperCase();
    default:
      return text;
  }
}

/** Midnight in server time: without an offset the day cannot become another one. */
function keepDate(digits: string): string {
  if (digits === '') return '';
  return `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6)}T00:00:00.000`;
}
