from markupsafe import Markup


def cell(value):
    return Markup("<td>{}</td>").format(value)
