# Home Assistant answers the name voluptuous with its own engine; so do the type checks.
from probatio import *
