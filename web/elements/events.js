/** The events that our own elements fire; those of a run are in docs/events.md and typed here. */

/** @typedef {import('../sandbox/protocol.js').Answer} Answer */
/** @typedef {import('../sandbox/protocol.js').Chunk} Chunk */
/** @typedef {import('../sandbox/protocol.js').Failure} Failure */
/** @typedef {import('../sandbox/protocol.js').FileInfo} FileInfo */
/** @typedef {import('../sandbox/protocol.js').Finding} Finding */
/** @typedef {import('../sandbox/protocol.js').Lost} Lost */
/** @typedef {import('../sandbox/protocol.js').MimeBundle} MimeBundle */
/** @typedef {import('../sandbox/protocol.js').Result} Result */

/** @typedef {{type: 'run_started', task: string, task_id: string | null, model: string, recorded: boolean, mode: Mode, max_steps: number, planning_interval: number | null, approval: Approval, tools: string[], files: FileInfo[]}} RunStarted */
/** @typedef {'code' | 'hybrid' | 'json'} Mode  how the model acts */
/** @typedef {'never' | 'risky' | 'always'} Approval  which code waits for the person's leave */
/** @typedef {{prompt_tokens: number, completion_tokens: number, estimated: boolean, tokens_per_s?: number}} Usage */
/** @typedef {'steps' | 'tokens' | 'seconds' | 'money'} Cap  what ran out */
/** @typedef {'answered' | 'forced' | 'unanswered' | 'stopped' | 'stuck' | 'failed'} Status */
/** @typedef {{type: 'run_finished', status: Status, answer: Answer | null, error: Failure | null, steps: number, cap: Cap | null, usage: Usage, cost: number | null, duration_ms: number}} RunFinished */
/** @typedef {{type: 'plan_made', step: number, plan: string, usage: Usage, cost: number | null, duration_ms: number}} PlanMade */
/** @typedef {{type: 'step_started', step: number, forced: boolean}} StepStarted */
/** @typedef {{type: 'model_delta', step: number, text: string}} ModelDelta */
/** @typedef {{type: 'model_retried', step: number, message: string, attempt: number, delay_ms: number}} ModelRetried */
/** @typedef {{id: string, name: string, arguments: string}} ModelCall  a call in a reply; arguments are JSON text */
/** @typedef {{type: 'context_shortened', step: number, shortened: [number, object][], summary: object | null, summarised: number, before_tokens: number, after_tokens: number}} ContextShortened */
/** @typedef {{type: 'model_asked', step: number, messages: number, added: object[], tools: object[] | null}} ModelAsked */
/** @typedef {{type: 'model_replied', step: number, text: string, tool_calls: ModelCall[], usage: Usage, cost: number | null, duration_ms: number}} ModelReplied */
/** @typedef {{type: 'code_parsed', step: number, thought: string, code: string, calls: ModelCall[]}} CodeParsed */
/** @typedef {{type: 'approval_asked', step: number, approval_id: number, card: Card}} ApprovalAsked */
/** @typedef {{type: 'approval_given', step: number, approval_id: number, decision: Decision['decision'], reason: string, code: string | null, remember?: Decision['remember'] | null}} ApprovalGiven */
/** @typedef {{type: 'question_asked', step: number, question_id: number, question: string, choices: string[] | null}} QuestionAsked */
/** @typedef {{type: 'question_answered', step: number, question_id: number, answer: string}} QuestionAnswered */
/** @typedef {{type: 'output', step: number, chunks: Chunk[]}} Output */
/** @typedef {{type: 'displayed', step: number, bundle: MimeBundle}} Displayed */
/** @typedef {{type: 'tool_called', step: number, call_id: number, name: string, arguments: Record<string, unknown>}} ToolCalled */
/** @typedef {{type: 'tool_progress', step: number, call_id: number, fraction: number | null, text: string}} ToolProgress */
/** @typedef {{type: 'agent_event', step: number, agent: string, call_id: number, event: AgentEvent}} SubAgentEvent */
/** @typedef {{type: 'tool_returned', step: number, call_id: number, name: string, value?: unknown, error?: Failure, duration_ms: number}} ToolReturned */
/** @typedef {{type: 'package_progress', step: number, name: string, loaded: number, total: number}} PackageProgress */
/** @typedef {{type: 'restored', step: number, reason: string, names: string[], lost: Lost[], behind: boolean}} Restored */
/** @typedef {{type: 'answer_rejected', step: number, problems: string[]}} AnswerRejected */
/** @typedef {{type: 'nudged', step: number, reason: string}} Nudged */
/** @typedef {{recorded: string, real: string}} Difference */
/** @typedef {{type: 'step_finished', step: number, observation: string, result: Result | null, error: Failure | null, difference: Difference | null, duration_ms: number}} StepFinished */

