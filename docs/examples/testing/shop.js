/** The shop's own functions, offered to the agent as tools. */

const PRICES = { bolt: 0.5, nut: 0.25 };

const agent = document.querySelector('codeact-agent');

agent.tools = [
  {
    name: 'price',
    description: 'What one piece costs, in euros.',
    parameters: { properties: { item: { type: 'string', enum: Object.keys(PRICES) } }, required: ['item'] },
    handler: ({ item }) => PRICES[item],
  },
  {
    name: 'order',
    description: 'Put pieces into the basket.',
    parameters: { properties: { item: { type: 'string' }, pieces: { type: 'integer' } }, required: ['item', 'pieces'] },
    approval: 'call', // the person is asked each time
    handler: ({ item, pieces }) => {
      document.querySelector('#basket').textContent = `${pieces} × ${item}`;
      return 'done';
    },
  },
];
