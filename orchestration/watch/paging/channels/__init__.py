"""Ways to reach people, one file each; see ``orchestration.watch.paging.channel``."""
