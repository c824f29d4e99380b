import { toError } from '../../base/errors';
import type { View } from '../../views/view';
import { parseAsset } from '../load/asset';
import { findSignInGap } from './menu-access';
import { own } from './follow';
import type { SubmitRule } from '../load/menu-entry';
import type { MenuContext, MenuModule } from './module';
import type { ScreenController } from '../screen/screen-controller';
import { matchSubmit } from '../load/choice';
import { VALIDATORS } from './validators';

type CheckResult = MenuContext & { readonly screen: ScreenController };

/** Runs the validator of a view: a sentence for the caller, or undefined when the value is valid. */
export async function checkField(
  context: CheckResult,
  module: MenuModule,
  field: { readonly view: View; readonly text: string },
): Promise<string | undefined> {
  const { view, text } = field;
  const { form, rules } = context.screen.composition;
  const isSubmitting = form.focusedId !== view.id;
  if (isSubmitting && leavesTheForm(context, rules.submit(form.focusedId ?? 0))) return undefined;
  const asset = parseAsset(String(view.spec.properties['validate']));
  const { caller, services } = context;
  const validator =
    asset?.kind === 'method'
      ? own(module.validators ?? {}, asset.name)
      : own(VALIDATORS, asset?.name ?? '');
  if (validator === undefined) {
    // The validator does not exist: no value is accepted unchecked.
    caller.log.error('menu.validator-missing', { menu: context.menu, validator: asset?.name });
    return context.say('field.unchecked');
  }
  // A module's validator runs in a menu that the caller may be in; `needs` is checked again.
  const bindsFirst = caller.login.bindsFirst === true && module.bindsFactor !== true;
  const refusal = findSignInGap(validator, { subject: context.subject(), bindsFirst });
  if (refusal !== undefined) return context.say(refusal);
  try {
    return await validator.check(text, {
      caller,
      services,
      say: context.say,
      memory: context.memory,
      values: form.values(),
    });
  } catch (thrown) {
    caller.signal.throwIfAborted();
    caller.log.error('menu.validator-failed', { menu: context.menu, error: toError(thrown) });
    return context.say('menu.later');
  }
}

const LEAVING_METHODS: readonly string[] = ['prevMenu', 'logoff'];

/** True for a submission that only goes back: a form can be cancelled without being filled in. */
function leavesTheForm(context: CheckResult, rules: readonly SubmitRule[]): boolean {
  const rule = matchSubmit(rules, context.screen.composition.form.values());
  return (
    rule?.action?.options.every(
      ({ value }) => value.kind === 'system-method' && LEAVING_METHODS.includes(value.name),
    ) ?? false
  );
}
