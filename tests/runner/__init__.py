"""
A small runner of workflows, so that what we ship is executed and not only read.

It models what the gate's safety rests on: job permissions, `needs` and skipped jobs, outputs, artifacts, expressions as
the service evaluates them, composite actions, and a checkout that is the only door to the repository. It proves our
model and not the service; docs/github-actions.md lists what only the service can prove.
"""
