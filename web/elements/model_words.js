/** What is said of a model that runs in the browser. */

/** `8,192 tokens of context · 4 threads · 12.3 tokens a second`. @param {number} context @param {number} threads @param {number} speed  0: not known */
export function abilityInWords(context, threads, speed) {
  const told = [];
  if (context) told.push(`${context.toLocaleString('en')} tokens of context`);
  if (threads > 1) told.push(`${threads} threads`);
  if (speed) told.push(`${speed.toLocaleString('en', { maximumFractionDigits: speed < 10 ? 1 : 0 })} tokens a second`);
  return told.join(' · ');
}
