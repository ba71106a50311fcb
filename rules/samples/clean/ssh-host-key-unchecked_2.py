from paramiko import RejectPolicy, SSHClient, WarningPolicy


def connect(host):
    client = SSHClient()
    client.set_missing_host_key_policy(RejectPolicy())
    client.connect(host)
    return client
