// Minifies a JavaScript module in place: FILE. Comments and layout only, names stay.
import { readFileSync, writeFileSync } from "node:fs";
import { transformSync } from "esbuild";

const file = process.argv.at(-1);
const { code } = transformSync(readFileSync(file, "utf8"), { minify: true, format: "esm", target: "es2022" });
writeFileSync(file, code);
