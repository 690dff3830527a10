/** Messages as chat templates bear them: text only, no tools, and never two of one role after another. */

/** @typedef {{role: 'system' | 'user' | 'assistant', content: string}} PlainMessage */

/** @param {object[]} messages  in OpenAI's format @returns {PlainMessage[]} */
export function plainMessages(messages) {
  /** @type {PlainMessage[]} */
  const plain = [];
  for (const message of messages) {
    const { role, content, tool_calls } = /** @type {any} */ (message);
    const called = (tool_calls ?? []).map(
      (/** @type {any} */ call) => `${call.function.name}(${call.function.arguments})`,
    );
    const text = [textOf(content), ...called].filter(Boolean).join('\n');
    const as = role === 'tool' ? 'user' : role;
    const last = plain.at(-1);
    if (last && last.role === as) last.content += `\n\n${text}`;
    else plain.push({ role: as, content: text });
  }
  return plain;
}

/** @param {string | {type: string, text?: string}[] | null | undefined} content */
function textOf(content) {
  if (!Array.isArray(content)) return content ?? '';
  return content.map((part) => part.text ?? '').join('');
}
