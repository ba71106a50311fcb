from jinja2 import Environment, PackageLoader

pages = Environment(loader=PackageLoader("viewer"), autoescape=False)
