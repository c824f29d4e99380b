/**
 * Age in whole years on the day of `today`, or undefined for text that is not a date. Reads
 * `1970-12-31...`, `1970/12/31` and `19701231` without allocating anything.
 */
export function ageInYears(birthdate: string, today: Date): number | undefined {
  const gap = isDigitAt(birthdate, 4) ? 0 : 1;
  const year = readDigits(birthdate, 0, 4);
  const month = readDigits(birthdate, 4 + gap, 2);
  const day = readDigits(birthdate, 6 + 2 * gap, 2);
  if (year < 0 || month < 1 || month > 12 || day < 1 || day > 31) return undefined;
  const years = today.getFullYear() - year;
  const thisMonth = today.getMonth() + 1;
  const hadBirthday = thisMonth > month || (thisMonth === month && today.getDate() >= day);
  const age = hadBirthday ? years : years - 1;
  return age < 0 ? undefined : age;
}

function readDigits(text: string, start: number, count: number): number {
  let value = 0;
  for (let at = start; at < start + count; at++) {
    if (!isDigitAt(text, at)) return -1;
    value = value * 10 + text.charCodeAt(at) - 48;
  }
  return value;
}

function isDigitAt(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 48 && code <= 57;
}
