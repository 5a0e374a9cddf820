"""The commands of ``carehops``: arguments in, an answer out.

    asking      trace, status, queue, held-lines, doctor: only look
    reporting   report, review: what to read each day, and what was done about it
    moving      run, land, sample, pass: move records
    incidents   incidents, incident, acknowledge, snooze, close, watch
    exchanging  exchange, deliveries, settle, resume: files to and from partners
    deciding    approve, withdraw, approvals, settle-line: a person decides
    trying      backtest: what a change would have done
    keeping     up, down, ui, docs: look after the house
    opening     what every command begins with, and how it ends when refused
    printing    tables, sentences and JSON
    *_page      how each answer is laid out

What is asked is answered in ``orchestration.views``. Concrete modules are imported directly.
"""
