"""``python -m orchestration`` is ``carehops``, where no script was installed."""

from orchestration.cli import main

main()
