// Type-checked by tests/integration/test_npm_package.py, never run: what a page written in TypeScript may write.

import { AgentElement, defineAgent, RunError, type RunResult, type Tool } from 'codeact-web';

const price: Tool = {
  name: 'price',
  description: 'Price of a thing.',
  parameters: { properties: { thing: { type: 'string' } }, required: ['thing'] },
  returns: { type: 'number' },
  approval: 'run',
  rate: '10/minute',
  timeout: 5,
  handler: async ({ thing }: { thing: string }, signal, progress) => {
    signal.throwIfAborted();
    progress(0.5, thing);
    return 0.5;
  },
};

export async function use(): Promise<RunResult<number>> {
  defineAgent();
  const agent: AgentElement = document.createElement('codeact-agent');
  agent.options = { max_steps: 5, answer_schema: { type: 'number' }, mode: 'code' };
  agent.tools = [price];
  agent.addTool(Object.assign(() => new Date().toISOString(), { description: 'The time.' }));
  agent.addEventListener('codeact-approval', (event) => {
    event.preventDefault();
    if (event.detail.card.kind === 'code') event.detail.edit(event.detail.card.code);
    else event.detail.deny('not now');
  });
  agent.addEventListener('codeact-question', (event) => {
    event.preventDefault();
    event.detail.answer(event.detail.choices?.[0] ?? event.detail.question);
  });
  agent.addEventListener('codeact-answer', ({ detail }) => detail.text.length);
  document.body.append(agent);
  const { models } = await agent.ready;
  await agent.addFile('rain.csv', new Uint8Array(3));
  try {
    return await agent.run<number>(`With ${models[0].name}`, { files: [{ name: 'a.txt', data: 'text' }] });
  } catch (error) {
    if (error instanceof RunError && error.kind === 'busy') agent.stop();
    throw error;
  }
}

// @ts-expect-error -- a tool needs a description
export const wrong: Tool = { name: 'x', handler: () => 1 };
// @ts-expect-error -- there is no such form
export const trace = () => document.querySelector('codeact-agent')?.exportTrace('docx');
