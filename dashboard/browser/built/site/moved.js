/* The latent explorer, built by dashboard/browser/build.mjs: edit the modules beside it instead. */
const latentExplorerProgram = (function () {
"use strict";var latentExplorer=(()=>{location.replace(new URL(`./${location.search}${location.hash}`,document.baseURI));})();
return latentExplorer;
});
latentExplorerProgram();
