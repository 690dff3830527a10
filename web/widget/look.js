/**
 * How the host page wants the widget to look: theme and a few custom properties. Their values come from
 * another page, so each must be of its kind, and none may load anything.
 */

/** @typedef {import('./protocol.js').WidgetSettings} WidgetSettings */

const LONGEST = 200;
const THEMES = { light: 'light', dark: 'dark' };
/** @type {Record<string, {property: string, sets: Record<string, (value: string) => string>}>} */
const LOOK = {
  accent: {
    property: 'color',
    sets: {
      '--ca-color-accent': (value) => value,
      '--ca-color-accent-soft': (value) => `color-mix(in srgb, ${value} 12%, var(--ca-color-surface))`,
      '--ca-color-on-accent': readableOn,
    },
  },
  background: {
    property: 'color',
    sets: {
      '--ca-color-page': (value) => value,
      '--ca-color-surface': (value) => `color-mix(in srgb, ${value} 60%, light-dark(#fff, #1c1e21))`,
    },
  },
  text: { property: 'color', sets: { '--ca-color-text': (value) => value } },
  radius: {
    property: 'border-radius',
    sets: {
      '--ca-radius-1': (value) => `calc(${value} / 2)`,
      '--ca-radius-2': (value) => value,
      '--ca-radius-3': (value) => `calc(${value} * 5 / 3)`,
    },
  },
  font: { property: 'font-family', sets: { '--ca-font': (value) => value } },
  'font-size': { property: 'font-size', sets: { 'font-size': (value) => value } },
};

/** @param {WidgetSettings} settings  @param {HTMLElement} [root] */
export function applyLook({ theme, look }, root = document.documentElement) {
  const { style } = root;
  style.colorScheme = theme === 'light' || theme === 'dark' ? THEMES[theme] : 'light dark';
  for (const [name, { property, sets }] of Object.entries(LOOK)) {
    const value = Object.hasOwn(look, name) ? look[name] : '';
    const isGood = value && isHarmless(value) && CSS.supports(property, value);
    for (const [set, make] of Object.entries(sets)) {
      if (isGood) style.setProperty(set, make(value));
      else style.removeProperty(set);
    }
  }
}

/** A value that names another, or an address, is not one of ours. @param {string} value */
const isHarmless = (value) => value.length <= LONGEST && !/url|image|var|env|attr|src|[;{}\\]/i.test(value);

/** Black or white, whichever can be read on a colour. @param {string} colour */
function readableOn(colour) {
  const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
  const probe = document.body.appendChild(document.createElement('i'));
  probe.style.color = colour; // such as light-dark(…), which only a style knows
  const { color } = getComputedStyle(probe);
  probe.remove();
  if (!canvas) return '#fff';
  canvas.fillStyle = color;
  canvas.fillRect(0, 0, 1, 1);
  const [red, green, blue] = [...canvas.getImageData(0, 0, 1, 1).data].map((each) => {
    const part = each / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  const luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue; // WCAG 2.2, relative luminance
  return luminance > 0.179 ? '#121315' : '#fff';
}
