/** Types of `<codeact-agent>` (embed.js, or the npm package `codeact-web`). What each does: docs/widget.md. */

export type JsonSchema = Record<string, unknown>;
export type FileData = Blob | ArrayBuffer | Uint8Array | string;
export type TraceForm = 'json' | 'ipynb' | 'py' | 'md';
export type RunStatus = 'answered' | 'forced' | 'unanswered' | 'stopped' | 'stuck' | 'failed';

export interface Failure {
  kind: string;
  message: string;
}

export interface RunResult<Answer = unknown> {
  status: RunStatus;
  /** What `final_answer` was given, as JSON has it; null where JSON has no such value, or there is no answer. */
  answer: Answer | null;
  /** The answer in words; empty where there is none. */
  text: string;
  error: Failure | null;
  steps: number;
  usage: { prompt_tokens: number; completion_tokens: number; estimated: boolean };
  cost: number | null;
  duration_ms: number;
}

export interface ToolOptions {
  description: string;
  /** JSON Schema of the arguments object; none: the function takes nothing. */
  parameters?: JsonSchema;
  /** JSON Schema of the value; none: anything. */
  returns?: JsonSchema | null;
  approval?: 'never' | 'call' | 'run' | 'always';
  /** Such as `10/minute`. */
  rate?: string;
  /** Seconds. */
  timeout?: number;
}

/** From 0 to 1, else it throws a RangeError; null where nobody knows. */
export type Progress = (fraction?: number | null, text?: string) => void;
// biome-ignore lint/suspicious/noExplicitAny: the arguments are what `parameters` says
export type ToolHandler = (args: any, signal: AbortSignal, progress: Progress) => unknown;
export type Tool = (ToolOptions & { name: string; handler: ToolHandler }) | (ToolHandler & ToolOptions);

/** Names and values as codeact_agent/options.py has them. */
export interface AgentOptions {
  max_steps?: number;
  planning_interval?: number | null;
  answer_schema?: JsonSchema | null;
  mode?: 'code' | 'hybrid' | 'json';
  approval?: 'never' | 'risky' | 'always';
  budget?: { tokens?: number; seconds?: number; money?: number };
  instructions?: string;
}

export interface AgentReady {
  python: string;
  models: { id: string; name: string; recorded: boolean }[];
}

export interface Message {
  role: 'user' | 'assistant' | 'system' | 'tool';
  content: unknown;
  [field: string]: unknown;
}

export interface CodeCard {
  kind: 'code';
  code: string;
  findings: { rule: string; severity: 'LOW' | 'MEDIUM' | 'HIGH'; line: number; text: string }[];
  imports: string[];
  new_imports: string[];
  files: { path: string; action: 'read' | 'write' | 'delete' }[];
  tools: string[];
  reasons: string[];
}

export interface ToolCard {
  kind: 'tool';
  name: string;
  arguments: Record<string, unknown>;
}

export interface ApprovalDetail {
  card: CodeCard | ToolCard;
  approve(): void;
  edit(code: string): void;
  deny(reason?: string): void;
}

/** The model's code asks the person. */
export interface QuestionDetail {
  question: string;
  choices: string[] | null;
  answer(text: string): void;
}

export interface ToolDetail {
  name: string;
  arguments: Record<string, unknown>;
  value?: unknown;
  error?: Failure;
  duration_ms: number;
}

/** An event of docs/events.md. */
export interface StepDetail {
  type: string;
  step?: number;
  [field: string]: unknown;
}

export interface AgentEventMap {
  'codeact-ready': CustomEvent<AgentReady>;
  'codeact-step': CustomEvent<StepDetail>;
  'codeact-output': CustomEvent<StepDetail>;
  'codeact-tool': CustomEvent<ToolDetail>;
  'codeact-approval': CustomEvent<ApprovalDetail>;
  'codeact-question': CustomEvent<QuestionDetail>;
  'codeact-answer': CustomEvent<RunResult>;
  'codeact-error': CustomEvent<Failure>;
}

/** Why something that was asked of the agent could not begin. */
export class RunError extends Error {
  readonly kind: string;
  constructor(kind: string, message: string);
}

export class AgentElement extends HTMLElement {
  /** The deployment, where the attribute `src` names none. */
  static home: URL | undefined;
  options: AgentOptions;
  tools: Tool[];
  readonly messages: Message[];
  readonly ready: Promise<AgentReady>;
  load(): Promise<AgentReady>;
  run<Answer = unknown>(
    task: string,
    options?: { files?: (Blob | { name: string; data: FileData })[] },
  ): Promise<RunResult<Answer>>;
  stop(): void;
  reset(): Promise<void>;
  addTool(tool: Tool): void;
  addFile(name: string, data: FileData): Promise<{ path: string }>;
  exportTrace(form?: TraceForm): Promise<{ name: string; mime: string; text: string }>;
  addEventListener<Name extends keyof AgentEventMap>(
    type: Name,
    listener: (this: AgentElement, event: AgentEventMap[Name]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | AddEventListenerOptions,
  ): void;
  removeEventListener<Name extends keyof AgentEventMap>(
    type: Name,
    listener: (this: AgentElement, event: AgentEventMap[Name]) => unknown,
    options?: boolean | EventListenerOptions,
  ): void;
  removeEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | EventListenerOptions,
  ): void;
}

/** Make the element known under `tag`; done by importing embed.js or the package. */
export function defineAgent(registry?: CustomElementRegistry, tag?: string): void;

/** Attributes, as React and other templates that know JSX write them. */
export interface AgentAttributes {
  src?: string;
  task?: string;
  model?: string;
  placeholder?: string;
  packages?: string;
  'max-steps'?: number | string;
  approval?: 'never' | 'risky' | 'always';
  theme?: 'light' | 'dark' | 'auto';
  lang?: string;
  height?: number | string;
  autorun?: boolean | '';
  readonly?: boolean | '';
  hidden?: boolean;
  id?: string;
  class?: string;
  className?: string;
  style?: unknown;
  ref?: unknown;
  key?: string | number | null;
  options?: AgentOptions;
  tools?: Tool[];
  children?: never;
}

declare global {
  interface HTMLElementTagNameMap {
    'codeact-agent': AgentElement;
  }
  namespace JSX {
    interface IntrinsicElements {
      'codeact-agent': AgentAttributes;
    }
  }
}
