// A page in React: the element's properties and events as React 19 has them.

import 'codeact-web/react';
import type { AgentElement, RunResult } from 'codeact-web';
import { StrictMode, useEffect, useRef, useState } from 'react';
import { createRoot } from 'react-dom/client';

function Shop() {
  const agent = useRef<AgentElement>(null);
  const [shown, setShown] = useState(true);
  const [answer, setAnswer] = useState('');
  useEffect(() => {
    const told = ({ detail }: CustomEvent<RunResult>) => setAnswer(detail.text);
    const element = agent.current;
    element?.addEventListener('codeact-answer', told);
    return () => element?.removeEventListener('codeact-answer', told);
  }, [shown]);
  const price = {
    name: 'price',
    description: 'Price.',
    parameters: { properties: { thing: {} } },
    handler: ({ thing }: { thing: string }) => `${thing}: 0.5`,
  };
  const src = document.body.dataset.src;
  return (
    <>
      <button onClick={() => setShown(!shown)}>Toggle</button>
      <button onClick={() => agent.current?.run('price')}>Run</button>
      {shown && <codeact-agent ref={agent} src={src} tools={[price]} height={400} placeholder="From React" />}
      <output>{answer}</output>
    </>
  );
}

createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <Shop />
  </StrictMode>,
);
