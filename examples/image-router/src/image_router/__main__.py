"""`python -m image_router`."""

import sys

from image_router.cli import main

sys.exit(main())
