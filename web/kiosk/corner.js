/** Some taps on the upper left corner, which no visitor makes by chance. */

const SIZE = 96; // CSS pixels
const TAPS = 5;
const WITHIN_MS = 4_000;

/** @param {() => void} tapped */
export function watchCorner(tapped) {
  /** @type {number[]} */
  let times = [];
  addEventListener(
    'pointerdown',
    ({ clientX, clientY, timeStamp }) => {
      if (clientX > SIZE || clientY > SIZE) {
        times = [];
        return;
      }
      times = [...times.filter((time) => timeStamp - time < WITHIN_MS), timeStamp];
      if (times.length < TAPS) return;
      times = [];
      tapped();
    },
    { capture: true },
  );
}
