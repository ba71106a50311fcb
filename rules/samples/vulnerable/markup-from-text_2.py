from markupsafe import Markup


def cell(value):
    return Markup(f"<td>{value}</td>")
