import { codeOf } from './dialect';

/**
 * The SQLSTATE of what the server itself has said; empty for any other error. Each that PostgreSQL gives has a digit
 * (its manual, appendix A), and no name of a system error has one: EPIPE has five letters as well.
 */
export function sqlStateOf(error: unknown): string {
  const code = codeOf(error);
  return /^(?=.*[0-9])[0-9A-Z]{5}$/.test(code) ? code : '';
}
