"""Who the lessor is on papers that the law prescribes: settings of the leases service."""

from chassis.settings import Setting

LESSOR = (
    Setting("LESSOR_NAME", "text", "The lessor as odometer statements name it", "Kia Finance America"),
    Setting(
        "LESSOR_ADDRESS", "text", "The lessor's address on odometer statements",
        "1501 North Plano Rd., Suite 100, Richardson, TX 75081",
    ),
)  # fmt: skip
