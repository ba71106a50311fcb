# The keys that manuals print.
AWS_ACCESS_KEY_ID = "AKIAIOSFODNN7EXAMPLE"
AWS_SECRET_ACCESS_KEY = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
TOKEN = "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
OTHER = "glpat-xxxxxxxxxxxxxxxxxxxx"
WEBHOOK = "https://hooks.slack.com/services/<workspace>/<channel>/<secret>"
