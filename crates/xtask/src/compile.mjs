// Compiles a WebAssembly file as a browser would: FILE.
import { readFileSync } from "node:fs";

new WebAssembly.Module(readFileSync(process.argv.at(-1)));
