from pynetdicom import AE
from pynetdicom.sop_class import Verification

ae = AE(ae_title="ARCHIVE")
ae.add_supported_context(Verification)
ae.start_server(("127.0.0.1", 11112))
