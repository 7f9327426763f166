// Bundles and minifies a style sheet: FROM TO.
import { writeFileSync } from "node:fs";
import { bundle } from "lightningcss";

const [from, to] = process.argv.slice(-2);
const version = (major, minor = 0) => (major << 16) | (minor << 8);
const { code, warnings } = bundle({
  filename: from,
  minify: true,
  targets: { chrome: version(111), firefox: version(113), safari: version(16, 4) },
});
for (const warning of warnings) {
  console.error(`${warning.loc?.filename}:${warning.loc?.line}: ${warning.message}`);
}
if (warnings.length > 0) process.exit(1);
writeFileSync(to, code);
