from django.http import HttpResponse


def login(request, value):
    response = HttpResponse("welcome")
    response.set_cookie("auth_token", value, max_age=3600)
    return response
