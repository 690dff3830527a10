/** What a page of the site asks of its service worker. Types only. */

/** @typedef {{type: 'activate'}} Activate  the version that waits takes over, and its pages reload */
/** @typedef {{type: 'keep'}} Keep  make the copy of the site whole */
/** @typedef {{type: 'describe'}} Describe  answered through the port that comes with it, by a Description */
/** @typedef {Activate | Keep | Describe} Message */
/** @typedef {{version: string, kept: number, files: number}} Description  how many of the files that are wanted here are kept */

export {};
