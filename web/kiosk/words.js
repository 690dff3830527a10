/** The kiosk's own words, in the visitor's language. */

import { number } from '../elements/counts.js';
import { msg, str } from '../vendor/localize.js';

/** @typedef {ReturnType<typeof kioskWords>} Words */

/** Of now: to be asked for each time something is shown. */
export const kioskWords = () => ({
  begin: msg('Touch to begin'),
  choose: msg('What would you like to know?'),
  own: msg('Or ask something of your own'),
  placeholder: msg('Write your question here'),
  send: msg('Ask'),
  starting: msg('One moment, Python is starting…'),
  thinking: msg('The model is thinking…'),
  writing: msg('The model is writing code…'),
  running: msg('Python is running the code…'),
  mending: msg('That did not work; the model tries again.'),
  said: msg('Python says'),
  result: msg('Result'),
  answer: msg('Answer'),
  stop: msg('Stop'),
  another: msg('Another question'),
  over: msg('Back to the start'),
  recorded: msg('The model’s words were recorded. The code runs right here, now.'),
  still: msg('Are you still there?'),
  ends: (/** @type {number} */ seconds) => msg(str`Everything is cleared in ${number(seconds)} s.`),
  stay: msg('Yes, go on'),
  screen: msg('Full screen'),
  update: msg('A new version is ready'),
  language: msg('Language'),
  stopped: msg('You have stopped it.'),
  unanswered: msg('No answer was found this time. Please try another question.'),
  unreachable: msg('The model cannot be reached just now. Please try another question, or come back later.'),
  failed: msg('Something went wrong. Please try another question.'),
  broken: msg('This screen needs a moment. It starts again by itself.'),
  unready: msg('This screen is not ready for visitors. Please tell the staff.'),
  staff: msg('For the staff: kiosk.json beside this page needs mending. Then load the page again.'),
  code: msg('Code'),
  wrong: msg('That is not the code.'),
  back: msg('Back'),
  erase: msg('Erase'),
});
