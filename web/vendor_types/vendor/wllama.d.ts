export { ModelManager, Wllama, WllamaAbortError, WllamaError, WllamaRuntimeError } from '@wllama/wllama';
