/** The worker in which WebLLM runs a model; its other half is providers/webllm.js. */

import { WebWorkerMLCEngineHandler } from './vendor/webllm.js';

const handler = new WebWorkerMLCEngineHandler();
addEventListener('message', (event) => handler.onmessage(event));
