// A page in Vue: told that the element is none of its components.

import 'codeact-web';
import { createApp, h, ref } from 'vue';

const Shop = {
  setup() {
    const shown = ref(true);
    const answer = ref('');
    const agent = ref(null);
    const price = {
      name: 'price',
      description: 'Price.',
      parameters: { properties: { thing: {} } },
      handler: ({ thing }) => `${thing}: 0.5`,
    };
    const src = document.body.dataset.src;
    return () => [
      h('button', { onClick: () => (shown.value = !shown.value) }, 'Toggle'),
      h('button', { onClick: () => agent.value.run('price') }, 'Run'),
      shown.value &&
        h('codeact-agent', {
          ref: agent,
          '^src': src,
          '^height': 400,
          '^placeholder': 'From Vue',
          '.tools': [price],
          'onCodeact-answer': ({ detail }) => (answer.value = detail.text),
        }),
      h('output', answer.value),
    ];
  },
};

createApp(Shop).mount('#root');
