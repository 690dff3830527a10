/**
 * The one place where text becomes HTML. Everything passes DOMPurify; nothing in the outcome loads
 * anything, and links open elsewhere without telling where from.
 */

/** @typedef {(text: string) => DocumentFragment} Render */

/** @type {Promise<Render> | null} */
let loading = null;
/** @type {Render | null} */
let render = null;

const TAGS =
  'a blockquote br code del em h1 h2 h3 h4 h5 h6 hr kbd li ol p pre s strong sub sup table tbody td th thead tr ul'.split(
    ' ',
  );

/** The renderer, once its libraries are here. @returns {Promise<Render>} */
export function loadMarkdown() {
  loading ??= load();
  return loading;
}

/** The renderer if its libraries are here already. @returns {Render | null} */
export function markdownNow() {
  return render;
}

/** @returns {Promise<Render>} */
async function load() {
  const { DOMPurify, Marked } = await import('../vendor/markdown.js');
  const escaped = (/** @type {string} */ text) => text.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`);
  const text = (/** @type {{text: string}} */ token) => escaped(token.text); // markup is shown, not obeyed
  const marked = new Marked({ gfm: true, breaks: true, renderer: { image: text, html: text } });
  render = (source) => {
    const fragment = DOMPurify.sanitize(marked.parse(source, { async: false }), {
      ALLOWED_TAGS: TAGS,
      ALLOWED_ATTR: ['href', 'start', 'align'],
      ALLOW_DATA_ATTR: false,
      ALLOW_ARIA_ATTR: false,
      ALLOWED_URI_REGEXP: /^(?:https?|mailto):/i,
      RETURN_DOM_FRAGMENT: true,
    });
    for (const link of fragment.querySelectorAll('a')) {
      link.target = '_blank';
      link.rel = 'noopener noreferrer nofollow';
    }
    return fragment;
  };
  return render;
}
