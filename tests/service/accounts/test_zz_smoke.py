import time, structlog, logging
from tests.builders.accounts import *
from tests.builders.wiring import *
from deploy.ledger_check import examine
def test_smoke(databases, clock, keys_folder):
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    s = accounts_service(database=databases("accounts"), clock=clock, keys_folder=keys_folder)
    take_over(s,a_loan(source_ref='w'))
    for mk,k in ((a_loan,'x'),(a_loan,'y'),(a_lease,'z')):
        recs=[mk(source_ref=f"{k}/{i}") for i in range(5000)]
        t=time.perf_counter();c=time.process_time(); take_over(s,*recs); d=time.perf_counter()-t; print('wall',d,'cpu',time.process_time()-c, 5000/d,'per s')
    ids=[r['id'] for r in rows_of(s.store,accounts)][:400]
    evs=[payment_posted(s,account_id=str(i),amount_cents=1000) for i in ids]
    t=time.perf_counter();c=time.process_time()
    for e in evs: assert deliver(s.on_payment_posted,e)=="done"
    print('apply ms',(time.perf_counter()-t)/400*1000,'cpu',(time.process_time()-c)/400*1000)
    one=str(ids[0])
    for d in range(24): deliver(s.on_payment_posted,payment_posted(s,account_id=one,amount_cents=1000,effective_on=date(2026,12,1)+timedelta(days=d)))
    e=payment_posted(s,account_id=one,amount_cents=1000,effective_on=date(2026,11,30)); t=time.perf_counter(); deliver(s.on_payment_posted,e); print('backdated before 24 ms',(time.perf_counter()-t)*1000)
    t=time.perf_counter(); r=examine(s.store); print('check',time.perf_counter()-t,r)
