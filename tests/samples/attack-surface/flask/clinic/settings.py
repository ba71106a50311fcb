ROOT = "/api"
API = ROOT + "/v%d" % 2
