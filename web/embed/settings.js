/** What an element's attributes and custom properties say, as the frame is told it. */

/** @typedef {import('../widget/protocol.js').WidgetSettings} WidgetSettings */

/** Custom properties `--codeact-…` that reach into the frame. */
const LOOK = ['accent', 'background', 'text', 'radius', 'font', 'font-size'];

/** @param {HTMLElement} element @param {object} options  of its property @returns {WidgetSettings} */
export function settingsOf(element, options) {
  const text = (/** @type {string} */ name) => element.getAttribute(name)?.trim() ?? '';
  const computed = getComputedStyle(element);
  const look = LOOK.map((name) => [name, computed.getPropertyValue(`--codeact-${name}`).trim()]);
  const steps = text('max-steps');
  const approval = text('approval');
  return {
    task: text('task'),
    model: text('model'),
    placeholder: text('placeholder'),
    packages: text('packages')
      .split(/[\s,]+/)
      .filter(Boolean),
    theme: /** @type {WidgetSettings['theme']} */ (text('theme').toLowerCase()),
    lang: element.closest('[lang]')?.getAttribute('lang') ?? '',
    fit: text('height') === 'auto',
    autorun: element.hasAttribute('autorun'),
    readonly: element.hasAttribute('readonly'),
    options: JSON.parse(
      JSON.stringify({
        ...options,
        ...(steps ? { max_steps: Number(steps) } : {}),
        ...(approval ? { approval } : {}),
      }),
    ),
    look: Object.fromEntries(look.filter(([, value]) => value)),
  };
}
