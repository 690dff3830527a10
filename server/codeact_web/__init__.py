"""What others build on: ``codeact_web.testing`` tests pages that embed the widget."""
