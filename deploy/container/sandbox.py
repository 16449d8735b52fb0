"""The sandbox for other containers: the same program, on every address of its own container and under its name."""

from deploy.sandbox import __main__ as sandbox
from deploy.sandbox.exchange import Request

NAME = "sandbox"

sandbox.HOST = "0.0.0.0"  # noqa: S104 - the container's network decides who reaches it
Request.trusted_hosts = [*Request.trusted_hosts, NAME]

if __name__ == "__main__":
    sandbox.main()
