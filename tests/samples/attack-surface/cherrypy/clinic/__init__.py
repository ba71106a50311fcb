"""A ward's records on CherryPy: a tree of pages, an alias, a default, a class for the method dispatcher."""

import cherrypy

from clinic.studies import Studies


def signed_in(page):
    def inner(*args, **kwargs):
        if "user" not in cherrypy.session:
            raise cherrypy.HTTPError(401)
        return page(*args, **kwargs)

    inner.__name__ = page.__name__
    return inner


class Patients:
    @cherrypy.expose
    def index(self):
        return "all"

    @cherrypy.expose
    def default(self, number):
        return number

    @cherrypy.expose(["find", "look"])
    def search(self, name=""):
        return name

    def helper(self):
        return "no page"


class Root:
    patients = Patients()

    def __init__(self):
        self.reports = Reports()

    @cherrypy.expose
    def index(self):
        return "clinic"

    @cherrypy.expose
    @cherrypy.tools.allow(methods=["POST"])
    def upload(self, data=""):
        return "taken"


class Reports:
    @cherrypy.expose
    @signed_in
    def latest(self):
        return "a report"

    def old(self):
        return "an old report"

    old.exposed = True


def mount():
    root = Root()
    root.wards = Patients()
    cherrypy.tree.mount(root, "/clinic")
    config = {"/": {"request.dispatch": cherrypy.dispatch.MethodDispatcher()}}
    cherrypy.tree.mount(Studies(), "/api/studies", config)
