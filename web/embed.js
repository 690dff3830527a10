/** `<script type="module" src="…/embed.js">` makes `<codeact-agent>` known; the agent is served from where this lies. */

import { defineAgent } from './embed/define.js';
import { AgentElement } from './embed/element.js';

AgentElement.home ??= new URL('.', import.meta.url);
defineAgent();

export { RunError } from './embed/run_error.js';
export { AgentElement, defineAgent };
