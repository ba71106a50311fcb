"""What flows across functions in a tree that stands in a test."""

from __future__ import annotations

import ast
from textwrap import dedent

from sdlc.flows.engine import find_flows
from sdlc.flows.vocabulary import Vocabulary, read_vocabulary
from sdlc.formats import strict_json
from sdlc.formats.flows_json import FlowReport
from sdlc.scanning.rules import compiled_rules

VOCABULARY: Vocabulary = read_vocabulary(strict_json.loads_object(compiled_rules().read_bytes(), what="rules"))


def follow(files: dict[str, str]) -> FlowReport:
    """What flows in a tree of files, given by path."""
    texts = {path: dedent(text) for path, text in files.items()}
    return find_flows({path: ast.parse(text) for path, text in texts.items()}, texts, VOCABULARY)


def said(report: FlowReport) -> list[str]:
    """Rule, place and sureness of each flow."""
    return [f"{one.rule} {one.path}:{one.line}{'' if one.sure else ' ?'}" for one in report.found]


HELPER = """
    import os
    from flask import request

    def run(text):
        os.system(text)
"""
