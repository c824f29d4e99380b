import type { ShownArt } from '../run/module';
import { asTree, type Tree } from './theme';

/** Views that take keys and fit on a line of their own. */
const FIELD = /^(?:ET|ME|TM|SM|HM|BT|VM)\d{1,2}$/;

/**
 * Replaces missing art, so that the form can still be filled in: one line for each field that the art
 * would have placed. Undefined when the menu works without art.
 */
export function fallbackForm(title: string, views: Tree): ShownArt | undefined {
  const fields = Object.entries(views).filter(
    ([mci, properties]) => FIELD.test(mci) && asTree(properties)['position'] === undefined,
  );
  if (fields.length === 0) return undefined;
  const lines = fields.map(([mci, properties]) => `|07${labelOf(asTree(properties))}|15%${mci}`);
  return { kind: 'lines', lines: [...(title === '' ? [] : [`|15${title}`, '']), ...lines] };
}

/** The same for a prompt; a prompt without fields waits for a key. */
export function fallbackPrompt(views: Tree): ShownArt {
  return fallbackForm('', views) ?? { kind: 'lines', lines: ['|07Press any key.'] };
}

/** `newPassword` becomes `New password: `; a view with text or items of its own gets no label. */
function labelOf({ argName, text, items }: Tree): string {
  if (text !== undefined || items !== undefined) return '';
  if (typeof argName !== 'string' || !/^[A-Za-z]+$/.test(argName)) return '> ';
  const words = argName.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}: `;
}
