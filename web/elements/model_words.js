/** What is said of a model that runs in the browser. */

/** `8,192 tokens of context · 12.3 tokens a second`. @param {number} context @param {number} speed  tokens a second; 0: not known */
export function abilityInWords(context, speed) {
  const told = [];
  if (context) told.push(`${context.toLocaleString('en')} tokens of context`);
  if (speed) told.push(`${speed.toLocaleString('en', { maximumFractionDigits: speed < 10 ? 1 : 0 })} tokens a second`);
  return told.join(' · ');
}
