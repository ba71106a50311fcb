// Asks the forge's own parser and evaluator; one JSON document on standard input, one on standard output.
import { readFileSync } from "node:fs";
import { Evaluator, Lexer, Parser, data } from "@actions/expressions";
import { parseWorkflow } from "@actions/workflow-parser";
import { parseAction } from "@actions/workflow-parser/actions/action-parser";

const trace = { error() {}, info() {}, verbose() {} };

function value(json) {
  return JSON.parse(JSON.stringify(json), data.reviver);
}

function errors(parse, file) {
  const { context } = parse(file, trace);
  return context.errors.getErrors().map((error) => error.message);
}

function evaluate({ text, contexts }) {
  try {
    const { tokens } = new Lexer(text).lex();
    const tree = new Parser(tokens, Object.keys(contexts), []).parse();
    const result = new Evaluator(tree, value(contexts)).evaluate();
    return { value: result.coerceString() };
  } catch (error) {
    return { error: String(error.message) };
  }
}

const asked = JSON.parse(readFileSync(0, "utf8"));
console.log(
  JSON.stringify({
    workflows: asked.workflows.map((file) => errors(parseWorkflow, file)),
    actions: asked.actions.map((file) => errors(parseAction, file)),
    values: asked.expressions.map(evaluate),
  }),
);
