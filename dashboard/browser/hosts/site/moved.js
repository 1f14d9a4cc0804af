// @ts-check
// Explore by its name, as links call it: it stands at the root.

location.replace(new URL(`./${location.search}${location.hash}`, document.baseURI));
