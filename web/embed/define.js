/** Registers the element, once; importing its class alone registers nothing. */

import { AgentElement } from './element.js';

export function defineAgent(registry = globalThis.customElements, tag = 'codeact-agent') {
  if (registry && !registry.get(tag)) registry.define(tag, AgentElement);
}
