"""What the operator can see of a running server: log lines, figures for Prometheus, and whether it is well."""
