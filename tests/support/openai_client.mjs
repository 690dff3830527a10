// The official `openai` npm package asks a relay: each case of tests/interop/test_openai_node.py in turn, told as JSON.
import process from 'node:process';
import OpenAI from 'openai';

const [baseURL, apiKey, oneASecond] = process.argv.slice(2);
const client = new OpenAI({ baseURL, apiKey, maxRetries: 0, timeout: 10_000 });
const model = 'scripted';
const messages = [{ role: 'user', content: 'How warm is it in Bern?' }];
const weather = {
  type: 'function',
  function: {
    name: 'weather',
    description: 'How the weather is in a city.',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
};
const pixel =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGBgAAAABQABpfZFQAAAAABJRU5ErkJggg==';

async function streamed(fields) {
  const told = { words: '', error: null };
  try {
    for await (const chunk of await client.chat.completions.create({ model, messages, stream: true, ...fields })) {
      told.words += chunk.choices[0]?.delta.content ?? '';
    }
  } catch (error) {
    told.error = described(error);
  }
  return told;
}

function described(error) {
  return { kind: error.constructor.name, status: error.status ?? null, code: error.code ?? null, said: error.message };
}

async function failure(asking) {
  try {
    await asking;
  } catch (error) {
    return described(error);
  }
  return null;
}

const cases = {
  models: async () => (await Array.fromAsync(client.models.list())).map((each) => each.id),
  chat: async () => (await client.chat.completions.create({ model, messages })).choices[0].message.content,
  stream: () => streamed({}),
  async tools() {
    const cities = [];
    const tool = { ...weather, function: { ...weather.function, function: look, parse: JSON.parse } };
    function look({ city }) {
      cities.push(city);
      return '20';
    }
    const runner = client.chat.completions.runTools({ model, messages, tools: [tool], stream: true });
    return { said: await runner.finalContent(), cities };
  },
  async image() {
    const content = [
      { type: 'text', text: 'What is it?' },
      { type: 'image_url', image_url: { url: pixel } },
    ];
    const answer = await client.chat.completions.create({ model, messages: [{ role: 'user', content }] });
    return answer.choices[0].message.content;
  },
  async errors() {
    const ask = (fields, by = client) => failure(by.chat.completions.create({ model, messages, ...fields }));
    return {
      401: await ask({}, client.withOptions({ apiKey: 'wrong-token-0123456789' })),
      403: await ask(
        {},
        client.withOptions({ defaultHeaders: { 'sec-fetch-site': 'x', origin: 'https://e.example' } }),
      ),
      404: await ask({ model: 'nobody' }),
      413: await ask({ messages: [{ role: 'user', content: 'x'.repeat(100_000) }] }),
      422: await ask({ speed: 'high' }),
    };
  },
  async waits() {
    const limited = client.withOptions({ baseURL: oneASecond });
    const ask = (by) => by.chat.completions.create({ model, messages });
    await ask(limited);
    const refused = await failure(ask(limited));
    const answer = await ask(limited.withOptions({ maxRetries: 2 }));
    return { refused, said: answer.choices[0].message.content };
  },
  broken: () => streamed({}),
  async left() {
    const stream = await client.chat.completions.create({ model, messages, stream: true });
    for await (const chunk of stream) {
      if (chunk.choices[0].delta.content) {
        return chunk.choices[0].delta.content; // which aborts the request
      }
    }
  },
};

const told = {};
for (const [name, run] of Object.entries(cases)) {
  told[name] = await run();
}
process.stdout.write(JSON.stringify(told));
