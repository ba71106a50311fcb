from pathlib import Path


def keep(report):
    Path("report.json").write_text(report)
