/** `import 'codeact-web/react'` lets React's JSX know `<codeact-agent>`. */

import type { AgentAttributes } from './index.js';

export * from './index.js';

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      'codeact-agent': AgentAttributes;
    }
  }
}
