DATABASES = {"default": {"USER": "router", "PASSWORD": "@assigned-secret@"}}
