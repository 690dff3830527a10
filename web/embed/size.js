/** How high the element is: by its attribute, unless the page's own styles say otherwise. */

/**
 * @param {string | null} height  a CSS length, a number of pixels, or `auto`
 * @param {number} [content]  what the frame holds, in pixels
 * @returns {string} a style sheet
 *
 * Of `auto`, nothing is known before the frame has told what it holds.
 */
export function sized(height, content) {
  if (height === 'auto') {
    const wanted = content === undefined ? '12rem' : `${Math.ceil(content)}px`;
    return `:host{block-size:min(${wanted},var(--codeact-max-height,40rem))}`;
  }
  const length = /^\d+$/.test(height ?? '') ? `${height}px` : height;
  return length && CSS.supports('height', length) ? `:host{block-size:${length}}` : '';
}
