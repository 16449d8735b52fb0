"""Mechanism only: what every service stands on. It knows no business word and imports no service."""

import warnings

# nameko stands on eventlet, which warns at every import that new projects should choose something else.
warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")
