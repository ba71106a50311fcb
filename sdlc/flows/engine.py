"""
Values followed through a whole tree: functions are summed up once, and again when what they call says more.

Only functions that data from outside may reach are looked at: those in which data come in, what they call with such
data, and who reads what they leave behind. How often one function is looked at is bounded, and so is everything that
is kept of a value; which bound was met is said.
"""

from __future__ import annotations

import ast
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

from sdlc.flows.expressions import DeepError, shown
from sdlc.flows.marking import Marker
from sdlc.flows.program import Class, Function, Module, Program
from sdlc.flows.reading import read_program
from sdlc.flows.statements import Statements
from sdlc.flows.summary import Sink, Summary, gained, merged, more
from sdlc.flows.values import NOTHING, Flow, Kind, Object, Origin, Value, joined
from sdlc.flows.vocabulary import Vocabulary
from sdlc.formats.flows_json import CrossFlow, FlowReport
from sdlc.model.finding import Step

TIMES = 60
"""As often one function is looked at; what it says may then be less than what happens."""

GROWING = 4
"""From this time on a summary only grows, so that it settles."""


def find_flows(trees: Mapping[str, ast.Module], texts: Mapping[str, str], vocabulary: Vocabulary) -> FlowReport:
    """The flows across functions in `trees` (by path, with their texts), by the rules of `vocabulary`."""
    program, markers = read_program(trees, texts, vocabulary)
    engine = Engine(program, markers, vocabulary)
    engine.solve()
    return FlowReport(
        engine.flows(),
        tuple(engine.problems),
        frozenset(trees),
        frozenset(vocabulary.rules),
        vocabulary.unread,
        len(engine.times),
        vocabulary.metadata,
    )


