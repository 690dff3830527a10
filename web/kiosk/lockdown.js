/**
 * Takes away what leads off a kiosk's page or leaves something of a visitor on the device: menus, drags, the
 * clipboard, printing, the browser's keys. What a page cannot take away, the browser's kiosk mode does (docs/kiosk.md).
 */

const REFUSED = ['contextmenu', 'dragstart', 'dragover', 'drop', 'copy', 'cut', 'paste', 'auxclick'];
/** With Ctrl, Alt or the command key: only what edits a text. */
const EDITING = ['a', 'z', 'y', 'backspace', 'delete', 'arrowleft', 'arrowright', 'home', 'end'];
const FUNCTION_KEY = /^F\d+$/;

const refuse = (/** @type {Event} */ event) => event.preventDefault();

/** @param {KeyboardEvent} event */
function refuseShortcut(event) {
  const { key, ctrlKey, altKey, metaKey } = event;
  const isAltGr = event.getModifierState('AltGraph'); // writes characters
  const isShortcut = (ctrlKey || altKey || metaKey) && !isAltGr && !EDITING.includes(key.toLowerCase());
  if (isShortcut || FUNCTION_KEY.test(key)) event.preventDefault();
}

/** @param {Window} window */
export function lockDown(window) {
  for (const type of REFUSED) window.addEventListener(type, refuse, { capture: true, passive: false });
  window.addEventListener('keydown', refuseShortcut, { capture: true });
}
