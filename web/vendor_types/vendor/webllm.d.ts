export {
  deleteModelAllInfoInCache,
  hasModelInCache,
  WebWorkerMLCEngine,
  WebWorkerMLCEngineHandler,
} from '@mlc-ai/web-llm';
