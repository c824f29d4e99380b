import { FORM_SCREENS } from './form-screens.mjs';
import { GATE_SCREENS } from './gate-screens.mjs';
import { LIST_SCREENS } from './list-screens.mjs';

/** Every stock screen of the theme gatehouse by its file name: a function that draws it. */
export const SCREENS = { ...GATE_SCREENS, ...FORM_SCREENS, ...LIST_SCREENS };
