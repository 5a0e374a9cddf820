"""The sample agency: feeds nobody's life is in, and the truth about every line of them.

    write       the front door: feeds and truth into a folder
    bulk        many plain visits for measuring, none of them odd
    times       the agency's zone and the days covered
    world       what is known while a sample is made
    payers      who pays, on which terms
    agency      clients, caregivers, rights
    week        recurring weeks become planned and clocked visits
    paperwork   notes, orders, authorizations, incidents
    plans       care plans and which pairs of plan and caregiver come to be
    kinds       how a thing that goes wrong is declared
    faults      every kind, in the order it is planted: faults_* go wrong, allowed only looks it
    plan_*      the same for care plans: plan_moments finds when, plan_changes says what
    pricing     what a visit is worth, in plain Python
    receipts    who read which plan when
    sending     rows by feed, and when their sender had them
    arrivals    which file a row travels in
    dialects    rows into bytes, by each feed's contract read backwards
    files       files, manifests, and files that are wrong as a whole
    codes       every code with its checkpoint and state
    truth       what must become of everything
    later       the second act: what is mended or changed after a first run

Concrete modules are imported directly.
"""
