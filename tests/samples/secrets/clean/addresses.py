URLS = [
    "postgresql://user:password@localhost/studies",
    "postgresql://scott:tiger@db/studies",
    "mysql://root:root@127.0.0.1/x",
    "https://user:<password>@pacs.clinic.invalid/",
    "https://{user}:{password}@pacs.clinic.invalid/",
    "redis://:${REDIS_PASSWORD}@cache:6379/0",
    "https://pacs.clinic.invalid:8443/studies@1",
    f"amqp://{USER}:{PASSWORD}@broker/",
]
