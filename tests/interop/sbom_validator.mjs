// Asks the validator of the CycloneDX project for JavaScript: JSON [version, document text] pairs in, errors or null out.
import { readFileSync } from "node:fs";
import { Spec, Validation } from "@cyclonedx/cyclonedx-library";

const answers = [];
for (const [version, text] of JSON.parse(readFileSync(0, "utf8"))) {
  const validator = new Validation.JsonStrictValidator(Spec.Version[version]);
  answers.push(await validator.validate(text));
}
console.log(JSON.stringify(answers));
