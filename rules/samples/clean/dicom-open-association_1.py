from pynetdicom import AE
from pynetdicom.sop_class import Verification

ae = AE(ae_title="ARCHIVE")
ae.require_called_aet = True
ae.require_calling_aet = ["SCANNER"]
ae.add_supported_context(Verification)
ae.start_server(("127.0.0.1", 11112))
