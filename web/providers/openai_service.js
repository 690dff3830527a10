/** Ask a model by OpenAI's chat completions, streamed: https://platform.openai.com/docs/api-reference/chat */

import { EventSourceParserStream } from '../vendor/sse.js';
import { ModelFailure, unusable } from './model_failure.js';

/** @typedef {import('./provider.js').Part} Part */
/** @typedef {import('./provider.js').Question} Question */
/** @typedef {import('./provider.js').ToolCall} ToolCall */
/** @typedef {{id: string, context_window?: number, takes_images?: boolean, price?: {input: number, output: number}}} ModelFacts */

/** A service that speaks OpenAI's chat completions: the server's relay, or an endpoint of the person's. */
export class OpenAIService {
  #base;
  #options;
  #fetch;

  /**
   * @param {string} base  its address without a slash at the end; absolute, or relative to the page
   * @param {RequestInit} [options]  of every request; headers by name
   * @param {(url: string, options: RequestInit) => Promise<Response>} [fetched]  asks it
   */
  constructor(base, options = {}, fetched = (url, request) => fetch(url, request)) {
    this.#base = base;
    this.#options = options;
    this.#fetch = fetched;
  }

  /** Rejects with ModelFailure; with an AbortError when aborted. @param {AbortSignal} [signal] @returns {Promise<ModelFacts[]>} */
  async models(signal) {
    const response = await this.#request('models', { signal });
    const { data } = parse(await response.text());
    if (!Array.isArray(data)) throw new ModelFailure('malformed', 'the answer has no list of models');
    // Our relay tells so of models that answer under v1/messages only.
    return data.filter(({ dialect }) => dialect !== 'anthropic').map(factsOf);
  }

  /**
   * The words of the reply as they come, then its usage. Throws ModelFailure; an AbortError when aborted.
   * @param {Question} question  its `model` as the service names it
   * @param {AbortSignal} signal
   * @returns {AsyncGenerator<Part, void>}
   */
  async *chat({ tools, ...question }, signal) {
    const calling = tools ? { tools, parallel_tool_calls: false } : {};
    const response = await this.#request('chat/completions', {
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
    yield* streamed(response.body);
  }

  /** @param {string} path @param {RequestInit} options */
  async #request(path, options) {
    const headers = { ...this.#options.headers, ...options.headers };
    let response;
    try {
      response = await this.#fetch(`${this.#base}/${path}`, { ...this.#options, ...options, headers });
    } catch (error) {
      if (options.signal?.aborted) throw error;
      throw new ModelFailure('unreachable', 'the server did not answer');
    }
    if (!response.ok) throw await refusal(response);
    return response;
  }
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

/** @param {ReadableStream<Uint8Array<ArrayBuffer>>} body @returns {AsyncGenerator<Part, void>} */
async function* streamed(body) {
  let usage = null;
  let ended = false;
  const calls = new ToolCalls();
  for await (const chunk of chunks(body)) {
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
      if (chunk.error) throw breakOff(chunk.error);
      yield chunk;
    }
  } finally {
    // Else the upstream would go on writing what nobody reads. A stream that broke refuses: it has ended already.
    events.cancel().catch(() => {});
  }
}

/** @param {{message?: string, code?: string} | string} error  of an event in mid-stream */
function breakOff(error) {
  const { message = String(error), code } = typeof error === 'string' ? {} : error;
  // At the same cap of our relay the next answer would end, too.
  return code === 'answer_too_long' ? unusable(message) : new ModelFailure('dropped', message);
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

/** @param {Response} response */
async function refusal(response) {
  const text = await response.text();
  let message = text.slice(0, 200);
  try {
    message = JSON.parse(text).error.message ?? message;
  } catch {
    // not an OpenAI error: its text has to do
  }
  const wait = Number(response.headers.get('retry-after') ?? Number.NaN);
  const retryAfter = Number.isNaN(wait) ? null : wait;
  // Set by our relay where it refuses itself: who is told to look at the provider would look in vain.
  const isSentence = response.headers.has('x-codeact-refusal');
  const kind = isSentence && response.headers.get('x-should-retry') === 'false' ? 'unusable' : 'refused';
  return new ModelFailure(kind, message, { status: response.status, retryAfter, isSentence });
}
