/** Let the person save data as a file. @param {string} name @param {string} mime @param {BlobPart} data */
export function saveFile(name, mime, data) {
  const url = URL.createObjectURL(new Blob([data], { type: mime }));
  Object.assign(document.createElement('a'), { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000); // the browser may ask first where to save it
}
