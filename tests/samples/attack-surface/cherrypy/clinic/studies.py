import cherrypy


@cherrypy.expose
class Studies:
    def GET(self, uid=None):
        return uid

    def DELETE(self, uid):
        return uid
