def send(ae, context):
    return ae.associate("archive.example.org", 11112, tls_args=(context, None))
