import time, dataclasses, cProfile, pstats, structlog, logging
from tests.builders.accounts import *
from tests.builders.wiring import *
from chassis.doors import Outcome
def test_smoke(databases, clock, keys_folder):
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    s = accounts_service(database=databases("accounts"), clock=clock, keys_folder=keys_folder)
    for mk,name in ((a_loan,'loan'),(a_lease,'lease')):
        recs=[mk(source_ref=f"x/{name}/{i}") for i in range(5000)]
        t=time.perf_counter(); r=take_over(s,*recs); d=time.perf_counter()-t
        print(name, r, 5000/d, 'per s')
        t=time.perf_counter(); r=take_over(s,*recs); d=time.perf_counter()-t
        print(name,'again', r, 5000/d, 'per s')
    recs=[a_loan(source_ref=f"y/{i}") for i in range(1000)]
    t=time.perf_counter(); take_over(s,*recs,announce=True); print('announce',1000/(time.perf_counter()-t))
    id=an_account(s,a_loan())
    N=300
    evs=[payment_posted(s,account_id=id,amount_cents=1000) for _ in range(N)]
    t=time.perf_counter()
    for e in evs: assert deliver(s.on_payment_posted,e)=="done"
    print('apply ms (same account, rep)',(time.perf_counter()-t)/N*1000)
    id2=an_account(s,a_loan(source_ref="zz"))
    ids=[r['id'] for r in rows_of(s.store,accounts)][:300]
    evs=[payment_posted(s,account_id=str(i),amount_cents=1000) for i in ids]
    t=time.perf_counter()
    for e in evs: assert deliver(s.on_payment_posted,e)=="done"
    print('apply ms (distinct)',(time.perf_counter()-t)/N*1000)
    evs=[payment_posted(s,account_id=str(i),amount_cents=1000) for i in ids]
    pr=cProfile.Profile(); pr.enable()
    for e in evs: deliver(s.on_payment_posted,e)
    pr.disable(); pstats.Stats(pr).sort_stats('cumtime').print_stats(45)
    print(ledger_of(s.store,account_id=id))
    cx=a_customer(accounts=(id,))
    print(call(s.get_account,request={"account_id":id},context=cx))
    print(call(s.list_transactions,request={"account_id":id,"limit":2},context=cx))
    print(call(s.get_schedule,request={"account_id":id},context=cx)['data'][:2])
