/** The npm package `codeact-web`: as embed.js, but its bundlers say nothing of where the agent lies: `src` is needed. */

import { defineAgent } from './define.js';

defineAgent();

export { defineAgent } from './define.js';
export { AgentElement } from './element.js';
export { RunError } from './run_error.js';
