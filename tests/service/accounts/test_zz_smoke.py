import time, json
from sqlalchemy import text, event
from tests.builders.accounts import *
from services.accounts.models import metadata
def test_smoke(databases, clock, keys_folder):
    db=databases("accounts")
    s = accounts_service(database=db, clock=clock, keys_folder=keys_folder)
    take_over(s,a_loan(source_ref='w'))
    spent={}
    @event.listens_for(db.engine,"before_cursor_execute")
    def b(conn,cur,st,par,ctx,many): conn.info['t']=time.perf_counter()
    @event.listens_for(db.engine,"after_cursor_execute")
    def a(conn,cur,st,par,ctx,many):
        k=st[:40]; spent[k]=spent.get(k,0)+time.perf_counter()-conn.info['t']
    recs=[a_loan(source_ref=f"x/{i}") for i in range(5000)]
    t=time.perf_counter(); take_over(s,*recs); print('wall',time.perf_counter()-t)
    for k,v in spent.items(): print(round(v,3),k)
    dump={}
    with db.engine.begin() as c:
        for tb in metadata.sorted_tables:
            dump[tb.name]=c.execute(text(f"select coalesce(json_agg(t),'[]')::text from {tb.name} t")).scalar()
    from tests.fixtures.postgres import empty
    for setting in ('with triggers','without'):
        empty(db)
        with db.engine.begin() as c:
            if setting=='without':
                c.execute(text("alter table journal_lines disable trigger journal_lines_balance")); 
            tt=time.perf_counter()
            for tb in metadata.sorted_tables:
                t=time.perf_counter()
                c.execute(text(f"insert into {tb.name} select * from json_populate_recordset(null::{tb.name}, cast(:r as json))"),{"r":dump[tb.name]})
                print(setting, tb.name, round(time.perf_counter()-t,3))
            t=time.perf_counter(); c.execute(text("set constraints all immediate")); print('constraints', round(time.perf_counter()-t,3), 'total', time.perf_counter()-tt)
            if setting=='without':c.execute(text("alter table journal_lines enable trigger journal_lines_balance")); 
