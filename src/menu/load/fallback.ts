import type { ShownArt } from '../run/module';
import { asTree, type Tree } from './theme';

/** Views that take keys and fit on a line of their own. */
const FIELD = /^(?:ET|ME|TM|SM|HM|BT|VM)\d{1,2}$/;

/**
 * What is shown in place of art that is missing, so that a form can be filled in all the same: a line
 * for each field that the art would have placed. Undefined where the menu needs no art to go on.
 */
export function fallbackForm(title: string, views: Tree): ShownArt | undefined {
  const fields = Object.entries(views).filter(
    ([mci, properties]) => FIELD.test(mci) && asTree(properties)['position'] === undefined,
  );
  if (fields.length === 0) return undefined;
  const lines = fields.map(([mci, properties]) => `|07${labelOf(asTree(properties))}|15%${mci}`);
  return { kind: 'lines', lines: [...(title === '' ? [] : [`|15${title}`, '']), ...lines] };
}

/** The same for a prompt; one without fields waits for a key. */
export function fallbackPrompt(views: Tree): ShownArt {
  return fallbackForm('', views) ?? { kind: 'lines', lines: ['|07Press any key.'] };
}

/** `newPassword` as `New password: `; a button or menu speaks for itself. */
function labelOf({ argName, text, items }: Tree): string {
  if (text !== undefined || items !== undefined) return '';
  if (typeof argName !== 'string' || !/^[A-Za-z]+$/.test(argName)) return '> ';
  const words = argName.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}: `;
}
