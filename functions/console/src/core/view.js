/** Drawing: what every part and page takes from preact, its hooks and htm. */

import {hooks} from "../vendor/hooks.js";
import {htm} from "../vendor/htm.js";
import {preact} from "../vendor/preact.js";

export const render = preact.render;
export const useState = hooks.useState;
export const useEffect = hooks.useEffect;
export const useLayoutEffect = hooks.useLayoutEffect;
export const useMemo = hooks.useMemo;
export const useCallback = hooks.useCallback;
export const useRef = hooks.useRef;
export const useErrorBoundary = hooks.useErrorBoundary;
export const useId = hooks.useId;

/** A template of elements. Text in it is only ever text: nothing of a sender becomes markup. */
export const html = htm.bind(preact.h);
