export { Model, ModelManager, Wllama, WllamaAbortError, WllamaError, WllamaRuntimeError } from '@wllama/wllama';