class Engine:
    """What is known of each function, and which are to be looked at."""

    def __init__(self, program: Program, markers: Mapping[Module, Marker], vocabulary: Vocabulary) -> None:
        self.program = program
        self.every = (1 << len(vocabulary.rules)) - 1
        self.live = self._live(program, markers)
        self.summaries: dict[Function, Summary] = {}
        self.times: dict[Function, int] = {}
        self.problems: dict[tuple[str, str], None] = {}
        self.homes: dict[ast.AST, Module] = {}
        """The file of an expression that a function gives back."""
        self._markers = markers
        self._rules = vocabulary.rules
        self._found: dict[Function, dict[tuple[Origin, ast.AST], tuple[Sink, Flow]]] = {}
        self._dependents: dict[Function, dict[Function, None]] = {}
        self._open: set[Function] = set()
        self._wanted: dict[Function, None] = {}
        self._queue: deque[Function] = deque()
        self._queued: set[Function] = set()
        self._attributes: dict[tuple[Class, str], Value] = {}
        self._globals: dict[tuple[Module, str], Value] = {}
        self._readers: dict[tuple[object, str], dict[Function, None]] = {}
        self._stored: dict[Function, frozenset[str]] = {}
        self._assigned: dict[Function, frozenset[str]] = {}
        self._free: dict[Function, tuple[str, ...]] = {}
        self._kinds: dict[Function, tuple[Kind, ...]] = {}
        self._typed: dict[tuple[Class, str], Value] = {}

    @staticmethod
    def _live(program: Program, markers: Mapping[Module, Marker]) -> int:
        """Rules that may have a sink somewhere in the tree."""
        mask = 0
        for module in program.modules.values():
            mask |= markers[module].mask
        return mask

    # The order of work.

    def solve(self) -> None:
        """Look at functions until nothing new is learned."""
        for function in self.program.functions:
            if self._markers[function.module].holders.get(function, 0) & self.live:
                self._put(function)
        while self._queue:
            function = self._queue.popleft()
            self._queued.discard(function)
            self._settle(function)

    def _settle(self, function: Function) -> None:
        """Look at `function`, and before that at what it calls and nobody has looked at yet."""
        open_ones = [function]
        seen = {function}
        while open_ones:
            one = open_ones[-1]
            self._wanted = {}
            self._open = set(open_ones[:-1])
            self._look(one)
            missing = [callee for callee in self._wanted if callee not in seen and callee not in self.summaries]
            if missing and self.times[one] < TIMES:
                seen.update(missing)
                open_ones += missing
            else:
                open_ones.pop()

    def _look(self, function: Function) -> None:
        times = self.times.get(function, 0)
        if times >= TIMES:
            if times == TIMES:
                self.times[function] = times + 1
                self._problem(function, "its flows did not settle")
            return
        self.times[function] = times + 1
        if not times:
            self._markers[function.module].mark(function.node, function.above)
        walk = Statements(self, function)
        try:
            walk.run()
        except DeepError as error:
            line = error.args[0] if error.args else 0
            self.problems[f"{function.module.path}:{line}", "it is nested too deeply to be followed"] = None
        self._found[function] = walk.found
        old = self.summaries.get(function)
        new = merged(old, walk.summary) if times >= GROWING else walk.summary
        self.summaries[function] = new
        if gained(old, new):
            for one in self._dependents.get(function, ()):
                # One that waits for this answer looks again anyway.
                if one not in self._open and (one is not function or times < GROWING):
                    self._put(one)
            if new.brings and not (old and old.brings):
                self._put_mentioning(function)

    def _put_mentioning(self, function: Function) -> None:
        """Whoever may call a function that brings data from outside."""
        name = function.owner.name if function.owner and function.name == "__init__" else function.name
        for one in self.program.mentions.get(name, ()):
            if one not in self.times:
                self._put(one)

    def _put(self, function: Function) -> None:
        if function not in self._queued:
            self._queued.add(function)
            self._queue.append(function)

    def _problem(self, function: Function, reason: str) -> None:
        self.problems[f"{function.module.path}:{getattr(function.node, 'lineno', 1)}", reason] = None

    # What functions ask.

    def summary_of(self, function: Function, asking: Function, *, wanted: bool) -> Summary | None:
        """What is known of `function`, about which `asking` is told when more is; `wanted`: it gets data."""
        self._dependents.setdefault(function, {})[asking] = None
        if function not in self.summaries and wanted:
            self._wanted[function] = None
        return self.summaries.get(function)

    def stored(self, function: Function) -> frozenset[str]:
        """Names that a function assigns, its parameters among them."""
        if function not in self._stored:
            node = function.node
            names: set[str] = set()
            if not isinstance(node, ast.Module):
                arguments = node.args
                every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
                names |= {one.arg for one in [*every, arguments.vararg, arguments.kwarg] if one is not None}
                names |= self.stored_names(function)
            self._stored[function] = frozenset(names)
        return self._stored[function]

    def stored_names(self, function: Function) -> frozenset[str]:
        """Names that statements of a function assign."""
        if function not in self._assigned:
            body = function.node.body if not isinstance(function.node, ast.Lambda) else []
            self._assigned[function] = frozenset(
                node.id
                for statement in (body if isinstance(body, list) else [])
                for node in ast.walk(statement)
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
            )
        return self._assigned[function]

    def free_names(self, function: Function) -> tuple[str, ...]:
        """Names that a function reads and does not assign."""
        if function not in self._free:
            read = {node.id for node in ast.walk(function.node) if isinstance(node, ast.Name)}
            self._free[function] = tuple(sorted(read - self.stored(function)))
        return self._free[function]

    def returned_kinds(self, function: Function) -> tuple[Kind, ...]:
        """Classes of the objects that a function gives back, as far as its text says so."""
        if function not in self._kinds:
            self._kinds[function] = ()
            node = function.node
            found: list[Kind] = []
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                kind = self.program.kind_of(function.module, node.returns)
                if kind is not None:
                    found.append(Object(kind))
                for one in ast.walk(node):
                    if isinstance(one, ast.Return) and isinstance(one.value, ast.Call):
                        made = self.program.meant(function.module, one.value.func)
                        if isinstance(made, Class):
                            found.append(Object(made))
            self._kinds[function] = tuple(dict.fromkeys(found))[:2]
        return self._kinds[function]

    def typed_attribute(self, kind: Class, name: str) -> Value:
        """What the class says that an attribute is."""
        key = kind, name
        if key not in self._typed:
            self._typed[key] = NOTHING
            found: list[Value] = []
            for one in self.program.ancestry(kind):
                for written in one.typed.get(name, ()):
                    made = (
                        self.program.meant(one.module, written.func)
                        if isinstance(written, ast.Call)
                        else self.program.kind_of(one.module, written)
                    )
                    if isinstance(made, Class):
                        found.append(Value(kinds=(Object(made),)))
            self._typed[key] = joined(found)
        return self._typed[key]

    def says_yes(self, function: Function) -> Mapping[str, int]:
        """Parameters that a function compares with a fixed list, when it answers whether they are good."""
        node = function.node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            return {}
        answers = [one.value for one in ast.walk(node) if isinstance(one, ast.Return)]
        if len(answers) != 1 or not isinstance(answers[0], ast.Compare):
            return {}
        match answers[0]:
            case ast.Compare(left=ast.Name(id=name), ops=[ast.In()]):
                return {name: self._markers[function.module].allowing}
        return {}

    # What is left behind for others.

    def attribute_of(self, kind: Class, name: str, asking: Function) -> Value:
        """Data from outside that some method put into an attribute of the class."""
        found = []
        for one in self.program.ancestry(kind):
            self._readers.setdefault((one, name), {})[asking] = None
            found.append(self._attributes.get((one, name)))
        return joined(found)

    def keep_attribute(self, kind: Class, name: str, value: Value) -> None:
        """An attribute of objects of `kind` may hold `value`; which object is not known later."""
        self._keep(self._attributes, kind, name, value)

    def keep_fields(self, kind: Class, made: Value) -> None:
        """An object was made whose attributes hold data from outside."""
        for name, value in made.fields.items():
            if name.startswith("."):
                self.keep_attribute(kind, name[1:], value)

    def globals_of(self, module: Module, name: str, asking: Function) -> Value | None:
        """Data from outside in a name of a module."""
        if asking.module is module and asking.is_code_of_module:
            return None
        self._readers.setdefault((module, name), {})[asking] = None
        return self._globals.get((module, name))

    def keep_global(self, module: Module, name: str, value: Value) -> None:
        """A name of a module may hold `value`."""
        self._keep(self._globals, module, name, value)

    def _keep(self, known: dict[Any, Value], holder: Class | Module, name: str, value: Value) -> None:
        flows = {origin: flow for origin, flow in value.everything().flows.items() if origin.step and flow.sure}
        if not flows:
            return
        new = Value({origin: Flow(flow.mask, 0, flow.steps, crossed=True) for origin, flow in flows.items()})
        old = known.get((holder, name), NOTHING)
        if more(old, new):
            known[holder, name] = joined([old, new])
            for one in self._readers.get((holder, name), ()):
                self._put(one)
            for one in self.program.mentions.get(name, ()):
                if one not in self.times:
                    self._put(one)

    # Answers of a framework's functions.

    def returned(self, walk: Statements, node: ast.Return, made: Sequence[tuple[ast.expr, Value]]) -> None:
        """What `node` gives back to a framework is made by other functions: there the harm is done."""
        marker = self._markers[walk.module]
        above = marker.answers.get(node)
        for expression, value in made if above is not None else ():
            mask = marker.returned(ast.copy_location(ast.Return(expression), node), above or [])
            sink = Sink(self.homes[expression], expression, expression)
            for origin, flow in value.whole().flows.items():
                walk.harm(origin, flow.without(~mask), sink)

    # The answer.

    def flows(self) -> tuple[CrossFlow, ...]:
        """Every flow once for its rule and place, the surest and shortest way of several."""
        best: dict[tuple[str, str, int, int], CrossFlow] = {}
        for found in self._found.values():
            for sink, flow in found.values():
                for one in self._of(sink, flow):
                    key = one.path, one.rule, one.line, one.column
                    if key not in best or _rank(one) < _rank(best[key]):
                        best[key] = one
        return tuple(best[key] for key in sorted(best, key=lambda key: (key[0], key[2], key[3], key[1])))

    def _of(self, sink: Sink, flow: Flow) -> list[CrossFlow]:
        node, path = sink.value, sink.module.path
        line = getattr(node, "lineno", 0)
        step = Step(path, line, f"{shown(sink.value)} reaches {shown(sink.node)}")
        return [
            CrossFlow(
                rule,
                path,
                line,
                getattr(node, "col_offset", -1) + 1,
                getattr(node, "end_lineno", None) or line,
                bool(flow.sure >> bit & 1),
                (*flow.steps, step),
            )
            for bit, rule in enumerate(self._rules)
            if flow.mask >> bit & 1
        ]


def _rank(one: CrossFlow) -> tuple[bool, int, list[tuple[str, int, str]]]:
    return not one.sure, len(one.steps), [(step.path, step.line, step.text) for step in one.steps]
