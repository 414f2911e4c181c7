/** Of this page, and so of the server that came with it: vite.config.ts takes it from configure.ac. */
declare const MOIRAI_VERSION: string;
