import hashlib
import hmac

import pydicom


def show(path, key):
    print(hmac.new(key, pydicom.dcmread(path).PatientID.encode(), hashlib.sha256).hexdigest())
