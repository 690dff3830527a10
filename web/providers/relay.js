/** Ask a model through the server's relay: OpenAI's chat completions, streamed. */

import { EventSourceParserStream } from '../vendor/sse.js';
import { ModelFailure } from './model_failure.js';

/** @typedef {{prompt_tokens: number, completion_tokens: number}} Usage */
/** @typedef {{id: string, name: string, arguments: string}} ToolCall  arguments are JSON text */
/** @typedef {{text: string} | {usage: Usage | null, tool_calls: ToolCall[]}} Part */
/** @typedef {{id: string, context_window?: number, takes_images?: boolean, price?: {input: number, output: number}}} ModelFacts */

const BASE = 'v1';

/** The models the upstream offers; empty where no upstream is connected. @returns {Promise<ModelFacts[]>} */
export async function listModels() {
  const response = await request(`${BASE}/models`, {});
  const { data } = await response.json();
  return data.map(factsOf);
}

/**
 * What OpenRouter, vLLM and our own relay tell of a model besides OpenAI's fields.
 * @param {Record<string, any>} model @returns {ModelFacts}
 */
function factsOf(model) {
  const { id, context_window, context_length, max_model_len, takes_images, architecture, price } = model;
  return {
    id,
    context_window: context_window ?? context_length ?? max_model_len,
    takes_images: takes_images ?? architecture?.input_modalities?.includes('image'),
    price,
  };
}

/**
 * The words of the reply as they come, then its usage. Throws ModelFailure; an AbortError when aborted.
 * @param {{model: string, messages: object[], tools: object[] | null}} question
 * @param {AbortSignal} signal
 * @returns {AsyncGenerator<Part, void>}
 */
export async function* chat({ tools, ...question }, signal) {
  const calling = tools ? { tools, parallel_tool_calls: false } : {};
  const response = await request(`${BASE}/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...question, ...calling, stream: true, stream_options: { include_usage: true } }),
    signal,
  });
  if (!response.headers.get('content-type')?.includes('text/event-stream')) {
    yield* whole(await response.text());
    return;
  }
  if (!response.body) throw new ModelFailure('dropped', 'the answer was empty');
  let usage = null;
  let ended = false;
  const calls = new ToolCalls();
  for await (const chunk of chunks(response.body)) {
    usage = chunk.usage ?? usage;
    const choice = chunk.choices?.[0];
    calls.add(choice?.delta?.tool_calls ?? []);
    if (choice?.delta?.content) yield { text: choice.delta.content };
    ended ||= Boolean(choice?.finish_reason) || chunk.done === true;
  }
  if (!ended) throw new ModelFailure('dropped', 'the stream ended before the answer did');
  yield { usage, tool_calls: calls.whole };
}

/** Puts together the pieces in which tool calls are streamed. */
class ToolCalls {
  /** @type {ToolCall[]} */ #calls = [];

  /** @param {{index?: number, id?: string, function?: {name?: string, arguments?: string}}[]} pieces */
  add(pieces) {
    pieces.forEach((piece, position) => {
      const index = piece.index ?? position;
      this.#calls[index] ??= { id: piece.id ?? `call_${index}`, name: '', arguments: '' };
      this.#calls[index].name += piece.function?.name ?? '';
      this.#calls[index].arguments += piece.function?.arguments ?? '';
    });
  }

  get whole() {
    return this.#calls.filter(Boolean);
  }
}

/** @param {ReadableStream<Uint8Array<ArrayBuffer>>} body */
async function* chunks(body) {
  const events = body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream()).getReader();
  try {
    while (true) {
      const { value, done } = await events.read().catch((error) => {
        if (error.name === 'AbortError') throw error;
        throw new ModelFailure('dropped', String(error.message ?? error));
      });
      if (done) return;
      if (value.data === '[DONE]') {
        yield { done: true };
        return;
      }
      const chunk = parse(value.data);
      if (chunk.error) throw new ModelFailure('dropped', String(chunk.error.message ?? chunk.error));
      yield chunk;
    }
  } finally {
    // Else the upstream would go on writing what nobody reads. A stream that broke refuses: it has ended already.
    events.cancel().catch(() => {});
  }
}

/** An upstream that does not stream. @param {string} body @returns {Generator<Part, void>} */
function* whole(body) {
  const answer = parse(body);
  const message = answer.choices?.[0]?.message;
  const calls = new ToolCalls();
  calls.add(message?.tool_calls ?? []);
  const text = message?.content ?? (calls.whole.length ? '' : null);
  if (typeof text !== 'string') throw new ModelFailure('malformed', body.slice(0, 200));
  yield { text };
  yield { usage: answer.usage ?? null, tool_calls: calls.whole };
}

/** @param {string} text */
function parse(text) {
  try {
    const value = JSON.parse(text);
    if (value && typeof value === 'object') return value;
  } catch {
    // told below, with what it was
  }
  throw new ModelFailure('malformed', text.slice(0, 200));
}

/** @param {string} url @param {RequestInit} options */
async function request(url, options) {
  let response;
  try {
    response = await fetch(url, options);
  } catch (error) {
    if (/** @type {Error} */ (error).name === 'AbortError') throw error;
    throw new ModelFailure('unreachable', 'the server did not answer');
  }
  if (response.ok) return response;
  const text = await response.text();
  let message = text.slice(0, 200);
  try {
    message = JSON.parse(text).error.message ?? message;
  } catch {
    // not an OpenAI error: its text has to do
  }
  const wait = Number(response.headers.get('retry-after') ?? Number.NaN);
  throw new ModelFailure('refused', message, { status: response.status, retryAfter: Number.isNaN(wait) ? null : wait });
}
