/** Colours for Python, as text nodes and spans with classes: no HTML is made or parsed. */

/** @typedef {{scope?: string, children?: (Token | string)[]}} Token */
/** @typedef {(code: string) => DocumentFragment} Highlight */

const LARGEST = 40_000;

/** @type {Promise<void> | null} */
let loading = null;
/** @type {Highlight | null} */
let highlight = null;

export function loadHighlight() {
  loading ??= load();
  return loading;
}

/** Whether the library is here. */
export function canHighlight() {
  return highlight !== null;
}

/** Coloured code if the library is here and the code not too large, else null. @param {string} code */
export function highlighted(code) {
  return code.length > LARGEST || !highlight ? null : highlight(code);
}

async function load() {
  const { hljs } = await import('../vendor/highlight.js');
  highlight = (code) => {
    const { _emitter } = hljs.highlight(code, { language: 'python', ignoreIllegals: true });
    const fragment = document.createDocumentFragment();
    append(fragment, /** @type {{rootNode: Token}} */ (/** @type {unknown} */ (_emitter)).rootNode);
    return fragment;
  };
}

/** @param {ParentNode & Node} parent @param {Token} token */
function append(parent, token) {
  for (const child of token.children ?? []) {
    if (typeof child === 'string') {
      parent.append(child);
      continue;
    }
    const span = document.createElement('span');
    span.className = (child.scope ?? '').split('.')[0];
    append(span, child);
    parent.append(span);
  }
}
