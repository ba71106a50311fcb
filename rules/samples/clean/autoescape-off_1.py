import jinja2

environment = jinja2.Environment(autoescape=jinja2.select_autoescape())
strict = jinja2.Environment(autoescape=True)