/** @typedef {Output | Displayed | ToolCalled | ToolProgress | ToolReturned | SubAgentEvent | ApprovalAsked | ApprovalGiven | QuestionAsked | QuestionAnswered} ActivityEvent  what code does while it runs */
/** @typedef {StepStarted | ContextShortened | ModelAsked | ModelDelta | ModelRetried | ModelReplied | CodeParsed | ActivityEvent | PackageProgress | Restored | AnswerRejected | Nudged | StepFinished} StepEvent */
/** @typedef {RunStarted | RunFinished | PlanMade | StepEvent} AgentEvent  see docs/events.md */
/** @typedef {{step: string, state: 'doing' | 'done' | 'failed', message?: string, ms?: number, lacks?: Lack[]}} BootStep */
/** @typedef {'jspi' | 'shared_memory'} Lack  what this browser, or how the page is served, has not */
/** @typedef {'relay' | 'endpoint' | 'wllama' | 'webllm' | 'prompt_api' | 'recorded'} ProviderName */
/** @typedef {{id: string, name: string, recorded: boolean, provider: ProviderName, group?: string, modes?: Mode[], bytes?: number, context_window?: number, takes_images?: boolean, price?: {input: number, output: number}}} Model  `group`: the endpoint it belongs to; `modes`: those it can act in, where not all; `bytes` of its weights */
/** @typedef {{id: string, title: string, task: string}} Task */
/** @typedef {{key: string, words: () => string, tone: 'info' | 'warning', action?: {label: () => string, act: () => void}}} Notice  `words` and `label` in the language of the time */
/** @typedef {{name: string, size: number, state: 'adding' | 'added' | 'failed', path: string, message: string}} Upload */
/** @typedef {{question: string, choices: string[] | null}} Question */
/** @typedef {{path: string, action: 'read' | 'write' | 'delete'}} TouchedFile */
/** @typedef {{kind: 'code', code: string, findings: Finding[], imports: string[], new_imports: string[], files: TouchedFile[], tools: string[], reasons: string[]}} CodeCard */
/** @typedef {{kind: 'tool', name: string, arguments: Record<string, unknown>}} ToolCard */
/** @typedef {CodeCard | ToolCard} Card  what the person is asked to approve of */
/** @typedef {{decision: 'approve' | 'edit' | 'deny', code?: string, reason?: string, remember?: 'call' | 'run' | 'always'}} Decision */
/** @typedef {'json' | 'ipynb' | 'py' | 'md'} ExportForm */
/** @typedef {'new' | 'open' | 'duplicate' | 'delete'} ConversationAct */

/** `ca-send`: the person wants this task done. */
export class SendEvent extends Event {
  /** @param {string} task */
  constructor(task) {
    super('ca-send', { bubbles: true, composed: true });
    this.task = task;
  }
}

/** `ca-model-chosen`: the person picked a model. */
export class ModelChosenEvent extends Event {
  /** @param {string} model */
  constructor(model) {
    super('ca-model-chosen', { bubbles: true, composed: true });
    this.model = model;
  }
}

/** `ca-conversation`: the person wants to do this with a conversation. */
export class ConversationEvent extends Event {
  /** @param {ConversationAct} act @param {string} id  empty for `new` */
  constructor(act, id) {
    super('ca-conversation', { bubbles: true, composed: true });
    this.act = act;
    this.id = id;
  }
}

/** `ca-download`: the person wants this file. */
export class DownloadEvent extends Event {
  /** @param {string} path */
  constructor(path) {
    super('ca-download', { bubbles: true, composed: true });
    this.path = path;
  }
}

/** `ca-delete-file`: the person wants this file gone. */
export class DeleteFileEvent extends Event {
  /** @param {string} path */
  constructor(path) {
    super('ca-delete-file', { bubbles: true, composed: true });
    this.path = path;
  }
}

/** `ca-asks`: an element shows a question or a card; whoever waits for the decision may let it ask. */
export class AsksEvent extends Event {
  /** @param {import('./question.js').QuestionElement | import('./approval.js').ApprovalElement} asking */
  constructor(asking) {
    super('ca-asks', { bubbles: true, composed: true });
    this.asking = asking;
  }
}

/** `ca-export`: the person wants the newest run as a file. */
export class ExportEvent extends Event {
  /** @param {ExportForm} form */
  constructor(form) {
    super('ca-export', { bubbles: true, composed: true });
    this.form = form;
  }
}

/** `ca-run-settings`: the person chose how runs to come are carried out. */
export class RunSettingsEvent extends Event {
  /** @param {import('../run_settings.js').RunSettings} settings */
  constructor(settings) {
    super('ca-run-settings', { bubbles: true, composed: true });
    this.settings = settings;
  }
}

/** `ca-language`: the person chose the page's language. */
export class LanguageEvent extends Event {
  /** @param {string} language  empty: the browser's */
  constructor(language) {
    super('ca-language', { bubbles: true, composed: true });
    this.language = language;
  }
}

/** `ca-limits`: the person lowered limits. */
export class LimitsChosenEvent extends Event {
  /** @param {import('../limits_choice.js').Choice} choice */
  constructor(choice) {
    super('ca-limits', { bubbles: true, composed: true });
    this.choice = choice;
  }
}

/** `ca-endpoint`: the person connects an endpoint, or forgets it and its key. */
export class EndpointEvent extends Event {
  /** @param {'connect' | 'disconnect'} act @param {import('../providers/endpoint_store.js').Kept} endpoint */
  constructor(act, endpoint) {
    super('ca-endpoint', { bubbles: true, composed: true });
    this.act = act;
    this.endpoint = endpoint;
  }
}

/** `ca-local-model`: the person opens a model from disk, or removes one's weights from this browser. */
export class LocalModelEvent extends Event {
  /** @param {'open' | 'remove'} act @param {{id?: string, file?: File}} what */
  constructor(act, { id = '', file }) {
    super('ca-local-model', { bubbles: true, composed: true });
    this.act = act;
    this.id = id;
    this.file = file;
  }
}
