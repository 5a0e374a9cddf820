"""What people see: the trace of a record, queues, the state of every hop."""
