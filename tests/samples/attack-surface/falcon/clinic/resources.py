import falcon


def check_token(request, response, resource, params):
    if not request.auth:
        raise falcon.HTTPUnauthorized()


class Status:
    def on_get(self, request, response):
        response.media = {}


class Patients:
    def on_get(self, request, response):
        response.media = []

    @falcon.before(check_token)
    def on_post(self, request, response):
        response.status = falcon.HTTP_201

    def on_get_one(self, request, response, number):
        response.media = {"number": number}

    @falcon.before(check_token)
    def on_delete_one(self, request, response, number):
        response.media = {}


@falcon.before(check_token)
class Reports(Status):
    def on_get(self, request, response, year, month):
        response.media = {}

    def on_put(self, request, response, year, month):
        response.media = {}
