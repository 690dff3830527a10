"""Build the static site: everything a browser needs, from the source tree and the pinned npm packages."""

from codeact_server.bundle.choice import PackageChoice
from codeact_server.bundle.errors import BundleError
from codeact_server.bundle.operators import Access
from codeact_server.bundle.site import build_bundle, build_site

__all__ = ["Access", "BundleError", "PackageChoice", "build_bundle", "build_site"]
