from jinja2 import Environment


def view(request):
    source = request.POST["template"]
    return Environment(autoescape=True).from_string(source).render()
